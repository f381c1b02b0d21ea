"""What a job needs is told before it starts."""

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache.disk import Budget, DiskTier
from cache.disk.rows import Size
from cache.render_cache import RenderCache
from catalog.jobs.progress import JobPhoto
from config import Settings
from config.setting import Bytes
from tests.catalog.library import Library
from tests.workers.prerender.played import BOXES, House
from workers.prerender.estimate import (
    EACH_PIXEL,
    FEWEST,
    FIXED,
    SAMPLED,
    Estimate,
    Estimator,
    human_bytes,
    render_bytes,
    sample,
)


def test_bytes_are_told_by_cached_renders_of_about_the_size() -> None:
    cached = [Size(100, 100, FEWEST, FEWEST * 3000), Size(1000, 1000, 50, 50 * 90_000)]
    assert render_bytes(10_000, cached) == 3000
    assert render_bytes(20_000, cached) == 6000
    assert render_bytes(500_000, cached) == 45_000
    assert render_bytes(100_000, cached) == FIXED + EACH_PIXEL * 100_000
    assert render_bytes(10_000, [Size(100, 100, FEWEST - 1, 1)]) == FIXED + EACH_PIXEL * 10_000


@given(st.integers(0, 3 * SAMPLED))
def test_a_sample_is_from_all_over(count: int) -> None:
    photoids = [f"{number}" for number in range(count)]
    found = sample(photoids)
    assert found == sorted(found, key=lambda place: place.place)
    assert all(photoids[place.place] == place.photoid for place in found)
    assert len(found) >= min(count, SAMPLED)
    assert len(found) < 2 * SAMPLED
    if count:
        assert found[0] == JobPhoto(0, "0")


def test_only_what_is_missing_is_needed(library: Library) -> None:
    house = House(library, 4)
    estimator = Estimator(house.settings, house.cache, house.missing)
    whole = estimator.of(house.photoids(), BOXES)
    assert whole.bytes == pytest.approx(4 * 2 * FIXED, rel=0.01)
    house.render(house.photos[:1])
    assert estimator.of(house.photoids(), BOXES).bytes == pytest.approx(whole.bytes * 3 / 4, abs=2)
    assert estimator.of(b"", BOXES).bytes == 0


def test_room_is_the_lowest_tier_s(library: Library, tmp_path: Path) -> None:
    house = House(library, 0)

    def room(cache: RenderCache, **settings: object) -> int:
        with closing(cache):
            return Estimator(Settings(**settings), cache, house.missing).now(5).room  # type: ignore[arg-type]

    assert room(RenderCache([DiskTier(tmp_path / "none", Budget(12345, free=0))])) == 12345
    assert room(RenderCache([])) == 0
    assert room(RenderCache([]), redis_url="redis://x", cache_redis_bytes=Bytes(7)) == 7
    full = DiskTier(tmp_path / "full", Budget(10**6, free=2**62))
    (tmp_path / "full").mkdir()
    assert room(RenderCache([full])) == 0


def test_a_job_stops_at_its_share() -> None:
    assert Estimate(0, 1000, 5).limit == 800


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1234, "1.23 kB"), (5e6, "5 MB"), (12e9, "12 GB")]
)
def test_bytes_for_people(size: float, text: str) -> None:
    assert human_bytes(size) == text
