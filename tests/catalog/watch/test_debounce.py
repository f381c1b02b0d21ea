"""What waits to be scanned, by a clock of our own."""

import threading

import pytest

from catalog.scan.walk import WHOLE, Part
from catalog.watch.debounce import Debouncer
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def debouncer(clock: Clock) -> Debouncer:
    """Nothing so far; quiet after 1 s, written files after 4."""
    return Debouncer(quiet=1, open_for=4, many=10, clock=clock)


ONE, TWO = Part("1.jpg", deep=False), Part("2.jpg", deep=False)


def test_nothing_is_taken_before_it_is_quiet(debouncer: Debouncer, clock: Clock) -> None:
    debouncer.note("a", ONE, "settled")
    clock.now += 0.9
    assert debouncer.take() == {}
    debouncer.note("a", ONE, "settled")
    clock.now += 0.9
    assert debouncer.take() == {}
    clock.now += 0.2
    assert debouncer.take() == {"a": [ONE]}
    assert debouncer.take() == {}


def test_a_file_that_is_written_is_busy_until_it_is_closed_or_long_silent(debouncer: Debouncer, clock: Clock) -> None:
    debouncer.written("a", "1.jpg")
    clock.now += 3.9
    assert debouncer.busy("a", "1.jpg")
    assert not debouncer.busy("b", "1.jpg")
    debouncer.note("a", ONE, "settled")
    debouncer.written("a", "1.jpg")  # its time was set, after it had been closed
    clock.now += 1
    assert not debouncer.busy("a", "1.jpg")
    assert debouncer.take() == {"a": [ONE]}
    debouncer.written("a", "1.jpg")
    clock.now += 1
    assert debouncer.take() == {}
    clock.now += 3
    assert debouncer.take() == {"a": [ONE]}


def test_what_is_gone_goes_with_what_came(debouncer: Debouncer, clock: Clock) -> None:
    debouncer.note("b", ONE, "settled")
    clock.now += 1
    debouncer.note("a", ONE, "gone")
    debouncer.written("a", "2.jpg")
    assert debouncer.take() == {"a": [ONE], "b": [ONE]}
    assert debouncer.take() == {}


def test_what_is_gone_waits_for_quiet_too(debouncer: Debouncer, clock: Clock) -> None:
    debouncer.note("a", ONE, "gone")
    assert debouncer.take() == {}
    clock.now += 1
    assert debouncer.take() == {"a": [ONE]}


def test_after_very_many_events_all_of_a_root_is_looked_at_once(debouncer: Debouncer, clock: Clock) -> None:
    for number in range(11):
        debouncer.note("a", Part(f"{number}.jpg", deep=False), "settled")
    debouncer.note("b", ONE, "settled")
    clock.now += 1
    assert debouncer.take() == {"a": [WHOLE], "b": [ONE]}
    debouncer.note("a", ONE, "settled")
    clock.now += 1
    assert debouncer.take() == {"a": [ONE]}


def test_waiting_ends_when_something_is_due_and_when_it_is_over() -> None:
    debouncer = Debouncer(quiet=0.01)
    waited = threading.Thread(target=debouncer.wait, args=(60,))
    waited.start()
    debouncer.note("a", TWO, "settled")
    waited.join(30)
    assert not waited.is_alive()
    assert debouncer.take() == {"a": [TWO]}
    waited = threading.Thread(target=debouncer.wait, args=(60,))
    waited.start()
    debouncer.end()
    waited.join(30)
    assert not waited.is_alive()
    assert debouncer.ended
