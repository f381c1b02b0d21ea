"""RenderCache: the tiers together, and one of them ill."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

import config
from cache.errors import TierError
from cache.key import RenderKey
from cache.tiers import RenderCache, Tier, build
from setting import Bytes
from tests.cache.keys import key, render


class Box:
    """A tier in a dictionary, which raises `ill` where that is set."""

    def __init__(self, name: str, *, shared: bool = False) -> None:
        self.name = name
        self.shared = shared
        self.ill: Exception | None = None
        self.renders: dict[RenderKey, bytes] = {}

    def _check(self) -> None:
        if self.ill:
            raise self.ill

    def get(self, key: RenderKey) -> bytes | None:
        self._check()
        return self.renders.get(key)

    def put(self, key: RenderKey, render: bytes) -> bool:
        self._check()
        self.renders[key] = render
        return True

    def drop(self, key: RenderKey) -> None:
        self._check()
        self.renders.pop(key, None)


class Clock:
    """Time as the test tells it."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


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


def test_put_says_whether_others_see_it(upper: Box, lower: Box) -> None:
    cache = RenderCache([upper, lower])
    assert cache.put(key(), render())
    lower.ill = OSError("gone")
    assert not cache.put(key(1), render())
    assert upper.renders[key(1)] == render()
    assert not RenderCache([upper]).put(key(), render())


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


def test_build_makes_what_the_settings_say(tmp_path: Path) -> None:
    settings = replace(config.Settings(), data_dir=tmp_path)
    assert names(build(settings).tiers) == ["memory", "disk"]
    assert names(build(settings, memory=False).tiers) == ["disk"]
    assert names(build(replace(settings, cache_memory_bytes=Bytes(0))).tiers) == ["disk"]


def test_a_built_cache_keeps_renders_below_the_data_folder(tmp_path: Path) -> None:
    settings = replace(config.Settings(), data_dir=tmp_path)
    assert build(settings).put(key(), render())
    assert build(settings).get(key()) == render()
    assert (tmp_path / "renders" / key().path).is_file()
