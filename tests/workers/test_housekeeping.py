"""What keeps the house in order."""

import os
from pathlib import Path

from cache.disk import Budget, DiskTier
from cache.memory import MemoryTier
from cache.tiers import RenderCache
from tests.cache.disks import assert_equal
from tests.cache.keys import key, render
from workers.housekeeping import sweep


def test_what_killed_processes_left_goes_and_the_index_is_compared_soon(tmp_path: Path) -> None:
    cache = RenderCache([MemoryTier(10**6), DiskTier(tmp_path, Budget(free=0))])
    cache.put(key(), render())
    while cache.tend():
        pass
    (tmp_path / "tmp/half").write_bytes(b"half")
    os.utime(tmp_path / "tmp/half", (1, 1))
    (tmp_path / key().path).unlink()  # a row without its file
    assert sweep(cache) == 1
    while cache.tend():
        pass
    assert_equal(tmp_path)
    assert cache.figures()["disk"].entries == 0
    cache.close()
