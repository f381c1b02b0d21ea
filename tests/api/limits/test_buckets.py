"""Token buckets, under a clock that is held."""

from hypothesis import given
from hypothesis import strategies as st

from api.limits.buckets import Buckets, Rate
from tests.clock import Clock


def buckets(burst: float, per_second: float, *, most: int = 100) -> tuple[Buckets, Clock]:
    """Some, and their clock."""
    clock = Clock()
    return Buckets(Rate(burst, per_second), most=most, clock=clock), clock


def test_a_bucket_begins_full_and_fills_again() -> None:
    found, clock = buckets(3, 0.5)
    assert [found.take("a") for _ in range(4)] == [0, 0, 0, 2]
    clock.now += 1
    assert found.take("a") == 1
    clock.now += 1
    assert [found.take("a"), found.take("a")] == [0, 2]
    clock.now += 1000
    assert [found.take("a") for _ in range(4)] == [0, 0, 0, 2]


def test_each_has_his_own() -> None:
    found, _ = buckets(1, 1)
    assert [found.take("a"), found.take("b"), found.take("a")] == [0, 0, 1]


def test_what_is_more_than_a_bucket_holds_is_to_be_had_from_a_full_one_and_costs_its_time() -> None:
    found, clock = buckets(10, 1)
    assert found.take("a", 1) == 0
    assert found.take("a", 100) == 1
    clock.now += 1
    assert found.take("a", 100) == 0
    assert found.take("a", 1) == 91
    clock.now += 91
    assert found.take("a", 1) == 0


def test_memory_is_bounded_and_who_took_last_stays() -> None:
    found, _ = buckets(1, 1, most=3)
    for each in "abc":
        assert found.take(each) == 0
    found.take("d")
    assert len(found) == 3
    assert [found.take(each) > 0 for each in "dcb"] == [True] * 3
    assert found.take("a") == 0  # forgotten, so full
    assert len(found) == 3


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 5)), max_size=60))
def test_never_more_than_the_burst_and_what_has_come_since(steps: list[tuple[float, float]]) -> None:
    found, clock = buckets(5, 0.5)
    began, taken = clock.now, 0.0
    for pause, tokens in steps:
        clock.now += pause
        wait = found.take("a", tokens)
        if wait:
            clock.now += wait
            assert found.take("a", tokens) == 0  # it says no more than is so
        taken += tokens
        assert taken <= 5 + 0.5 * (clock.now - began) + 1e-3
