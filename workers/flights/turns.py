"""Whose renders lie on the queue, and whose turn it is: a queue is first come, first served, callers are not."""

import threading
from collections import Counter

from workers.flights.waits import Wait

OWN = 2  # renders of a caller that lie on the queue, however long that is


class Turns:
    """The turns of one front end. A caller with `OWN` renders on the queue, or more, adds to it only while the whole of
    it is short; what he wants beside is held back until then. So whoever comes with few finds few before them, and the
    workers always find something. Safe to use from many threads.
    """

    def __init__(self) -> None:
        self._sent: Counter[str] = Counter()
        self._held: dict[str, dict[Wait, None]] = {}  # of each caller those that wait for their turn, in their order
        self._lock = threading.Lock()

    def enter(self, wait: Wait, caller: str) -> bool:
        """Whether it may go onto the queue however long that is, on that caller's account; else it is held back."""
        with self._lock:
            if wait.caller is None and self._sent[caller] >= OWN:
                if not wait.held:
                    self._held.setdefault(caller, {})[wait] = None
                    wait.held = True
                return False
            self._account(wait, caller)
            return True

    def sent(self, wait: Wait, caller: str) -> None:
        """What was held back lies on the queue now, on that caller's account."""
        with self._lock:
            self._account(wait, caller)

    def done(self, wait: Wait) -> None:
        """Nobody waits for it any more, or there is no need to."""
        with self._lock:
            self._forget(wait)
            if wait.caller is not None:
                self._sent[wait.caller] -= 1
                if not self._sent[wait.caller]:
                    del self._sent[wait.caller]
                wait.caller = None

    def next(self) -> Wait | None:
        """Whose turn it is: of the caller who has the fewest on the queue, what has been held back for longest."""
        with self._lock:
            if not self._held:
                return None
            return next(iter(self._held[min(self._held, key=lambda caller: self._sent[caller])]))

    def count(self) -> int:
        """How many renders are wanted of workers here, those that are held back among them."""
        with self._lock:
            return self._sent.total() + sum(map(len, self._held.values()))

    def _account(self, wait: Wait, caller: str) -> None:
        self._forget(wait)
        if wait.caller is None:
            wait.caller = caller
            self._sent[caller] += 1

    def _forget(self, wait: Wait) -> None:
        if not wait.held:
            return
        wait.held = False
        for caller, mine in self._held.items():
            if wait in mine:
                del mine[wait]
                if not mine:
                    del self._held[caller]
                return
