"""Who waits for what in one process: all who wait for one render, on one queue, share a `Wait`."""

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import metrics
from workers.errors import Busy
from workers.flights.registry import DROPPED, Completion

LOOK_AGAIN = 1.0  # seconds between two looks at the registry

# Between two tasks for one render passes at least so long, in seconds, and twice as long each time up to the longest:
# whatever it is that makes tasks vanish, a request that waits must not become hundreds of them.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 60.0


class Client(Protocol):
    """Who asked for a render."""

    def gone(self) -> bool:
        """Whether it has hung up."""

    def watched(self, gone: Callable[[], None]) -> AbstractContextManager[object]:
        """Within it `gone` is called, on any thread, when the client hangs up."""


class _UnknownClient:
    def gone(self) -> bool:
        """As in `Client`: never."""
        return False

    def watched(self, gone: Callable[[], None]) -> AbstractContextManager[object]:  # noqa: ARG002
        """As in `Client`."""
        return nullcontext()


UNKNOWN_CLIENT = _UnknownClient()
"""A client of whom nobody can tell whether it is still there: another server than ours calls the app."""


class Wait:
    """What the waiters of one render share. `queue` is where its task lies, should nobody have sent one before."""

    def __init__(self, name: str, queue: str) -> None:
        self.name = name
        self.queue = queue
        self.ident = secrets.token_hex(6)  # stands for all of them in the registry
        self.waiters = 0
        self.completion: Completion | None = None
        self.render: bytes | None = None
        self.look_at = time.monotonic() + LOOK_AGAIN
        self.astray = False  # whether the last look found the queue empty
        self.owed = False  # whether a task has to be sent, as soon as one may be
        self.held = False  # whether it has to wait for its turn, before it may be claimed
        self.caller: str | None = None  # on whose account it lies on the queue
        self._tasks = 0  # that were sent
        self._next_task_at = float("-inf")
        self._changed = threading.Condition()

    def may_send(self) -> bool:
        """Whether a task may be sent now, which then counts as sent; else the next look comes when one may."""
        now = time.monotonic()
        if now < self._next_task_at:
            self.look_at = min(self.look_at, self._next_task_at)
            return False
        self._next_task_at = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._tasks)
        self._tasks = min(self._tasks + 1, 10)
        return True

    def until(self, seconds: float, enough: Callable[[], bool]) -> bool:
        """Waits for the completion, for so many seconds at most, or until `enough`, which is asked whenever somebody
        calls `wake`; gives whether the completion has come.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.completion is not None or enough(), seconds)
            return self.completion is not None

    def wake(self) -> None:
        """Has all who wait look whether that is still what they want."""
        with self._changed:
            self._changed.notify_all()

    def end(self, completion: Completion, render: bytes | None) -> None:
        """Gives all who wait the completion, unless they have one."""
        with self._changed:
            if self.completion is None:
                self.completion, self.render = completion, render
                self._changed.notify_all()


class Waits:
    """The waits of this process."""

    def __init__(self) -> None:
        self._waits: dict[tuple[str, str], Wait] = {}
        self._lock = threading.Lock()
        self.last_completion = float("-inf")
        """When a worker was last heard, by time.monotonic."""

    def join(self, name: str, queue: str) -> tuple[Wait, bool]:
        """Where to wait for the completion on `name`, and whether nobody did before."""
        with self._lock:
            wait = self._waits.get((queue, name))
            first = wait is None
            if wait is None:
                wait = self._waits[queue, name] = Wait(name, queue)
                metrics.flights.inc()
            wait.waiters += 1
            return wait, first

    def leave(self, wait: Wait) -> bool:
        """Gives up a place, and says whether that was the last one. Whoever comes after the completion was heard begins
        anew, as the cache has changed.
        """
        with self._lock:
            wait.waiters -= 1
            place = wait.queue, wait.name
            if self._waits.get(place) is wait and (not wait.waiters or wait.completion is not None):
                del self._waits[place]
                metrics.flights.dec()
            return not wait.waiters

    def due(self, wait: Wait) -> bool:
        """Whether the caller is the one of the waiters who is to look again now."""
        with self._lock:
            now = time.monotonic()
            if now < wait.look_at:
                return False
            wait.look_at = now + LOOK_AGAIN
            return True

    def all(self) -> list[Wait]:
        """All waits there are now."""
        with self._lock:
            return list(self._waits.values())

    def complete(self, completion: Completion, render: bytes | None, queues: tuple[str, ...]) -> None:
        """Tells those who wait, on any of the queues, how it went; of what was dropped, that they ask anew at once."""
        if completion.outcome not in (Busy.kind, DROPPED):  # a front end says busy of a task that it could not send
            self.last_completion = time.monotonic()
        with self._lock:
            waits = [wait for queue in queues if (wait := self._waits.get((queue, completion.key))) is not None]
            if completion.outcome == DROPPED:
                for wait in waits:
                    wait.look_at = time.monotonic()
        for wait in waits:
            if completion.outcome == DROPPED:
                wait.wake()
            else:
                wait.end(completion, render)
