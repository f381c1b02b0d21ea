"""RenderCache: the tiers, one below the other, as one cache. A tier that is ill is passed over."""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

import metrics
from cache.disk import DiskTier
from cache.errors import TierError
from cache.key import RenderKey
from cache.memory import MemoryTier
from config import Settings

RENDERS = "renders"  # the disk tier's folder below data.dir
COMPLAIN_EVERY = 60.0  # seconds between two log lines about one tier

log = logging.getLogger(__name__)


class Tier(Protocol):
    """One place where renders are kept. Its methods may raise OSError or TierError."""

    @property
    def name(self) -> str:
        """The tier's name in metrics and logs."""

    @property
    def shared(self) -> bool:
        """Whether other processes see what is put here."""

    def get(self, key: RenderKey) -> bytes | None:
        """The render; None where it is not here."""

    def put(self, key: RenderKey, render: bytes) -> bool:
        """Keeps the render; False where this tier does not take one like it."""

    def drop(self, key: RenderKey) -> None:
        """Forgets the render, if it is here."""


class RenderCache:
    """Looks for renders in `tiers` in their order, the fastest first, and keeps them in all of them.

    Never raises because a tier is ill: that is counted, and logged at most once a minute for each tier.
    `clock` gives seconds that never run backwards.
    """

    def __init__(self, tiers: Sequence[Tier], clock: Callable[[], float] = time.monotonic) -> None:
        self.tiers = tuple(tiers)
        self._complaints = {tier.name: _Complaints(tier.name, clock) for tier in tiers}
        self._hits = {tier.name: metrics.cache_requests.labels(tier.name, "hit") for tier in tiers}
        self._misses = {tier.name: metrics.cache_requests.labels(tier.name, "miss") for tier in tiers}

    def get(self, key: RenderKey, *, counted: bool = True) -> bytes | None:
        """The render from the first tier that has it, now in the tiers above too; None where none has it.

        With `counted` false it shows up in no hit or miss: for a second look on behalf of the same request.
        """
        for depth, tier in enumerate(self.tiers):
            try:
                render = tier.get(key)
            except (OSError, TierError) as error:
                self._complaints[tier.name].add(error)
                continue
            if counted:
                (self._misses if render is None else self._hits)[tier.name].inc()
            if render is not None:
                for above in self.tiers[:depth]:
                    self._put(above, key, render)
                return render
        return None

    def put(self, key: RenderKey, render: bytes) -> bool:
        """Keeps the render in every tier; gives whether other processes can see it in one of them."""
        taken = [tier.shared for tier in self.tiers if self._put(tier, key, render)]
        return any(taken)

    def drop(self, key: RenderKey) -> None:
        """Forgets the render in every tier that can be reached."""
        for tier in self.tiers:
            try:
                tier.drop(key)
            except (OSError, TierError) as error:
                self._complaints[tier.name].add(error)

    def _put(self, tier: Tier, key: RenderKey, render: bytes) -> bool:
        try:
            return tier.put(key, render)
        except (OSError, TierError) as error:
            self._complaints[tier.name].add(error)
            return False


class _Complaints:
    """What is said about an ill tier: every failure counted, one line a minute in the log."""

    def __init__(self, tier: str, clock: Callable[[], float]) -> None:
        self._tier = tier
        self._clock = clock
        self._errors = metrics.cache_requests.labels(tier, "error")
        self._lock = Lock()
        self._quiet_until = float("-inf")
        self._unsaid = 0

    def add(self, error: Exception) -> None:
        """Counts `error`, and logs it where the last line is long enough ago."""
        self._errors.inc()
        with self._lock:
            self._unsaid += 1
            now = self._clock()
            if now < self._quiet_until:
                return
            self._quiet_until = now + COMPLAIN_EVERY
            unsaid, self._unsaid = self._unsaid, 0
        log.warning("the %s tier is passed over (%d failures since the last word): %s", self._tier, unsaid, error)


def build(settings: Settings, *, memory: bool = True) -> RenderCache:
    """The cache that the settings ask for.

    `memory` is false for processes that only make renders: nobody asks them for one again.
    """
    tiers: list[Tier] = []
    if memory and settings.cache_memory_bytes:
        tiers.append(MemoryTier(settings.cache_memory_bytes))
    tiers.append(DiskTier(settings.data_dir / RENDERS))
    return RenderCache(tiers)
