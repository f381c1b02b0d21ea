"""Whether the disk tier costs the same at a million entries as at ten thousand.

`python -m bench.cache_scale --folder F` fills two tiers in a new folder inside F with renders of 400 bytes, and then
measures both by turns: a put where there is room, a get, and a put that has to evict. The medians of all are compared.
"""

import argparse
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from tqdm import tqdm

from cache.disk import Budget, DiskTier
from cache.disk.files import END_OF_IMAGE, START_OF_IMAGE, Files
from cache.key import RenderKey

RENDER = START_OF_IMAGE + b"x" * 396 + END_OF_IMAGE
SHARDS = 256
BLOCK = 4096  # bytes that a small file or a folder takes
INDEX = 500  # bytes that an entry takes in the index, with some to spare
TURNS, CALLS = 30, 100
ALLOWED = 1.5  # times as long


class Cache:
    """A tier of `entries` renders. All shards are made first: making them is the price of the first renders only."""

    def __init__(self, folder: Path, entries: int) -> None:
        self._folder = folder
        self._entries = entries
        self._numbers = count()
        for shard in range(SHARDS * SHARDS):
            (folder / f"{shard // SHARDS:02x}" / f"{shard % SHARDS:02x}").mkdir(parents=True)
        self._roomy = DiskTier(folder, Budget(entries=2 * entries, free=0))
        for _ in self._roomy.reconcile():
            pass
        self._full = DiskTier(folder, Budget(entries=entries, free=0))
        self._last = -1

    def fill(self) -> None:
        """Puts as many as there should be."""
        for _ in tqdm(range(self._entries), desc=f"filling {self._entries}", file=sys.stderr, mininterval=1.0):
            self.put()

    def put(self) -> None:
        """Puts a new one; there is room."""
        self._last = next(self._numbers)
        self._roomy.put(_key(self._last), RENDER)

    def get(self) -> None:
        """Gets one of those put lately or long ago, but not so long that it may have been evicted."""
        key = _key(self._last - random.randrange(self._entries // 2))
        if self._roomy.get(key) != RENDER:
            raise SystemExit(f"{key.name} is not there")

    def evict(self) -> None:
        """Puts a new one where there is no room."""
        self._last = next(self._numbers)
        self._full.put(_key(self._last), RENDER)

    def warm(self) -> None:
        """Looks into every shard: most of a small tier's were not used since they were made, and lie on the disk."""
        for _ in Files(self._folder).walk():
            pass

    def trim(self) -> int:
        """Brings it back to its size, and writes last uses down; gives its entries."""
        self._roomy.flush()
        while self._full.tend():
            pass
        return self._full.figures().entries


def main() -> int:
    """Prints a table of microseconds; gives 1 where the large one costs more than 1.5 times as much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="on the filesystem to measure")
    parser.add_argument("--large", type=int, default=1_000_000, help="entries of the large one (%(default)s)")
    parser.add_argument("--small", type=int, default=10_000, help="entries of the small one (%(default)s)")
    chosen = parser.parse_args()
    _check_room(chosen.folder, chosen.small + chosen.large)
    folder = Path(tempfile.mkdtemp(prefix="cache-scale-", dir=chosen.folder))
    try:
        small, large = Cache(folder / "small", chosen.small), Cache(folder / "large", chosen.large)
        small.fill()
        small_rss = _peak()
        large.fill()
        print("| what | entries | µs, median | | entries | µs, median | ratio |\n|---|---|---|---|---|---|---|")
        ratios = [_compare(name, small, large, chosen.small, chosen.large) for name in ("put", "get", "evict")]
        index = (folder / "large/index.sqlite").stat().st_size
        print(f"peak memory: {small_rss} MB with the small one, {_peak()} MB with both")
        print(f"index of the large one: {index / chosen.large:.0f} bytes an entry; {large.trim()} entries at the end")
        return int(max(ratios) > ALLOWED)
    finally:
        shutil.rmtree(folder)


def _compare(name: str, small: Cache, large: Cache, *entries: int) -> float:
    """By turns, so that what else the machine does falls on both."""
    times: dict[Cache, list[float]] = {small: [], large: []}
    for cache in (small, large):
        cache.trim()
        cache.warm()
    for _ in range(TURNS):
        for cache, taken in times.items():
            taken += _microseconds(getattr(cache, name))
            cache.trim()
    medians = [statistics.median(taken) for taken in times.values()]
    ratio = medians[1] / medians[0]
    print(f"| {name} | {entries[0]} | {medians[0]:.1f} | | {entries[1]} | {medians[1]:.1f} | {ratio:.2f} |", flush=True)
    return ratio


def _microseconds(call: Callable[[], None]) -> Iterator[float]:
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        yield (time.perf_counter() - began) * 1e6


def _key(number: int) -> RenderKey:
    return RenderKey(f"{number:022d}", "0123456789abcdef-1", 256, 256, 70)


def _check_room(folder: Path, entries: int) -> None:
    system = os.statvfs(folder)
    inodes, size = entries + 3 * SHARDS * SHARDS, (entries + 2 * SHARDS * SHARDS) * BLOCK + entries * INDEX
    if system.f_files and system.f_favail < inodes:
        raise SystemExit(f"{folder} has {system.f_favail} inodes left; {inodes} are needed")
    if system.f_bavail * system.f_frsize < size:
        raise SystemExit(f"{folder} has {system.f_bavail * system.f_frsize} bytes left; {size} are needed")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
