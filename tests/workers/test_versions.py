"""A mended pipeline is a new version."""

import pytest

from cache.key import RenderKey
from workers.pipeline import render as pipeline
from workers.versions import key_version


def test_source_and_revision_both_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_version("0123456789abcdef")
    assert RenderKey("A" * 22, before, 1, 1, 1)
    assert key_version("0123456789abcdee") != before
    monkeypatch.setattr(pipeline, "REVISION", pipeline.REVISION + 1)
    assert key_version("0123456789abcdef") != before
