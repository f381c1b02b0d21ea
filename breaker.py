"""A circuit breaker: a service that does not answer is left alone for a while, so that not each call waits for it."""

import time
from collections.abc import Callable
from threading import Lock

REST = 1.0  # seconds: a service is back within so many of its return, and a call a second waits for one that is away


class Breaker:
    """Closed, it lets every call through. A failure opens it for `rest` seconds; then one call is let through to see,
    and the others wait for what comes of it, or for another rest should it never be heard of again.

    `clock` gives seconds that never run backwards. Safe to use from many threads.
    """

    def __init__(self, rest: float = REST, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest = rest
        self._clock = clock
        self._lock = Lock()
        self._open_until: float | None = None

    def allows(self) -> bool:
        """Whether to call; who is told yes has to say `succeeded` or `failed` afterwards."""
        if self._open_until is None:  # the usual case, in which nobody waits for a lock
            return True
        with self._lock:
            now = self._clock()
            if self._open_until is not None:
                if now < self._open_until:
                    return False
                self._open_until = now + self._rest
            return True

    def succeeded(self) -> None:
        """The service answered."""
        if self._open_until is not None:
            with self._lock:
                self._open_until = None

    def failed(self) -> None:
        """The service did not answer."""
        with self._lock:
            self._open_until = self._clock() + self._rest
