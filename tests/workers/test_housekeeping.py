"""What is swept, and what is left alone."""

import os
import time
from pathlib import Path

from cache.disk import DiskTier
from cache.memory import MemoryTier
from cache.tiers import RenderCache
from tests.cache.keys import key, render
from workers.housekeeping import TEMPORARY_SECONDS, sweep


def test_only_old_temporary_files_are_swept(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path)
    cache = RenderCache([MemoryTier(10**6), tier])
    cache.put(key(), render())
    kept = tmp_path / key().path
    new, old = tmp_path / "tmp" / "2-b", tmp_path / "tmp" / "1-a"
    for file in (new, old):
        file.write_bytes(b"half a rend")
    long_ago = time.time() - TEMPORARY_SECONDS - 60
    for file in (old, kept):
        os.utime(file, (long_ago, long_ago))
    assert sweep(cache) == 1
    assert (old.exists(), new.exists(), kept.exists()) == (False, True, True)
    assert tier.get(key()) == render()
    assert sweep(cache) == 0


def test_a_cache_that_is_not_there_yet_has_nothing_to_sweep(tmp_path: Path) -> None:
    assert sweep(RenderCache([DiskTier(tmp_path / "none")])) == 0
    assert sweep(RenderCache([])) == 0
    assert list(tmp_path.iterdir()) == []
