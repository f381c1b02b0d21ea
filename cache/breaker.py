"""A circuit breaker: a service that does not answer is left alone for a while, so that not each call waits for it."""

import time
from collections.abc import Callable
from threading import Lock

SHORTEST, LONGEST = 1.0, 30.0  # seconds of rest


class Breaker:
    """Lets calls through while they succeed. After a failure there is a rest, doubled at each further one.

    When a rest is over, one call is let through to see; the others wait for what comes of it. `clock` gives seconds
    that never run backwards. Safe to use from many threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._rest = 0.0
        self._until = 0.0
        self._trying = False

    def lets_through(self) -> bool:
        """Whether to call; who is told yes has to say `succeeded` or `failed` afterwards."""
        if not self._rest:
            return True
        with self._lock:
            if self._clock() < self._until:
                return False
            # The next one is let through should this one never be heard of again.
            self._until = self._clock() + self._rest
            self._trying = True
            return True

    def succeeded(self) -> None:
        """The service answered."""
        if self._rest:
            with self._lock:
                self._rest = 0.0

    def failed(self) -> None:
        """The service did not answer."""
        with self._lock:
            if not self._rest:
                self._rest = SHORTEST
            elif self._trying:  # else it is a call from before the rest
                self._rest = min(2 * self._rest, LONGEST)
            self._trying = False
            self._until = self._clock() + self._rest
