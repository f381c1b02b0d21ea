"""How the tiers stand, for people: how full each is, how full it may be, how often it helps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cache.disk import DiskTier
from cache.disk.rows import Count
from cache.errors import TierError
from cache.tier import Figures, Tier
from config import Settings


@dataclass(frozen=True, slots=True)
class Summary:
    """One tier. `hits` and `misses` are those of this host, over all its processes, as the disk tier keeps them.

    `figures` is None where they are other processes' own, or where the tier is ill: then `trouble` says why. `most_…`
    is what it may hold, None: as many as there are.
    """

    name: str
    figures: Figures | None
    most_entries: int | None
    most_bytes: int
    hits: int
    misses: int
    trouble: str = ""

    @property
    def hit_rate(self) -> float | None:
        """The share of look-ups that found something; None before the first."""
        looks = self.hits + self.misses
        return self.hits / looks if looks else None


def summaries(tiers: Sequence[Tier], settings: Settings, *, own: bool) -> Iterator[Summary]:
    """A summary of each tier; with `own`, those too of which each process has one: this process's."""
    most = {
        "memory": (None, settings.cache_memory_bytes),
        "disk": (settings.cache_disk_entries, settings.cache_disk_bytes),
        "redis": (None, settings.cache_redis_bytes),
    }
    counts, troubles = _counts(tiers)
    for tier in tiers:
        figures, trouble = None, troubles.get(tier.name, "")
        try:
            figures = tier.figures() if (tier.shared or own) and not trouble else None
        except (OSError, TierError) as error:
            trouble = str(error)
        hits, misses = counts.get((tier.name, "hit"), 0), counts.get((tier.name, "miss"), 0)
        yield Summary(tier.name, figures, *most[tier.name], hits, misses, trouble)


def _counts(tiers: Sequence[Tier]) -> tuple[dict[Count, int], dict[str, str]]:
    """The look-ups of this host; and what is wrong with the tier that would know them."""
    for tier in tiers:
        if isinstance(tier, DiskTier):
            try:
                return tier.counts(), {}
            except (OSError, TierError) as error:
                return {}, {tier.name: str(error)}
    return {}, {}
