"""`python -m cache`: what it prints, and what it does."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import config
from cache.__main__ import main
from cache.render_cache import RenderCache, build
from tests.cache.disks import assert_equal, on_disk
from tests.cache.keys import key, render

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings' data folder."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CACHE_DISK_FREE", "0")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.fixture
def cache(data: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RenderCache]:
    """A cache of all tiers, with renders of 3 photos in 5 widths."""
    monkeypatch.setenv("REDIS_URL", redis_url)
    made = build(config.load())
    for number in range(3):
        for width in range(1, 6):
            made.put(key(number, width * 100), render())
            made.get(key(number, width * 100))
    made.get(key(99))
    made.tend()
    yield made
    made.close()


def stats(capsys: pytest.CaptureFixture[str], code: int = 0) -> dict[str, object]:
    capsys.readouterr()
    assert main(["stats", "--json"]) == code
    printed: dict[str, object] = json.loads(capsys.readouterr().out)
    return printed


def entries(capsys: pytest.CaptureFixture[str], tier: str) -> object:
    tiers = stats(capsys)["tiers"]
    assert isinstance(tiers, dict)
    return tiers[tier]["entries"]


def test_stats(cache: RenderCache, capsys: pytest.CaptureFixture[str]) -> None:
    cache.close()  # what was counted outlives the process
    assert stats(capsys) == {
        "tiers": {
            "memory": {"entries": None, "bytes": None, "hits": 15, "misses": 1, "hitRate": 0.9375},
            "disk": {"entries": 15, "bytes": 15000, "hits": 0, "misses": 1, "hitRate": 0.0},
            "redis": {"entries": 15, "bytes": 15000, "hits": 0, "misses": 1, "hitRate": 0.0},
        },
        "sizes": [{"width": 100 * each, "height": 256, "entries": 3, "bytes": 3000} for each in range(1, 6)],
    }
    assert main(["stats"]) == 0
    out = capsys.readouterr().out
    assert "per process" in out
    assert "93.8%" in out
    assert "500x256: 3 renders, 3000 bytes" in out


def test_stats_of_a_cache_that_never_was(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entries(capsys, "disk") == 0
    assert not data.exists()


def test_purge_of_a_photo(cache: RenderCache, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["purge", "--photoid", key(1).photoid]) == 0
    assert capsys.readouterr().out == "disk: 5 renders removed\nredis: 5 renders removed\n"
    assert entries(capsys, "disk") == entries(capsys, "redis") == 10


@pytest.mark.parametrize(("which", "left"), [(["--all"], 0), (["--older-than", "1d"], 15), (["--older-than", "0s"], 0)])
def test_purge(cache: RenderCache, capsys: pytest.CaptureFixture[str], which: Sequence[str], left: int) -> None:
    assert main(["purge", *which]) == 0
    assert entries(capsys, "disk") == entries(capsys, "redis") == left


def test_purge_of_all_knows_files_without_an_index(cache: RenderCache, data: Path) -> None:
    cache.close()
    (data / "renders/index.sqlite").unlink()
    assert main(["purge", "--all"]) == 0
    assert on_disk(data / "renders") == {}


@pytest.mark.parametrize(
    "arguments", [[], ["--all", "--older-than", "1d"], ["--older-than", "soon"], ["--photoid", "../../etc"]]
)
def test_purge_refuses_without_one_choice(data: Path, arguments: Sequence[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["purge", *arguments])
    assert caught.value.code == 2


def test_verify(cache: RenderCache, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renders = data / "renders"
    assert main(["verify"]) == 0
    assert "0 were wrong" in capsys.readouterr().out
    (renders / key(0, 100).path).write_bytes(b"torn")
    (renders / key(0, 200).path).unlink()
    assert main(["verify"]) == 1
    out = capsys.readouterr().out
    assert f"{key(0, 100).path} is no whole JPEG: mended" in out
    assert f"{key(0, 200).path} has a row, but no file: mended" in out
    assert "13 renders of 13000 bytes are whole; 2 were wrong and are mended" in out
    assert main(["verify"]) == 0
    assert_equal(renders)


def test_a_tier_that_is_away_is_said(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    tiers = stats(capsys, code=1)["tiers"]
    assert isinstance(tiers, dict)
    assert tiers["redis"]["entries"] is None
    assert main(["purge", "--all"]) == 1
    assert "the redis tier can't be used: Redis does not answer" in capsys.readouterr().err


def test_verify_without_a_disk_tier(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CACHE_DISK_BYTES", "0")
    assert main(["verify"]) == 1
    assert "there is no disk tier" in capsys.readouterr().err


def test_progress_is_lines_where_nobody_watches(cache: RenderCache) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cache", "verify"],
        cwd=PROJECT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "30 of 30 looks\n" in done.stderr
    assert "\r" not in done.stderr
