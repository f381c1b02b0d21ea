"""How the tiers stand: figures, bounds, look-ups, and tiers that are ill."""

from pathlib import Path

import pytest

import config
from cache.disk import DiskTier
from cache.errors import TierError
from cache.memory import MemoryTier
from cache.render_cache import RenderCache, tiers
from cache.summary import Summary, summaries
from cache.tier import Figures
from config import Settings
from config.setting import Bytes
from tests.cache.keys import key, render


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A memory and a disk tier."""
    environ = {"DATA_DIR": str(tmp_path), "CACHE_DISK_FREE": "0", "CACHE_DISK_ENTRIES": "50"}
    return config.load(environ, tmp_path / "none.toml")


def by_name(kept: RenderCache, settings: Settings, *, own: bool = True) -> dict[str, Summary]:
    return {each.name: each for each in summaries(kept.tiers, settings, own=own)}


def test_figures_and_bounds(settings: Settings) -> None:
    kept = RenderCache(tiers(settings))
    for number in range(3):
        kept.put(key(number), render())
        kept.get(key(number))
    kept.get(key(99))
    kept.tend()
    found = by_name(kept, settings)
    size = len(render())
    assert found["memory"] == Summary("memory", found["memory"].figures, None, settings.cache_memory_bytes, 3, 1)
    assert found["memory"].figures
    assert found["memory"].figures.entries == 3
    assert found["disk"] == Summary("disk", Figures(3, 3 * size), 50, settings.cache_disk_bytes, 0, 1)
    assert (found["memory"].hit_rate, found["disk"].hit_rate) == (0.75, 0.0)
    others = by_name(kept, settings, own=False)
    assert (others["memory"].figures, others["memory"].hits) == (None, 3)
    assert others["disk"] == found["disk"]
    kept.close()


def test_before_anything_was_looked_for(settings: Settings) -> None:
    kept = RenderCache(tiers(settings))
    found = by_name(kept, settings)
    assert [(each.figures, each.hit_rate, each.trouble) for each in found.values()] == [(Figures(0, 0), None, "")] * 2
    kept.close()


def test_without_a_disk_tier_nobody_counts() -> None:
    settings = Settings(cache_memory_bytes=Bytes(1000))
    assert list(summaries([MemoryTier(1000)], settings, own=True)) == [
        Summary("memory", Figures(0, 0), None, 1000, 0, 0)
    ]


@pytest.mark.parametrize("ill", ["figures", "counts"])
def test_a_tier_that_is_ill_says_so_and_the_others_stand(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, ill: str
) -> None:
    def fails(_: DiskTier) -> None:
        raise TierError("the index can't be read")

    monkeypatch.setattr(DiskTier, ill, fails)
    kept = RenderCache(tiers(settings))
    found = by_name(kept, settings)
    assert (found["disk"].figures, found["disk"].trouble) == (None, "the index can't be read")
    assert (found["memory"].figures, found["memory"].trouble) == (Figures(0, 0), "")
    kept.close()
