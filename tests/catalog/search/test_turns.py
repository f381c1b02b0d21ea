"""Who has a turn, who waits for one, and who is sent away."""

import threading
from collections.abc import Callable

import pytest

from catalog.errors import TryLater
from catalog.search.patience import Patience
from catalog.search.turns import Turns
from tests.end_to_end.servers import eventually

LONG = 600.0


class Caller:
    """Somebody who takes a turn on a thread of their own, and gives it back when told to."""

    def __init__(self, turns: Turns, told: list[str], name: str) -> None:
        self.patience = Patience(LONG)
        self.done = threading.Event()
        self._turns, self._told, self._name = turns, told, name
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Gives it back."""
        self.done.set()
        self._thread.join(60)

    def _run(self) -> None:
        try:
            with self._turns.taken(self.patience):
                self._told.append(self._name)
                assert self.done.wait(60)
        except TryLater as error:
            self._told.append(f"{self._name}: {error}")


@pytest.fixture
def told() -> list[str]:
    """What callers have come to hear."""
    return []


def in_row(turns: Turns) -> Callable[[], int]:
    """How many wait."""
    return lambda: len(turns._row)


def test_few_have_a_turn_and_the_first_in_the_row_is_next(told: list[str]) -> None:
    turns = Turns(1, places=2)
    callers = {}
    for waiting, name in enumerate("abc"):
        callers[name] = Caller(turns, told, name)
        eventually(lambda: len(told) + in_row(turns)(), waiting + 1)
    assert told == ["a"]
    with pytest.raises(TryLater, match="Too many searches"), turns.taken(Patience(LONG)):
        pytest.fail("there was no place")
    for count, name in enumerate("ab", 2):
        callers[name].end()
        eventually(lambda: len(told), count)
    assert told == ["a", "b", "c"]
    callers["c"].end()
    with turns.taken(Patience(LONG)):
        assert in_row(turns)() == 0


def test_whoever_is_gone_leaves_the_row(told: list[str]) -> None:
    turns = Turns(1, places=2)
    with turns.taken(Patience(LONG)):
        gone = Caller(turns, told, "gone")
        eventually(in_row(turns), 1)
        gone.patience.give_up()
        eventually(lambda: told, ["gone: The client has hung up."])
        assert in_row(turns)() == 0
    with turns.taken(Patience(LONG)):
        pass


def test_nobody_waits_longer_than_they_can(told: list[str]) -> None:
    turns = Turns(1, places=2)
    with (
        turns.taken(Patience(LONG)),
        pytest.raises(TryLater, match="Too many searches or long lists are under way") as caught,
        turns.taken(Patience(0.0)),
    ):
        pytest.fail("it was another's turn")
    assert caught.value.retry_after > 0
    assert told == []


def test_a_turn_that_fails_is_given_back() -> None:
    turns = Turns(1, places=0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.taken(Patience(LONG)):
            raise ZeroDivisionError
