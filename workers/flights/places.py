"""The places in which requests wait, shared between callers: who waits with many makes way for who waits with few."""

import threading
from collections import defaultdict
from collections.abc import Callable


class Place:
    """A place that somebody has; `revoked` once another has been given it, of which `wake` is told."""

    def __init__(self, caller: str) -> None:
        self.caller = caller
        self.revoked = False
        self.wake: Callable[[], None] = _nobody


class Places:
    """So many places. One caller may have all of them as long as nobody else wants one.

    Where none is free, and a caller has at least two fewer than whoever has the most, the newest place of that one is
    revoked: what has waited for long is rather got than begun anew. So each gets an equal part in the end, or as much
    as he wants (max-min fairness). Safe to use from many threads.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._held: defaultdict[str, list[Place]] = defaultdict(list)
        self._lock = threading.Lock()

    def take(self, caller: str) -> Place | None:
        """A place; None where there is none for this caller."""
        revoked: Place | None = None
        with self._lock:
            if self._free:
                self._free -= 1
            else:
                most = max(self._held.values(), key=len, default=[])
                if len(most) < len(self._held.get(caller, ())) + 2:
                    return None
                revoked = most.pop()
                revoked.revoked = True
            place = Place(caller)
            self._held[caller].append(place)
        if revoked is not None:
            revoked.wake()
        return place

    def leave(self, place: Place) -> None:
        """Gives it back, unless another has it already."""
        with self._lock:
            if place.revoked:
                return
            self._free += 1
            mine = self._held[place.caller]
            mine.remove(place)
            if not mine:
                del self._held[place.caller]


def _nobody() -> None:
    """Who is told of a place that is revoked before anybody waits in it."""
