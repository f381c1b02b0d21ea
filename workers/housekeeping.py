"""What keeps the house in order while nobody looks."""

import logging

from cache.disk import DiskTier
from cache.tiers import RenderCache

# A put takes milliseconds: what is older was left by a process that was killed.
TEMPORARY_SECONDS = 600.0

log = logging.getLogger("darkroom.housekeeping")


def sweep(cache: RenderCache) -> int:
    """Removes the temporary files that killed processes left in the disk tier; gives how many."""
    swept = sum(tier.sweep(TEMPORARY_SECONDS) for tier in cache.tiers if isinstance(tier, DiskTier))
    if swept:
        log.info("%d temporary files of killed processes removed", swept)
    return swept
