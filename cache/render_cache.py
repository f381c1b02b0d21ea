"""RenderCache: the tiers, one below the other, as one cache. A tier that is ill is passed over."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from threading import Lock

import metrics
from cache.disk import Budget, DiskTier
from cache.errors import TierError
from cache.key import RenderKey
from cache.memory import MemoryTier
from cache.redis import RedisTier
from cache.tier import HURRIED, PROMPT, Figures, IsCommon, Tier, all_common
from cache.upkeep import Upkeep
from config import Settings

RENDERS = "renders"  # the disk tier's folder below data.dir
COMPLAIN_EVERY = 60.0  # seconds between two log lines about one tier

log = logging.getLogger(__name__)


class RenderCache:
    """Looks for renders in `tiers` in their order, the fastest first, and keeps them in all of them.

    Never raises because a tier is ill: that is counted, and logged at most once a minute for each tier.
    `clock` gives seconds that never run backwards.
    """

    def __init__(self, tiers: Sequence[Tier], clock: Callable[[], float] = time.monotonic) -> None:
        self.tiers = tuple(tiers)
        self._complaints = {tier.name: _Complaints(tier.name, clock) for tier in tiers}
        self._looks = {tier.name: _Looks(tier.name) for tier in tiers}
        self._upkeep: Upkeep | None = None

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
                self._looks[tier.name].add(hit=render is not None)
            if render is not None:
                for above in self.tiers[:depth]:
                    self._put(above, key, render, HURRIED)
                return render
        return None

    def at_hand(self, key: RenderKey) -> bytes | None:
        """The render from the memory of this process, without waiting for anything; None where it is not there: whoever
        wants it looks into all tiers then. It shows up in no hit or miss, unless `hit_at_hand` says so.
        """
        tier = self.tiers[0] if self.tiers else None
        return tier.get(key) if isinstance(tier, MemoryTier) else None

    def hit_at_hand(self) -> None:
        """A render that was at hand was what was wanted."""
        self._looks[MemoryTier.name].add(hit=True)

    def held(self, keys: Sequence[RenderKey]) -> dict[RenderKey, int]:
        """Which of these renders a tier has that processes share, with the bytes of each; none counts as looked for."""
        held: dict[RenderKey, int] = {}
        for tier in self.tiers:
            missing = [key for key in keys if key not in held]
            if tier.shared and missing:
                try:
                    held |= tier.held(missing)
                except (OSError, TierError) as error:
                    self._complaints[tier.name].add(error)
        return held

    def has(self, key: RenderKey) -> bool:
        """Whether a tier has the render: for those who do not need its bytes. Counts as no look-up, and as no use."""
        for tier in self.tiers:
            try:
                if tier.has(key):
                    return True
            except (OSError, TierError) as error:
                self._complaints[tier.name].add(error)
        return False

    def put(self, key: RenderKey, render: bytes, *, patience: float = PROMPT) -> bool:
        """Keeps the render in every tier, each of which may wait for `patience` seconds; gives whether all who share
        this cache can see it now.

        The lowest tier says so, as it reaches the furthest: other hosts see Redis, but not this one's disk.
        """
        seen = False
        for tier in self.tiers:
            seen = self._put(tier, key, render, patience) and tier.shared
        return seen

    def drop(self, key: RenderKey) -> None:
        """Forgets the render in every tier that can be reached."""
        for tier in self.tiers:
            try:
                tier.drop(key)
            except (OSError, TierError) as error:
                self._complaints[tier.name].add(error)

    def drop_photo(self, photoid: str, keep_version: str | None = None) -> int:
        """Forgets all renders of a photo but those of one version; gives how many, over the tiers.

        What other processes have in memory stays until it is evicted: nobody asks for it by this version any more.
        """
        dropped = 0
        for tier in self.tiers:
            try:
                dropped += tier.drop_photo(photoid, keep_version)
            except (OSError, TierError) as error:
                self._complaints[tier.name].add(error)
        return dropped

    def figures(self) -> dict[str, Figures]:
        """How much is in each tier that can be reached, by name."""
        figures: dict[str, Figures] = {}
        for tier in self.tiers:
            try:
                figures[tier.name] = tier.figures()
            except (OSError, TierError) as error:
                self._complaints[tier.name].add(error)
        return figures

    def shared_figures(self) -> dict[str, tuple[int, int]]:
        """Entries and bytes of the tiers that processes share, by name: for a scrape of the metrics."""
        shared = {tier.name for tier in self.tiers if tier.shared}
        return {name: (each.entries, each.bytes) for name, each in self.figures().items() if name in shared}

    def begin_upkeep(self) -> None:
        """Starts a thread that calls `tend` now and then, until `close`."""
        self._upkeep = Upkeep(self)

    def tend(self) -> bool:
        """A few milliseconds of upkeep of the disk tier, which also keeps the hits and misses of this process.

        Gives whether more is waiting to be done.
        """
        more = False
        for tier in self.tiers:
            if isinstance(tier, DiskTier):
                try:
                    self._keep_counts(tier)
                    more = tier.tend() or more
                except (OSError, TierError) as error:
                    self._complaints[tier.name].add(error)
        return more

    def close(self) -> None:
        """Ends the upkeep, writes what is collected, and lets go of files and connections."""
        if self._upkeep is not None:
            self._upkeep.stop()
        for tier in self.tiers:
            try:
                if isinstance(tier, DiskTier):
                    self._keep_counts(tier)
                    tier.flush()
                tier.close()
            except (OSError, TierError) as error:
                self._complaints[tier.name].add(error)

    def _keep_counts(self, disk: DiskTier) -> None:
        counts = Counter({(name, result): n for name, looks in self._looks.items() for result, n in looks.taken()})
        disk.flush(+counts)

    def _put(self, tier: Tier, key: RenderKey, render: bytes, patience: float) -> bool:
        try:
            return tier.put(key, render, patience=patience)
        except (OSError, TierError) as error:
            self._complaints[tier.name].add(error)
            return False


class _Looks:
    """Hits and misses of one tier: as metrics, and as numbers since they were last taken."""

    def __init__(self, tier: str) -> None:
        self._metrics = {hit: metrics.cache_requests.labels(tier, "hit" if hit else "miss") for hit in (True, False)}
        self._counts = {True: 0, False: 0}
        self._lock = Lock()

    def add(self, *, hit: bool) -> None:
        """Counts one look."""
        self._metrics[hit].inc()
        with self._lock:
            self._counts[hit] += 1

    def taken(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """The numbers, which begin anew."""
        with self._lock:
            counts, self._counts = self._counts, {True: 0, False: 0}
        return ("hit", counts[True]), ("miss", counts[False])


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


def tiers(settings: Settings, *, memory: bool = True, is_common: IsCommon = all_common) -> list[Tier]:
    """The tiers that the settings ask for, the fastest first; `is_common` tells which renders are in common sizes."""
    wanted: list[Tier] = []
    if memory and settings.cache_memory_bytes:
        wanted.append(MemoryTier(settings.cache_memory_bytes - settings.remembered_bytes, is_common))
    if settings.cache_disk_bytes and settings.cache_disk_entries:
        budget = Budget(settings.cache_disk_bytes, settings.cache_disk_entries, settings.cache_disk_free)
        wanted.append(DiskTier(settings.data_dir / RENDERS, budget, is_common))
    if settings.redis_url and settings.cache_redis_bytes:
        redis = RedisTier(settings.redis_url, settings.cache_redis_bytes, settings.cache_redis_ttl, is_common=is_common)
        wanted.append(redis)
    return wanted


def build(settings: Settings, *, memory: bool = True, is_common: IsCommon = all_common) -> RenderCache:
    """The cache that the settings ask for, with its upkeep begun; `close` ends it.

    `memory` is false for processes that only make renders: nobody asks them for one again.
    """
    cache = RenderCache(tiers(settings, memory=memory, is_common=is_common))
    cache.begin_upkeep()
    metrics.watch_shared(cache.shared_figures)
    return cache
