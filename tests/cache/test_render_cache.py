"""RenderCache: the tiers together, and one of them ill."""

import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

import config
from cache.disk import DiskTier
from cache.errors import TierError
from cache.key import RenderKey
from cache.render_cache import RenderCache, build
from cache.tier import HURRIED, PATIENT, PROMPT, Figures, Tier
from config.setting import Bytes
from tests.cache.keys import key, render
from tests.clock import Clock
from tests.end_to_end.servers import eventually


class Box:
    """A tier in a dictionary, which raises `ill` where that is set."""

    def __init__(self, name: str, *, shared: bool = False) -> None:
        self.name = name
        self.shared = shared
        self.ill: Exception | None = None
        self.renders: dict[RenderKey, bytes] = {}
        self.patience = 0.0

    def _check(self) -> None:
        if self.ill:
            raise self.ill

    def get(self, key: RenderKey) -> bytes | None:
        self._check()
        return self.renders.get(key)

    def held(self, keys: Sequence[RenderKey]) -> dict[RenderKey, int]:
        self._check()
        return {key: len(self.renders[key]) for key in keys if key in self.renders}

    def has(self, key: RenderKey) -> bool:
        self._check()
        return key in self.renders

    def put(self, key: RenderKey, render: bytes, *, patience: float = PROMPT) -> bool:
        self._check()
        self.patience = patience
        self.renders[key] = render
        return True

    def drop(self, key: RenderKey) -> None:
        self._check()
        self.renders.pop(key, None)

    def drop_photo(self, photoid: str, keep_version: str | None = None) -> int:
        self._check()
        found = [each for each in self.renders if each.photoid == photoid and each.version != keep_version]
        for each in found:
            self.drop(each)
        return len(found)

    def figures(self) -> Figures:
        self._check()
        return Figures(len(self.renders), sum(map(len, self.renders.values())))

    def close(self) -> None:
        self._check()


def count(tier: str, result: str) -> float:
    labels = {"tier": tier, "result": result}
    return REGISTRY.get_sample_value("darkroom_cache_requests_total", labels) or 0.0


@pytest.fixture
def upper(request: pytest.FixtureRequest) -> Box:
    return Box(f"upper of {request.node.name}")


@pytest.fixture
def lower(request: pytest.FixtureRequest) -> Box:
    return Box(f"lower of {request.node.name}", shared=True)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), TierError("full")])
def test_an_ill_tier_is_passed_over(upper: Box, lower: Box, error: Exception) -> None:
    cache = RenderCache([upper, lower])
    upper.ill = error
    assert cache.put(key(), render())
    assert cache.get(key()) == render()
    cache.drop(key())
    assert lower.renders == {}
    # put, get, filling from below, drop
    assert count(upper.name, "error") == 4


def test_a_hit_fills_the_tiers_above(upper: Box, lower: Box) -> None:
    lower.put(key(), render())
    cache = RenderCache([upper, lower])
    assert cache.get(key()) == render()
    assert upper.renders == {key(): render()}
    assert cache.get(key()) == render()
    assert (count(upper.name, "miss"), count(upper.name, "hit")) == (1, 1)
    assert (count(lower.name, "miss"), count(lower.name, "hit")) == (0, 1)


def test_a_miss_is_counted_in_each_tier(upper: Box, lower: Box) -> None:
    assert RenderCache([upper, lower]).get(key()) is None
    assert (count(upper.name, "miss"), count(lower.name, "miss")) == (1, 1)


def test_a_second_look_is_not_counted(upper: Box) -> None:
    cache = RenderCache([upper])
    assert cache.get(key(), counted=False) is None
    cache.put(key(), render())
    assert cache.get(key(), counted=False) == render()
    assert (count(upper.name, "miss"), count(upper.name, "hit")) == (0, 0)


def test_what_any_tier_has_is_here_and_neither_counted_nor_filled(upper: Box, lower: Box) -> None:
    cache = RenderCache([upper, lower])
    assert not cache.has(key())
    lower.put(key(), render())
    assert cache.has(key())
    assert (upper.renders, count(upper.name, "miss"), count(lower.name, "hit")) == ({}, 0, 0)
    upper.ill = TierError("ill")
    assert cache.has(key())
    assert count(upper.name, "error") == 1


def test_filling_is_hurried_and_keeping_is_not(upper: Box, lower: Box) -> None:
    cache = RenderCache([upper, lower])
    cache.put(key(), render())
    assert (upper.patience, lower.patience) == (PROMPT, PROMPT)
    cache.put(key(), render(), patience=PATIENT)
    assert (upper.patience, lower.patience) == (PATIENT, PATIENT)
    upper.drop(key())
    cache.get(key())
    assert (upper.patience, lower.patience) == (HURRIED, PATIENT)


def test_put_says_whether_all_others_see_it(upper: Box, lower: Box) -> None:
    cache = RenderCache([upper, lower])
    assert cache.put(key(), render())
    lower.ill = OSError("gone")
    assert not cache.put(key(1), render())
    assert upper.renders[key(1)] == render()
    assert not RenderCache([upper]).put(key(), render())
    assert not RenderCache([]).put(key(), render())
    upper.shared = True  # a disk, which other hosts don't see
    assert not cache.put(key(1), render())


def test_a_photo_goes_from_every_tier_that_can_be_reached(upper: Box, lower: Box) -> None:
    cache = RenderCache([upper, lower])
    for version in ("old-1", "new-1"):
        cache.put(key(version=version), render())
    assert cache.drop_photo(key().photoid, "new-1") == 2
    upper.ill = OSError("gone")
    assert cache.drop_photo(key().photoid) == 1
    assert (len(upper.renders), len(lower.renders)) == (1, 0)
    assert cache.figures() == {lower.name: Figures(0, 0)}
    assert count(upper.name, "error") == 2


def test_an_ill_tier_is_logged_once_a_minute(upper: Box, lower: Box, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    cache = RenderCache([upper, lower], clock)
    upper.ill = lower.ill = OSError("gone")
    with caplog.at_level(logging.WARNING):
        for _ in range(50):
            cache.put(key(), render())
        assert len(caplog.messages) == 2  # one for each tier
        clock.now += 59
        cache.get(key())
        assert len(caplog.messages) == 2
        clock.now += 1
        cache.get(key())
    assert len(caplog.messages) == 4
    assert upper.name in caplog.messages[2]
    assert "51 failures" in caplog.messages[2]


def names(tiers: tuple[Tier, ...]) -> list[str]:
    return [tier.name for tier in tiers]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["memory", "disk"]),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, ["memory", "disk", "redis"]),
        ({"CACHE_REDIS_BYTES": "1GB"}, ["memory", "disk"]),
        ({"REDIS_URL": "redis://127.0.0.1:1/0", "CACHE_REDIS_BYTES": "0"}, ["memory", "disk"]),
        ({"CACHE_MEMORY_BYTES": "0"}, ["disk"]),
        ({"CACHE_DISK_BYTES": "0"}, ["memory"]),
        ({"CACHE_DISK_ENTRIES": "0"}, ["memory"]),
        ({"CACHE_DISK_BYTES": "0", "CACHE_MEMORY_BYTES": "0"}, []),
    ],
)
def test_build_makes_what_the_settings_say(tmp_path: Path, given: dict[str, str], expected: list[str]) -> None:
    settings = config.load({"DATA_DIR": str(tmp_path / "data")} | given, tmp_path / "none.toml")
    for memory in (True, False):
        cache = build(replace(settings, data_dir=tmp_path / "data"), memory=memory)
        assert names(cache.tiers) == [name for name in expected if memory or name != "memory"]
        cache.put(key(), render())
        assert (cache.get(key()) is not None) is bool(cache.tiers and names(cache.tiers) != ["redis"])
        cache.close()


@pytest.fixture
def settings(tmp_path: Path) -> config.Settings:
    return replace(config.Settings(), data_dir=tmp_path, cache_disk_free=Bytes(0))


def test_a_built_cache_keeps_renders_below_the_data_folder(settings: config.Settings, tmp_path: Path) -> None:
    for _ in range(2):
        cache = build(settings)
        assert cache.put(key(), render())
        assert cache.get(key()) == render()
        assert (tmp_path / "renders" / key().path).is_file()
        cache.close()


def test_hosts_without_a_common_disk_share_by_redis(settings: config.Settings, tmp_path: Path, redis_url: str) -> None:
    here, there = (build(replace(settings, redis_url=redis_url, data_dir=tmp_path / host)) for host in "ab")
    assert here.put(key(), render())
    assert there.get(key()) == render()
    assert (tmp_path / "b/renders" / key().path).is_file()
    assert there.drop_photo(key().photoid) == 3
    assert there.get(key()) is None
    assert here.get(key()) == render()
    for cache in (here, there):
        cache.close()


def test_a_built_cache_tends_itself(settings: config.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cache.upkeep.EVERY", 0.01)
    cache = build(settings, memory=False)
    cache.put(key(), render())
    cache.get(key())
    (disk,) = cache.tiers
    assert isinstance(disk, DiskTier)
    eventually(lambda: bool(disk.counts() and disk.state().reconciled), True)
    assert disk.counts() == {("disk", "hit"): 1}
    cache.close()


def test_hits_and_misses_outlive_the_process(settings: config.Settings) -> None:
    for _ in range(3):
        cache = build(settings)
        cache.put(key(), render())
        cache.get(key())
        cache.get(key(1))
        cache.close()
    (disk,) = build(settings, memory=False).tiers
    assert isinstance(disk, DiskTier)
    assert disk.counts() == {("memory", "hit"): 3, ("memory", "miss"): 3, ("disk", "miss"): 3}


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of Python 3.12 and later
def test_a_child_uses_the_cache_of_its_parent(settings: config.Settings) -> None:
    cache = build(settings)
    children = []
    for child in range(1, 4):
        cache.put(key(child), render())
        pid = os.fork()
        if not pid:
            try:
                done = [cache.put(key(100 * child + each), render(), patience=600) for each in range(20)]
                cache.close()
                os._exit(0 if all(done) and cache.get(key(child)) else 1)
            finally:
                os._exit(2)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    assert cache.figures()["disk"].entries == 63
    cache.close()


def test_held_is_what_others_see_too_and_an_ill_tier_is_passed_over() -> None:
    own, ill, shared = Box("own"), Box("ill", shared=True), Box("shared", shared=True)
    ill.ill = TierError("ill")
    own.put(key(1), render())
    shared.put(key(2), render(500))
    cache = RenderCache([own, ill, shared])
    assert cache.held([key(1), key(2), key(3)]) == {key(2): 500}
