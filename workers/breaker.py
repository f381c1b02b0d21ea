"""Breaker: after a failure nobody tries for a while, so that nobody waits for what does not answer."""

import time
from collections.abc import Callable
from threading import Lock


class Breaker:
    """Closed as long as all goes well. A failure opens it for `rest` seconds, after which one caller may try; the
    others have to wait for how that goes. `clock` gives seconds that never run backwards.
    """

    def __init__(self, rest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest = rest
        self._clock = clock
        self._lock = Lock()
        self._open_until: float | None = None

    def lets(self) -> bool:
        """Whether the caller may try. It has to say afterwards how it went."""
        with self._lock:
            if self._open_until is None:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            self._open_until = now + self._rest  # this one tries, the next after another rest
            return True

    def failed(self) -> None:
        """A try went wrong."""
        with self._lock:
            self._open_until = self._clock() + self._rest

    def succeeded(self) -> None:
        """A try went well."""
        self._open_until = None
