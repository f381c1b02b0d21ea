"""Who waits for what in one process: all who wait for one render, on one queue, share a `Wait`."""

import secrets
import threading
import time

import metrics
from workers.errors import Busy
from workers.flights import DROPPED, Word

LOOK_AGAIN = 1.0  # seconds between two looks at the registry


class Wait:
    """What the waiters of one render share. `queue` is where its task lies, should nobody have sent one before."""

    def __init__(self, name: str, queue: str) -> None:
        self.name = name
        self.queue = queue
        self.ident = secrets.token_hex(6)  # stands for all of them in the registry
        self.waiters = 0
        self.landed = threading.Event()
        self.word: Word | None = None
        self.render: bytes | None = None
        self.look_at = time.monotonic() + LOOK_AGAIN
        self.astray = False  # whether the last look found the queue empty

    def end(self, word: Word, render: bytes | None) -> None:
        """Wakes all who wait, unless they were woken before."""
        if not self.landed.is_set():
            self.word, self.render = word, render
            self.landed.set()


class Waits:
    """The waits of this process."""

    def __init__(self) -> None:
        self._waits: dict[tuple[str, str], Wait] = {}
        self._lock = threading.Lock()
        self.last_word = float("-inf")
        """When a worker was last heard, by time.monotonic."""

    def join(self, name: str, queue: str) -> tuple[Wait, bool]:
        """Where to wait for the word on `name`, and whether nobody did before."""
        with self._lock:
            wait = self._waits.get((queue, name))
            first = wait is None
            if wait is None:
                wait = self._waits[queue, name] = Wait(name, queue)
                metrics.flights.inc()
            wait.waiters += 1
            return wait, first

    def leave(self, wait: Wait) -> bool:
        """Gives up a place, and says whether that was the last one. Whoever comes after the word was heard begins
        anew, as the cache has changed.
        """
        with self._lock:
            wait.waiters -= 1
            place = wait.queue, wait.name
            if self._waits.get(place) is wait and (not wait.waiters or wait.landed.is_set()):
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

    def heard(self, word: Word, render: bytes | None, queues: tuple[str, ...]) -> None:
        """Tells those who wait, on any of the queues, how it went; of what was dropped, that they ask anew at once."""
        if word.outcome not in (Busy.kind, DROPPED):  # a front end says busy of a task that it could not send
            self.last_word = time.monotonic()
        with self._lock:
            waits = [wait for queue in queues if (wait := self._waits.get((queue, word.key))) is not None]
            if word.outcome == DROPPED:
                for wait in waits:
                    wait.look_at = time.monotonic()
        if word.outcome != DROPPED:
            for wait in waits:
                wait.end(word, render)
