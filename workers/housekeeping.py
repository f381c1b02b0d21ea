"""What keeps the house in order while nobody looks."""

import logging

from cache.disk import TEMPORARY_SECONDS, DiskTier
from cache.tiers import RenderCache

log = logging.getLogger("darkroom.housekeeping")


def sweep(cache: RenderCache) -> int:
    """Removes the temporary files that killed processes left in the disk tier; gives how many.

    The cache's upkeep compares index and files soon after, in the background.
    """
    swept = 0
    for tier in cache.tiers:
        if isinstance(tier, DiskTier):
            swept += tier.sweep(TEMPORARY_SECONDS)
            tier.ask_to_reconcile()
    if swept:
        log.info("%d temporary files of killed processes removed", swept)
    return swept
