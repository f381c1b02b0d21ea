"""The circuit breaker, over a clock that the test moves."""

import pytest

from breaker import REST, Breaker
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(2.0, clock)


def test_while_all_goes_well_everybody_may_try(breaker: Breaker) -> None:
    assert all(breaker.allows() for _ in range(3))
    breaker.succeeded()
    assert breaker.allows()


def test_after_a_failure_nobody_may_for_a_while_then_one(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()
    assert not breaker.allows()
    clock.now += 1.9
    assert not breaker.allows()
    clock.now += 0.1
    assert [breaker.allows() for _ in range(3)] == [True, False, False]


def test_the_one_decides_for_the_others(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()
    clock.now += 2.0
    assert breaker.allows()
    breaker.failed()
    clock.now += 1.9
    assert not breaker.allows()
    clock.now += 0.1
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows() for _ in range(3)] == [True, True, True]


def test_a_trial_that_is_never_heard_of_again_bars_nobody_for_ever(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()
    clock.now += 2.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    clock.now += 2.0
    assert breaker.allows()


def test_many_calls_that_fail_at_once_are_one_failure(breaker: Breaker, clock: Clock) -> None:
    for _ in range(100):
        breaker.failed()
    clock.now += 2.0
    assert breaker.allows()


def test_however_long_a_service_is_away_it_is_tried_each_second(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    rests = []
    breaker.failed()
    for _ in range(8):
        began = clock.now
        while not breaker.allows():
            clock.now += 0.5
        rests.append(clock.now - began)
        breaker.failed()
    assert rests == [REST] * 8
