"""The breaker, over a clock that the test moves."""

import pytest

from workers.breaker import Breaker


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(2.0, clock)


def test_while_all_goes_well_everybody_may_try(breaker: Breaker) -> None:
    assert all(breaker.lets() for _ in range(3))
    breaker.succeeded()
    assert breaker.lets()


def test_after_a_failure_nobody_may_for_a_while_then_one(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()
    clock.now = 1.9
    assert not breaker.lets()
    clock.now = 2.0
    assert [breaker.lets(), breaker.lets()] == [True, False]


def test_the_one_decides_for_the_others(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()
    clock.now = 2.0
    assert breaker.lets()
    breaker.failed()
    clock.now = 3.9
    assert not breaker.lets()
    clock.now = 4.0
    assert breaker.lets()
    breaker.succeeded()
    assert [breaker.lets(), breaker.lets()] == [True, True]


def test_one_who_never_says_how_it_went_bars_nobody_for_ever(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()
    clock.now = 2.0
    assert breaker.lets()
    clock.now = 4.0
    assert breaker.lets()
