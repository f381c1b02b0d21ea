"""Whose turn it is."""

from workers.flights.turns import OWN, Turns
from workers.flights.waits import Wait
from workers.queue.app import INTERACTIVE


def waits(*names: str) -> list[Wait]:
    """One for each name."""
    return [Wait(name, INTERACTIVE) for name in names]


def full(turns: Turns, *callers: str) -> None:
    """Has as many of theirs on the queue as may be in any case."""
    for caller in callers:
        for number in range(OWN):
            assert turns.enter(Wait(f"{caller} {number}", INTERACTIVE), caller)


def test_a_caller_has_so_many_on_the_queue_until_they_are_done() -> None:
    turns, mine = Turns(), waits(*"abcdefgh"[: OWN + 1])
    for each in mine[:OWN]:
        assert turns.enter(each, "me")
        assert turns.enter(each, "another")  # it is on the account of who sent it
    assert turns.enter(Wait("x", INTERACTIVE), "another")
    assert not turns.enter(mine[OWN], "me")
    assert turns.count() == OWN + 2
    for _ in range(2):
        turns.done(mine[0])
    assert turns.enter(mine[OWN], "me")
    assert not mine[OWN].held
    assert not turns.enter(mine[0], "me")


def test_turns_go_round() -> None:
    turns = Turns()
    assert turns.next() is None
    full(turns, "a", "b")
    for wait in waits("a1", "a2", "b1", "b2"):
        assert not turns.enter(wait, wait.name[0])
        assert wait.held
    assert turns.count() == 2 * OWN + 4
    order = []
    while (following := turns.next()) is not None:
        assert turns.next() is following
        order.append(following.name)
        turns.sent(following, following.name[0])
        assert not following.held
    assert order == ["a1", "b1", "a2", "b2"]
    assert turns.count() == 2 * OWN + 4


def test_who_has_gone_has_no_turn() -> None:
    turns, (one, two) = Turns(), waits("one", "two")
    full(turns, "a")
    for each in (one, two):
        assert not turns.enter(each, "a")
    turns.done(one)
    assert turns.next() is two
    turns.done(two)
    assert turns.next() is None


def test_what_another_wants_too_is_on_his_account() -> None:
    turns, (wait,) = Turns(), waits("a")
    full(turns, "a")
    assert not turns.enter(wait, "a")
    assert turns.enter(wait, "b")
    assert (wait.held, wait.caller, turns.next()) == (False, "b", None)
    assert turns.enter(wait, "a")
