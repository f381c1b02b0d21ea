"""Token buckets, one for each caller, in bounded memory."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

MOST_BUCKETS = 8192


@dataclass(frozen=True, slots=True)
class Rate:
    """How many tokens a bucket holds, and how many come to it in a second."""

    burst: float
    per_second: float


class Buckets:
    """Buckets of one kind. Each begins full; of one that is full again nothing is kept.

    A bucket is the one time at which it will be full (the "generic cell rate algorithm", ITU-T I.371): what is missing
    until then is what was taken. Beyond `most` buckets the one is forgotten from which nothing was taken for longest.
    `clock` gives seconds that never run backwards. Safe to use from many threads.
    """

    def __init__(self, rate: Rate, *, most: int = MOST_BUCKETS, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = most
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def take(self, whose: str, tokens: float = 1.0) -> float:
        """Takes so many tokens: 0.0; or takes none, and gives the seconds after which there are enough.

        More than a bucket holds are taken from a full one, which then is below empty for as long as they would have
        taken: so what is large can be had at all.
        """
        now, rate = self._clock(), self._rate
        with self._lock:
            full_at = max(now, self._full_at.get(whose, now))
            missing = (full_at - now) * rate.per_second
            short = missing + min(tokens, rate.burst) - rate.burst
            if short > 1e-6 * rate.burst:  # else two numbers that differ by their rounding
                return short / rate.per_second
            self._full_at[whose] = full_at + tokens / rate.per_second
            self._full_at.move_to_end(whose)
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
        return 0.0

    def __len__(self) -> int:
        return len(self._full_at)
