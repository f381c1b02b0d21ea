"""What each caller may have within a time: a bucket for each kind of what costs, by the settings `limits.*`."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import metrics
from api.http.errors import LimitReached
from api.http.params import Wanted
from api.limits.buckets import Buckets, Rate
from api.limits.sizes import Sizes
from catalog.errors import Forbidden
from config import Settings

MINUTE = 60.0  # seconds
BURST = 10.0  # minutes' worth that a bucket holds


@dataclass(frozen=True, slots=True)
class Payer:
    """On whose account it goes: a session to which somebody has signed in with a password of his own, else the network
    that is called from.
    """

    name: str
    signed_in: bool = False


class Allowances:
    """What callers may have. `only_common`: who is not signed in gets common sizes alone.

    Each method takes from the caller's bucket, or raises LimitReached where there is not enough in it.
    """

    def __init__(self, settings: Settings, sizes: Sizes, clock: Callable[[], float] = time.monotonic) -> None:
        self._sizes = sizes
        self._only_common = settings.render_sizes == "common"
        self._misses = _Kind("misses", settings.limits_misses, "renders", clock)
        self._new_sizes = _Kind("new_sizes", settings.limits_new_sizes, "sizes that are not common", clock)
        self._queries = _Kind("queries", settings.limits_queries, "queries", clock)
        self._sessions = _Kind("sessions", settings.limits_sessions, "sessions", clock)
        self._originals = _Kind("originals", settings.limits_originals, "photos in their own size", clock)

    def miss(self, payer: Payer, size: Wanted) -> None:
        """A render is to be made, in a size that may be new."""
        self._misses.take(payer)
        if not self._sizes.is_known(size):
            self._new_sizes.take(payer)
            self._sizes.remember(size)

    def query(self, payer: Payer) -> None:
        """A query is to be asked."""
        self._queries.take(payer)

    def session(self, payer: Payer) -> None:
        """A session is to be made."""
        self._sessions.take(payer)

    def original(self, payer: Payer, size: int) -> None:
        """So many bytes of a photo's own file are to be sent."""
        self._originals.take(payer, size)

    def require_size(self, size: Wanted, payer: Callable[[], Payer]) -> None:
        """Raises Forbidden where the caller may not have a photo in that size at all."""
        if self._only_common and not self._sizes.is_common(size) and not payer().signed_in:
            raise Forbidden(
                "Who is not signed in gets photos in the common sizes alone (render.sizes): /api/me lists them."
            )


class _Kind:
    """The buckets of one kind; `per_minute` tokens come to each in a minute, 0: it is not bounded."""

    def __init__(self, name: str, per_minute: int, what: str, clock: Callable[[], float]) -> None:
        self._what = what
        rate = Rate(burst=per_minute * BURST, per_second=per_minute / MINUTE)
        self._buckets = Buckets(rate, clock=clock) if per_minute else None
        self._refused = metrics.limited.labels(name)

    def take(self, payer: Payer, tokens: float = 1.0) -> None:
        wait = self._buckets.take(payer.name, tokens) if self._buckets is not None else 0.0
        if wait:
            self._refused.inc()
            seconds = max(1, math.ceil(round(wait, 3)))
            unit = "second" if seconds == 1 else "seconds"
            raise LimitReached(
                f"Too many {self._what} were asked for from here: try again in {seconds} {unit}.", seconds
            )
