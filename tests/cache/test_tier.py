"""What every tier does: one suite over all of them."""

from pathlib import Path
from threading import Event, Thread

import pytest

from cache.disk import DiskTier
from cache.memory import MemoryTier
from cache.tiers import Tier
from tests.cache.keys import key, render


@pytest.fixture(params=["memory", "disk"])
def tier(request: pytest.FixtureRequest, tmp_path: Path) -> Tier:
    return MemoryTier(1_000_000) if request.param == "memory" else DiskTier(tmp_path / "renders")


def test_what_was_put_is_got(tier: Tier) -> None:
    assert tier.get(key()) is None
    assert tier.put(key(), render())
    assert tier.get(key()) == render()
    assert tier.get(key(1)) is None
    assert tier.get(key(width=257)) is None


def test_the_last_put_counts(tier: Tier) -> None:
    tier.put(key(), render(fill=b"a"))
    tier.put(key(), render(fill=b"b"))
    assert tier.get(key()) == render(fill=b"b")


def test_what_was_dropped_is_gone(tier: Tier) -> None:
    tier.put(key(), render())
    tier.drop(key())
    tier.drop(key(1))
    assert tier.get(key()) is None


def test_a_reader_sees_a_whole_render(tier: Tier) -> None:
    renders = [render(90_000, fill) for fill in (b"a", b"b", b"c")]
    tier.put(key(), renders[0])

    stop = Event()

    def write() -> None:
        while not stop.is_set():
            for each in renders:
                tier.put(key(), each)

    writer = Thread(target=write)
    writer.start()
    seen: set[bytes | None] = set()
    for turn in range(1_000_000):
        seen.add(tier.get(key()))
        if turn >= 300 and seen >= set(renders):
            break
    stop.set()
    writer.join()
    assert seen == set(renders)
