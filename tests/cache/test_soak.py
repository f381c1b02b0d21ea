"""Many processes at once over a budget that they write many times."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from cache.disk import Budget, DiskTier
from cache.disk.lock import locked
from tests.cache.disks import assert_equal, on_disk

PROJECT = Path(__file__).parents[2]
INDEX_EVERY, FILES_EVERY = 0.1, 2.0  # seconds between two looks
OVERWRITTEN = 10  # times the budget


def hammer(folder: Path, budget: int, seed: int, seconds: float, least: int) -> "subprocess.Popen[str]":
    """Starts a process that puts and gets."""
    numbers = (str(budget), str(seed), str(seconds), str(least))
    command = [sys.executable, "-m", "tests.cache.hammer", str(folder), *numbers]
    output = folder.with_name(f"hammer-{seed}").open("w")
    with output:
        return subprocess.Popen(command, cwd=PROJECT, stdout=output, text=True)


def said(folder: Path, seed: int) -> dict[str, int]:
    """What a process said at its end."""
    last: dict[str, int] = json.loads(folder.with_name(f"hammer-{seed}").read_text().splitlines()[-1])
    return last


def hammered(folder: Path, processes: int, seconds: float, budget: int) -> Counter[str]:
    """Lets them do their worst for so long, longer where they have not written enough by then, and looks on; gives what
    they did.
    """
    onlooker = DiskTier(folder, Budget(budget, 10**6, free=0))
    onlooker.tend()  # makes an index to look into
    least = OVERWRITTEN * budget // processes + 1
    running = [hammer(folder, budget, seed, seconds, least) for seed in range(processes)]
    next_files = time.monotonic()
    looks: Counter[str] = Counter()
    while any(each.poll() is None for each in running):
        noted = onlooker.figures().bytes
        looks["index"] += 1
        looks["largest"] = max(looks["largest"], noted)
        assert noted <= budget
        if time.monotonic() >= next_files:
            # Without the lock, files that go and files that come while this adds up would both be counted.
            with locked(folder, 10):
                there = sum(on_disk(folder).values())
                assert there <= onlooker.figures().bytes <= budget
            looks["files"] += 1
            next_files += FILES_EVERY
        try:
            running[0].wait(INDEX_EVERY)
        except subprocess.TimeoutExpired:
            continue
    onlooker.close()
    assert [each.returncode for each in running] == [0] * processes
    for seed in range(processes):
        done = Counter(said(folder, seed))
        looks["slowest ms"] = max(looks["slowest ms"], done.pop("slowest ms"))
        looks.update(done)
    return looks


def check(looks: Counter[str], budget: int, folder: Path) -> None:
    """What has to be true at the end."""
    print(f"\n{os.cpu_count()} cores, budget {budget}: {dict(looks)}")
    assert looks["torn"] == 0
    assert looks["hit"] > 0
    assert looks["put"] > 0
    assert looks["bytes"] >= OVERWRITTEN * budget
    assert looks["refused"] <= looks["put"] // 100
    assert looks["files"] >= 2
    assert looks["largest"] > 0.9 * budget
    assert_equal(folder)


def test_a_few_seconds(tmp_path: Path) -> None:
    folder, budget = tmp_path / "renders", 1_000_000
    check(hammered(folder, 3, 4, budget), budget, folder)


@pytest.mark.soak
def test_a_minute_of_eight_processes(tmp_path: Path) -> None:
    folder, budget = tmp_path / "renders", 20_000_000
    check(hammered(folder, 8, 60, budget), budget, folder)
