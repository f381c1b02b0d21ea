"""The circuit breaker, with a clock of its own."""

import pytest

from cache.breaker import LONGEST, Breaker


class Clock:
    """Time as the test tells it."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


def test_it_lets_through_while_calls_succeed(breaker: Breaker) -> None:
    for _ in range(3):
        assert breaker.lets_through()
        breaker.succeeded()


def test_after_a_failure_one_call_a_rest(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()
    assert not breaker.lets_through()
    clock.now += 1
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]


def test_rests_grow_up_to_a_bound(breaker: Breaker, clock: Clock) -> None:
    rests = []
    breaker.failed()
    for _ in range(8):
        began = clock.now
        while not breaker.lets_through():
            clock.now += 0.5
        rests.append(clock.now - began)
        breaker.failed()
    assert rests == [1, 2, 4, 8, 16, LONGEST, LONGEST, LONGEST]


def test_many_calls_that_fail_at_once_are_one_failure(breaker: Breaker, clock: Clock) -> None:
    for _ in range(100):
        breaker.failed()
    clock.now += 1
    assert breaker.lets_through()


def test_a_trial_that_is_never_heard_of_again_does_not_close_it_for_ever(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()
    clock.now += 1
    assert breaker.lets_through()
    clock.now += 1
    assert breaker.lets_through()
