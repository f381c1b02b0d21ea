"""A mended pipeline is a new version."""

from dataclasses import replace

import pytest

from cache.key import RenderKey
from config import Settings
from workers import pipeline
from workers.versions import key_version, rendering_setup


def test_source_and_revision_both_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_version("0123456789abcdef")
    assert RenderKey("A" * 22, before, 1, 1, 1)
    assert key_version("0123456789abcdee") != before
    monkeypatch.setattr(pipeline, "REVISION", pipeline.REVISION + 1)
    assert key_version("0123456789abcdef") != before


@pytest.mark.parametrize(
    "more",
    [
        {"render_max_pixels": 1},
        {"render_max_bytes": 1},
        {"render_max_frames": 1},
        {"render_max_seconds": 99},
        {"workers_memory_bytes": 1},
    ],
)
def test_what_fails_depends_on_every_limit(more: dict[str, int]) -> None:
    assert rendering_setup(replace(Settings(), **more)) != rendering_setup(Settings())  # type: ignore[arg-type]


def test_and_on_pipeline_and_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rendering_setup(Settings())
    assert rendering_setup(Settings(server_port=1)) == before
    monkeypatch.setattr("workers.versions.fingerprint", lambda: "others")
    other = rendering_setup(Settings())
    monkeypatch.setattr(pipeline, "REVISION", pipeline.REVISION + 1)
    assert len({before, other, rendering_setup(Settings())}) == 3
