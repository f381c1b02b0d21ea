"""A front end's loop over its sockets, in waitress's place.

waitress asks each connection before each wait whether it wants to read or write: with some hundred connections, most of
which wait for a render, that takes longer than to answer the few that don't. Here those are asked for which something
has happened; what they want stays with the system (epoll). All are asked a few times a second, as waitress's own upkeep
changes some without a word.
"""

import logging
import math
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from waitress.wasyncore import readwrite

ALL_EVERY = 0.5  # seconds in which each is asked once
AT_A_TIME = 64  # of them, so that nobody waits for a thousand
OTHERS = 8  # of those that have something to say and are not quick, in a turn
READS = select.EPOLLIN | select.EPOLLPRI

log = logging.getLogger("darkroom.api")


class Loop:
    """Waits for `sockets`, which are waitress's: by file descriptor, those that are added and removed meanwhile too.
    Each says besides whether it is `quick`: what it does takes next to no time, as far as can be told before.

    `always` are asked each time. `upkeep` is called again and again, after what has happened so far was dealt with, and
    is told which part of its work it is time for: all of it comes to be done a few times a second, a little at a time.
    Of its methods only `changed`, `served`, `wake`, `soon`, `watch` and `watch_no_more` may be called from other
    threads than the loop's.
    """

    def __init__(
        self,
        sockets: dict[int, Any],
        always: tuple[int, ...],
        upkeep: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._sockets = sockets
        self._always = always
        self._upkeep = upkeep
        self._soon: deque[Callable[[], None]] = deque()
        self._epoll = select.epoll()
        self._wanted: dict[int, int] = {}
        self._changed: deque[int] = deque()
        self._unasked: deque[int] = deque()
        self._part_at = 0.0
        self._woken = False
        self._left_over: dict[int, None] = {}  # those with something to say that the last turn did not come to
        self._closed = False
        self._closing = threading.Lock()  # a thread that has just answered may wake a loop that is being closed
        self._wake, self._sleeper = os.pipe()
        os.set_blocking(self._wake, False)
        self._epoll.register(self._wake, select.EPOLLIN)
        self._hangups = select.epoll()
        self._watched: dict[int, Callable[[], None]] = {}
        self._epoll.register(self._hangups.fileno(), select.EPOLLIN)
        self._expected: dict[int, Callable[[], None]] = {}

    def changed(self, socket: int) -> None:
        """That socket may want something else now; the loop is woken."""
        self._changed.append(socket)
        self.wake()

    def served(self, socket: int) -> None:
        """As `changed`, of one that was answered: where it wants what it wanted before, the loop sleeps on."""
        found = self._sockets.get(socket)
        if found is not None and _wanted(found) != self._wanted.get(socket):
            self.changed(socket)

    def wake(self) -> None:
        """Has the loop look again; nothing, once it is closed."""
        if not self._woken:
            self._woken = True
            with self._closing:
                if not self._closed:
                    os.write(self._sleeper, b"x")

    def soon(self, then: Callable[[], None]) -> None:
        """Has `then` called on the loop's thread."""
        self._soon.append(then)
        self.wake()

    def expect(self, descriptor: int, then: Callable[[], None]) -> None:
        """Has `then` called, once, when there is something to read from what is no socket of waitress's."""
        self._expected[descriptor] = then
        self._epoll.register(descriptor, select.EPOLLIN | select.EPOLLONESHOT)

    def watch(self, socket: int, gone: Callable[[], None]) -> None:
        """Has `gone` called, once, should the client at the other end hang up. From any thread, as `watch_no_more`."""
        self._watched[socket] = gone
        try:
            self._hangups.register(socket, select.EPOLLRDHUP | select.EPOLLONESHOT)
        except (OSError, ValueError):  # it is closed already
            gone()

    def watch_no_more(self, socket: int) -> None:
        """Ends that."""
        if self._watched.pop(socket, None) is not None:
            with suppress(OSError, ValueError):  # it is closed already
                self._hangups.unregister(socket)

    def gone(self, socket: int) -> None:
        """That socket is about to be closed."""
        if self._wanted.pop(socket, 0):
            self._epoll.unregister(socket)

    def turn(self, timeout: float) -> None:
        """Waits until something has happened, at most so many seconds, and has it dealt with."""
        now = time.monotonic()
        part, others = 0.0, 0
        if due := now >= self._part_at:
            part = 1 / max(1, math.ceil(len(self._sockets) / AT_A_TIME))
            others = math.ceil(part * len(self._sockets))
            self._part_at = now + ALL_EVERY * part
        for each in self._to_ask(others):
            self._ask(each)
        for each, events in self._first(self._epoll.poll(min(timeout, self._part_at - now))):
            found = self._sockets.get(each)
            if found is not None:
                self._happened(each, found, events)
            elif each == self._wake:
                os.read(self._wake, 4096)
            elif each == self._hangups.fileno():
                self._tell_hangups()
            elif each in self._expected:
                self._expected.pop(each)()
        if due:
            self._upkeep(part)

    def close(self) -> None:
        """Lets go of what the loop itself has open."""
        with self._closing:
            self._closed = True
            self._epoll.close()
            self._hangups.close()
            os.close(self._wake)
            os.close(self._sleeper)

    def _tell_hangups(self) -> None:
        for socket, _ in self._hangups.poll(0):
            gone = self._watched.get(socket)
            if gone is not None:
                gone()

    def _to_ask(self, others: int) -> set[int]:
        """Those to which something has happened, and so many others, of whom it is the turn."""
        self._woken = False  # before the lists are emptied: who comes after that wakes the loop again
        while self._soon:
            self._soon.popleft()()
        asked = set(self._always)
        while self._changed:
            asked.add(self._changed.popleft())
        for _ in range(others):
            if not self._unasked:
                self._unasked.extend(self._sockets)
            asked.add(self._unasked.popleft())
        return asked

    def _ask(self, socket: int) -> None:
        """Has the system tell of what that one wants.

        What it does not want any more, to read while it is served, say, the system is told only once that comes: mostly
        it does not, until it is wanted again. Each word to the system hands the interpreter to another thread.
        """
        found = self._sockets.get(socket)
        if found is None:
            return
        wanted, before = _wanted(found), self._wanted.get(socket, 0)
        if wanted & ~before or before & ~wanted & select.EPOLLOUT:
            self._tell(socket, found)

    def _first(self, happened: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """What is dealt with in this turn: those who are quick, and some of the others, first those who were left the
        last time. Of the rest the system tells again. So nobody who is quick waits for a crowd.
        """
        if len(happened) <= OTHERS:
            self._left_over.clear()
            return happened
        quick, others = list[tuple[int, int]](), dict[int, int]()
        for each, events in happened:
            found = self._sockets.get(each)
            if found is None or found.quick:
                quick.append((each, events))
            else:
                others[each] = events
        order = [*dict.fromkeys([*(each for each in self._left_over if each in others), *others])]
        self._left_over = dict.fromkeys(order[OTHERS:])
        return quick + [(each, others[each]) for each in order[:OTHERS]]

    def _happened(self, socket: int, found: Any, events: int) -> None:
        """Has that one deal with what it wants of this."""
        if not self._wanted.get(socket, 0):
            return  # it came to one that has been closed since, and whose number this one has
        if found.readable():
            readwrite(found, events)
            self._ask(socket)
            return
        if found.writable():
            readwrite(found, events & ~READS)
        if self._sockets.get(socket) is found:
            self._tell(socket, found)

    def _tell(self, socket: int, found: Any) -> None:
        """Tells the system what is wanted of that one from now on."""
        wanted = -1
        # A thread that changes it meanwhile sees what the system was told before, and says nothing: see `served`.
        while wanted != (wanted := _wanted(found)):
            before = self._wanted.get(socket, 0)
            try:
                # What wants nothing is not registered at all: epoll would tell of a client that has hung up, and never
                # end.
                if not wanted:
                    self._epoll.unregister(socket)
                elif before:
                    self._epoll.modify(socket, wanted)
                else:
                    self._epoll.register(socket, wanted)
                self._wanted[socket] = wanted
            except OSError as error:
                log.warning("a connection is asked again in a moment: %s", error)  # it was closed without a word
                self._wanted.pop(socket, None)
                return


def _wanted(found: Any) -> int:
    """What that one wants to be told of, for epoll."""
    wanted = READS if found.readable() else 0
    return wanted | select.EPOLLOUT if found.writable() and not found.accepting else wanted
