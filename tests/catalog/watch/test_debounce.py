"""What waits to be scanned, by a clock of our own."""

import threading

import pytest

from catalog.scan.walk import WHOLE, Part
from catalog.watch.debounce import Gathering


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def gathering(clock: Clock) -> Gathering:
    """Nothing so far; quiet after 1 s, written files after 4."""
    return Gathering(quiet=1, open_for=4, many=10, clock=clock)


ONE, TWO = Part("1.jpg", deep=False), Part("2.jpg", deep=False)


def test_nothing_is_taken_before_it_is_quiet(gathering: Gathering, clock: Clock) -> None:
    gathering.note("a", ONE, "settled")
    clock.now += 0.9
    assert gathering.take() == {}
    gathering.note("a", ONE, "settled")
    clock.now += 0.9
    assert gathering.take() == {}
    clock.now += 0.2
    assert gathering.take() == {"a": [ONE]}
    assert gathering.take() == {}


def test_a_file_that_is_written_is_busy_until_it_is_closed_or_long_silent(gathering: Gathering, clock: Clock) -> None:
    gathering.written("a", "1.jpg")
    clock.now += 3.9
    assert gathering.busy("a", "1.jpg")
    assert not gathering.busy("b", "1.jpg")
    gathering.note("a", ONE, "settled")
    gathering.written("a", "1.jpg")  # its time was set, after it had been closed
    clock.now += 1
    assert not gathering.busy("a", "1.jpg")
    assert gathering.take() == {"a": [ONE]}
    gathering.written("a", "1.jpg")
    clock.now += 1
    assert gathering.take() == {}
    clock.now += 3
    assert gathering.take() == {"a": [ONE]}


def test_what_is_gone_goes_with_what_came(gathering: Gathering, clock: Clock) -> None:
    gathering.note("b", ONE, "settled")
    clock.now += 1
    gathering.note("a", ONE, "gone")
    gathering.written("a", "2.jpg")
    assert gathering.take() == {"a": [ONE], "b": [ONE]}
    assert gathering.take() == {}


def test_what_is_gone_waits_for_quiet_too(gathering: Gathering, clock: Clock) -> None:
    gathering.note("a", ONE, "gone")
    assert gathering.take() == {}
    clock.now += 1
    assert gathering.take() == {"a": [ONE]}


def test_after_very_many_events_all_of_a_root_is_looked_at_once(gathering: Gathering, clock: Clock) -> None:
    for number in range(11):
        gathering.note("a", Part(f"{number}.jpg", deep=False), "settled")
    gathering.note("b", ONE, "settled")
    clock.now += 1
    assert gathering.take() == {"a": [WHOLE], "b": [ONE]}
    gathering.note("a", ONE, "settled")
    clock.now += 1
    assert gathering.take() == {"a": [ONE]}


def test_waiting_ends_when_something_is_due_and_when_it_is_over() -> None:
    gathering = Gathering(quiet=0.01)
    waited = threading.Thread(target=gathering.wait, args=(60,))
    waited.start()
    gathering.note("a", TWO, "settled")
    waited.join(30)
    assert not waited.is_alive()
    assert gathering.take() == {"a": [TWO]}
    waited = threading.Thread(target=gathering.wait, args=(60,))
    waited.start()
    gathering.end()
    waited.join(30)
    assert not waited.is_alive()
    assert gathering.ended
