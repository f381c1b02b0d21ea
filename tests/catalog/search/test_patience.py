"""When nobody waits for an answer any more, and what is said of it."""

import threading

import pytest

from catalog.errors import TryLater
from catalog.search.patience import Patience
from tests.clock import Clock


def test_it_ends_with_its_time(clock: Clock) -> None:
    patience = Patience(5.0, clock)
    clock.now += 4.5
    patience.check()
    assert not patience.is_over()
    clock.now += 0.5
    assert patience.is_over()
    with pytest.raises(TryLater, match=r"longer than 5 seconds \(search.timeout\)") as caught:
        patience.check()
    assert caught.value.retry_after > 0


def test_it_ends_with_whoever_asked(clock: Clock) -> None:
    patience = Patience(600.0, clock)
    patience.give_up()
    assert patience.is_over()
    with pytest.raises(TryLater, match="hung up"):
        patience.check()


def test_whoever_sleeps_is_woken(clock: Clock) -> None:
    for wake in (Patience.wake, Patience.give_up):
        patience = Patience(600.0, clock)
        sleeper = threading.Thread(target=patience.sleep, daemon=True)
        sleeper.start()
        wake(patience)
        sleeper.join(60)
        assert not sleeper.is_alive()


def test_nobody_sleeps_when_it_is_over(clock: Clock) -> None:
    patience = Patience(0.0, clock)
    patience.sleep()
    assert patience.is_over()
