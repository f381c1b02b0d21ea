"""What keeps the house in order while nobody looks."""

import logging

from cache.disk.tier import TEMPORARY_SECONDS, DiskTier
from cache.render_cache import RenderCache
from catalog.changelog import Changelog
from workers.versions import key_version

FOLLOW_EVERY = 2.0
"""Seconds between two calls of `follow`."""

AT_ONCE = 500  # changes; a first scan writes down hundreds a second, and none of them is in a hurry

log = logging.getLogger("darkroom.housekeeping")


def sweep(cache: RenderCache) -> int:
    """Removes the temporary files that killed processes left in the disk tier; gives how many.

    Where there are any, the cache's upkeep compares index and files soon after, in the background.
    """
    swept = 0
    for tier in cache.tiers:
        if isinstance(tier, DiskTier):
            here = tier.sweep(TEMPORARY_SECONDS)
            if here:
                tier.ask_to_reconcile()
            swept += here
    if swept:
        log.info("%d temporary files of killed processes removed", swept)
    return swept


def follow(changelog: Changelog, cache: RenderCache, *, gather: bool = False) -> int:
    """Has the cache forget the renders of old versions and of photos that are gone, for some of the changes in the
    catalogue; gives for how many. Those of photos that are missing stay. With `gather`, photos that are new or have
    changed then wait for a job.

    Nothing else depends on it but room in the cache: a version is in the name of each render.
    """
    some = changelog.next(AT_ONCE)
    if not some:
        return 0
    current = {each.photoid: each for each in some}
    dropped = sum(
        cache.drop_photo(photoid, None if change.version is None else key_version(change.version))
        for photoid, change in current.items()
    )
    arrived = [photoid for photoid, change in current.items() if gather and change.there]
    changelog.followed(some[-1].number, arrived)
    if dropped:
        log.info("%d renders of photos that have changed or gone removed", dropped)
    return len(some)
