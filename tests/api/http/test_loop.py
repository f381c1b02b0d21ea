"""The loop over sockets: real ones, with objects in waitress's place that count what they are asked."""

import os
import socket
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from api.http.loop import Loop


class End:
    """One end of a connection, as waitress has it."""

    accepting = False
    connected = True
    connecting = False
    quick = False

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.asked = 0
        self.wants = True
        self.sends = False
        self.heard: list[str] = []

    def readable(self) -> bool:
        """Whether it wants to read."""
        self.asked += 1
        return self.wants

    def writable(self) -> bool:
        """Whether it wants to write."""
        return self.sends

    def handle_read_event(self) -> None:
        """Reads."""
        self.heard.append(self.end.recv(100).decode())

    def handle_write_event(self) -> None:
        """Writes."""
        self.heard.append("may write")
        self.sends = False

    def handle_close(self) -> None:
        """Is told that the other end is gone."""
        self.heard.append("gone")
        self.wants = False


@pytest.fixture
def pairs() -> Iterator[list[tuple[End, socket.socket]]]:
    """Connections, and their other ends."""
    sockets = [socket.socketpair() for _ in range(3)]
    yield [(End(one), other) for one, other in sockets]
    for pair in sockets:
        for each in pair:
            each.close()


@pytest.fixture
def loop(pairs: list[tuple[End, socket.socket]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    """A loop over them, which has asked all once and does so no more by itself."""
    monkeypatch.setattr("api.http.loop.ALL_EVERY", 1000)
    made = Loop({end.end.fileno(): end for end, _ in pairs}, ())
    made.turn(0)
    yield made
    made.close()


def test_only_those_are_asked_to_which_something_has_happened(
    loop: Loop, pairs: list[tuple[End, socket.socket]]
) -> None:
    (first, other), (second, _), (third, _) = pairs
    before = second.asked
    other.send(b"hello")
    loop.turn(20)
    assert first.heard == ["hello"]
    loop.turn(0)
    third.sends = True
    loop.changed(third.end.fileno())
    loop.turn(0)
    assert third.heard == ["may write"]
    assert second.asked == before


def test_what_one_is_told_that_he_does_not_want_is_told_once(
    loop: Loop, pairs: list[tuple[End, socket.socket]]
) -> None:
    """As while a request is served: the system is told only when it has something to say."""
    (first, other), (second, _), _ = pairs
    first.wants = False
    other.send(b"hello")
    loop.turn(20)
    asked = first.asked
    loop.turn(0)
    assert (first.heard, first.asked) == ([], asked)
    first.wants = True
    loop.served(first.end.fileno())
    loop.served(second.end.fileno())  # who wants what he wanted before
    loop.turn(20)
    assert (first.heard, second.heard) == (["hello"], [])


def test_who_is_answered_just_as_the_system_is_told_that_he_wants_nothing_is_heard_again(
    loop: Loop, pairs: list[tuple[End, socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = pairs[0]
    before = iter((False, False))  # and from then on a thread has answered, and found that the system knows already
    monkeypatch.setattr(first, "readable", lambda: next(before, True))
    other.send(b"hello")
    loop.turn(20)
    loop.turn(0)
    assert first.heard == ["hello"]


def test_the_loop_sleeps_on_where_nothing_else_is_wanted(loop: Loop, pairs: list[tuple[End, socket.socket]]) -> None:
    first = pairs[0][0]
    asked = first.asked
    loop.served(first.end.fileno())
    loop.turn(0)
    assert first.asked == asked + 1  # by `served` alone


def test_what_has_come_is_not_told_to_another_of_the_same_number(
    loop: Loop, pairs: list[tuple[End, socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is closed by what another does in the same turn, and its number given to who comes next."""
    (first, other), (second, there), (third, _) = pairs
    one, two = first.end.fileno(), second.end.fileno()
    other.send(b"hello")
    there.send(b"hello")
    ends = {one: second.end, two: first.end}  # whoever is told first makes room in the place of the other

    def makes_room(number: int) -> None:
        ends[number].recv(100)
        gone = two if number == one else one
        loop.gone(gone)
        loop._sockets[gone] = third

    monkeypatch.setattr(first, "handle_read_event", partial(makes_room, one))
    monkeypatch.setattr(second, "handle_read_event", partial(makes_room, two))
    monkeypatch.setattr(third, "handle_read_event", partial(third.heard.append, "what is another's"))
    loop.turn(20)
    assert third.heard == []


def test_who_is_quick_does_not_wait_for_a_crowd(
    loop: Loop, pairs: list[tuple[End, socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.loop.OTHERS", 1)
    (first, _), (second, _), (third, _) = pairs
    third.quick = True
    for _, other in pairs:
        other.send(b"hello")
    loop.turn(20)
    assert (first.heard, second.heard, third.heard) == (["hello"], [], ["hello"])
    pairs[0][1].send(b"again")
    pairs[2][1].send(b"again")
    loop.turn(20)  # nobody comes twice before another has come once
    assert (first.heard, second.heard, third.heard) == (["hello"], ["hello"], ["hello", "again"])
    loop.turn(20)
    assert first.heard == ["hello", "again"]


def test_nobody_is_left_for_ever_by_those_who_come_again(
    loop: Loop, pairs: list[tuple[End, socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.loop.OTHERS", 1)
    for _ in range(2):
        for _, other in pairs:
            other.send(b"a")
        for _ in pairs:
            loop.turn(20)
            for end, other in pairs[:2]:
                if end.heard:
                    other.send(b"a")
        assert pairs[2][0].heard
        pairs[2][0].heard.clear()


def test_who_wants_nothing_is_left_alone_until_he_does(loop: Loop, pairs: list[tuple[End, socket.socket]]) -> None:
    (first, other), (second, there), _ = pairs
    first.wants = second.wants = False
    loop.changed(first.end.fileno())
    loop.changed(second.end.fileno())
    loop.turn(0)
    other.send(b"hello")
    there.close()  # epoll would tell of that without end
    loop.turn(0.01)
    assert (first.heard, second.heard) == ([], [])
    first.wants = second.wants = True
    other_thread = threading.Thread(target=loop.changed, args=(first.end.fileno(),))
    other_thread.start()
    while not first.heard:
        loop.turn(20)  # the thread wakes it
    other_thread.join()
    assert first.heard == ["hello"]


def test_who_watches_a_client_is_told_once_that_it_hangs_up(loop: Loop, pairs: list[tuple[End, socket.socket]]) -> None:
    told: list[str] = []
    for (end, _), name in zip(pairs, ("first", "second", "third"), strict=True):
        end.wants = False  # as while it is served
        loop.changed(end.end.fileno())
        loop.watch(end.end.fileno(), partial(told.append, name))
    loop.turn(0)
    loop.watch_no_more(pairs[1][0].end.fileno())
    for _, other in pairs[:2]:
        other.close()
    pairs[2][1].send(b"what comes next")  # is no farewell
    loop.turn(20)
    loop.turn(0)
    assert told == ["first"]
    for end, _ in pairs:
        loop.watch_no_more(end.end.fileno())


def test_a_client_that_has_hung_up_before_is_told_of_too(loop: Loop, pairs: list[tuple[End, socket.socket]]) -> None:
    told: list[str] = []
    (first, other), (second, _), _ = pairs
    other.close()
    loop.watch(first.end.fileno(), partial(told.append, "gone"))
    loop.turn(20)
    number = second.end.fileno()
    loop.gone(number)
    second.end.close()
    loop.watch(number, partial(told.append, "closed"))
    loop.watch_no_more(number)
    assert told == ["gone", "closed"]


def test_what_is_no_socket_of_its_own_is_told_of_once(loop: Loop) -> None:
    told: list[str] = []
    read, write = os.pipe()
    loop.expect(read, partial(told.append, "readable"))
    loop.turn(0)
    assert told == []
    os.write(write, b"x")
    loop.turn(20)
    loop.turn(0)
    assert told == ["readable"]
    os.close(read)
    os.close(write)


def test_a_loop_that_is_closed_is_woken_no_more() -> None:
    loop = Loop({}, ())
    loop.close()
    loop.changed(1)  # as a thread does that ends its request last
    loop.wake()


def test_who_wants_to_write_may(loop: Loop, pairs: list[tuple[End, socket.socket]]) -> None:
    first = pairs[0][0]
    first.sends = True
    loop.changed(first.end.fileno())
    loop.turn(20)
    loop.turn(0)
    assert first.heard == ["may write"]


def test_a_socket_that_is_gone_is_forgotten_and_its_number_is_anothers(
    loop: Loop, pairs: list[tuple[End, socket.socket]]
) -> None:
    (first, other), *_ = pairs
    loop.gone(first.end.fileno())
    other.send(b"hello")
    loop.turn(0.01)
    assert first.heard == []
    loop.changed(first.end.fileno())
    loop.turn(20)
    assert first.heard == ["hello"]


def test_all_are_asked_now_and_then(
    loop: Loop, pairs: list[tuple[End, socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.loop.ALL_EVERY", 0)
    monkeypatch.setattr(loop, "_part_at", 0.0)
    before = [end.asked for end, _ in pairs]
    loop.turn(20)
    assert [end.asked for end, _ in pairs] == [each + 1 for each in before]


def test_what_shall_be_done_soon_is_done_on_the_loop_s_thread(loop: Loop) -> None:
    done: list[int] = []
    other = threading.Thread(target=loop.soon, args=(lambda: done.append(threading.get_ident()),))
    other.start()
    other.join()
    loop.turn(20)  # it was woken
    loop.turn(0)
    assert done == [threading.get_ident()]


def test_upkeep_comes_after_what_has_happened(
    pairs: list[tuple[End, socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is too slow whose bytes are there and were not read so far."""
    monkeypatch.setattr("api.http.loop.ALL_EVERY", 1000)
    end, other = pairs[0]
    heard: list[list[str]] = []
    loop = Loop({end.end.fileno(): end}, (), lambda _: heard.append(list(end.heard)))
    other.send(b"hello")
    loop.turn(20)
    loop.turn(0)
    assert heard == [["hello"]]
    loop.close()


def test_many_are_asked_a_few_at_a_time(
    pairs: list[tuple[End, socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.loop.ALL_EVERY", 0)
    monkeypatch.setattr("api.http.loop.AT_A_TIME", 1)
    parts: list[float] = []
    loop = Loop({end.end.fileno(): end for end, _ in pairs}, (), parts.append)
    for turn in range(3):
        loop.turn(0)
        assert [bool(end.asked) for end, _ in pairs] == [number <= turn for number in range(3)]
    before = [end.asked for end, _ in pairs]
    loop.turn(0)
    assert [end.asked - before[number] for number, (end, _) in enumerate(pairs)] == [1, 0, 0]
    assert parts == [1 / 3] * 4
    loop.close()
