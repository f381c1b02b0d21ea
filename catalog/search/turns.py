"""Turns at what takes long: few take theirs at once, others wait in a row, and who finds that too long comes again."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import metrics
from catalog.errors import TryLater
from catalog.search.patience import RETRY_AFTER, Patience


class Turns:
    """`at_once` have theirs, `places` wait for it at most, the first who came first: of one process.

    Threads that wait are those that photos in the cache are answered by: hence the few places.
    """

    def __init__(self, at_once: int, places: int) -> None:
        self._free = at_once
        self._places = places
        self._lock = threading.Lock()
        self._row: deque[Patience] = deque()

    @contextmanager
    def taken(self, patience: Patience) -> Iterator[None]:
        """Within it it is the caller's turn.

        Raises:
            TryLater: too many wait already, it did not come in time, or the caller is gone.
        """
        self._wait(patience)
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self, patience: Patience) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if len(self._row) >= self._places:
                raise _busy()
            self._row.append(patience)
        while not patience.is_over():
            patience.sleep()
            with self._lock:
                if patience not in self._row:
                    return  # whoever was before has passed the turn on
        with self._lock:
            if patience in self._row:
                self._row.remove(patience)
                raise patience.problem() if patience.gone else _busy()
        # It came at the last moment.

    def _pass_on(self) -> None:
        with self._lock:
            if self._row:
                self._row.popleft().wake()
            else:
                self._free += 1


def _busy() -> TryLater:
    metrics.shed.labels("search_places").inc()
    return TryLater("Too many searches or long lists are under way: try again in a few seconds.", RETRY_AFTER)
