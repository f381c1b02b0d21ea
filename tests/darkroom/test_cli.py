"""`darkroom` as a whole: which server is meant, and what a start is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import launch
from config.data_folder import remember
from darkroom.version import VERSION
from tests.catalog.library import PROJECT, Library, jpeg, put
from tests.darkroom.conftest import Darkroom


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, launch.Told]]:
    """What would be started."""
    starts: list[tuple[str, launch.Told]] = []

    def start(way: str, told: launch.Told) -> int:
        starts.append((way, told))
        return 0

    monkeypatch.setattr(launch, "start", start)
    return starts


def test_a_start(darkroom: Darkroom, library: Library, started: list[tuple[str, launch.Told]]) -> None:
    done = darkroom("serve", str(library.a), str(library.b), "--port", "81", "--host", "127.0.0.1", "--processes", "2")
    assert (done.code, done.err) == (0, "")
    assert (os.environ["SERVER_PORT"], os.environ["SERVER_HOST"]) == ("81", "127.0.0.1")
    assert darkroom("up", str(library.a)).code == 0
    assert "SERVER_PORT" not in os.environ
    (serve, told), (up, others) = started
    assert (serve, list(told.photos), told.processes, told.data) == ("serve", [library.a, library.b], 2, None)
    assert (up, list(others.photos), others.processes) == ("up", [library.a], 1)


def test_what_is_in_the_way_of_a_start(darkroom: Darkroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: object) -> int:
        raise launch.InTheWay("the door is locked")

    monkeypatch.setattr(launch, "start", start)
    done = darkroom("serve")
    assert (done.code, done.err) == (1, "darkroom: the door is locked\n")


def test_which_data_folder_is_meant(darkroom: Darkroom, library: Library, tmp_path: Path) -> None:
    """What is named, else the last server's, which is said; else the user's own."""
    put(library.a / "a.jpg", jpeg())
    library.scan()
    data = str(library.settings.data_dir)
    assert "a/a.jpg" in darkroom("photos").out
    assert "a/a.jpg" in darkroom("photos", "--data", data, DATA_DIR="/elsewhere").out
    assert "a/a.jpg" in darkroom("--data", data, "photos", DATA_DIR="/elsewhere").out
    assert "a/a.jpg" in darkroom("photos", DATA_DIR="", DARKROOM_DATA=data).out
    shown = darkroom("config", DATA_DIR="").out
    assert f" {tmp_path}/own/darkroom  [environment: DARKROOM_DATA]" in shown
    remember({"XDG_STATE_HOME": str(tmp_path / "state")}, library.settings.data_dir)
    done = darkroom("photos", DATA_DIR="")
    assert "a/a.jpg" in done.out
    assert done.err == f"darkroom: {data} is the data folder, as of the last serve\n"


def test_a_data_folder_that_is_gone_is_not_replaced_by_another(darkroom: Darkroom, tmp_path: Path) -> None:
    remember({"XDG_STATE_HOME": str(tmp_path / "state")}, tmp_path / "unmounted")
    done = darkroom("user", "add", "ann", "--password", "x", DATA_DIR="")
    assert (done.code, f"{tmp_path}/unmounted, the data folder of the last serve" in done.err) == (1, True)
    assert not (tmp_path / "own").exists()
    assert darkroom("user", "list", "--data", str(tmp_path), DATA_DIR="").code == 0


def test_a_reader_who_has_had_enough(library: Library) -> None:
    command = [sys.executable, "darkroom/__main__.py", "config"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        command, env=library.environment(), cwd=PROJECT, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_catalogue_that_can_t_be_used(darkroom: Darkroom, library: Library) -> None:
    library.engine.dispose()
    put(library.settings.data_dir / "catalog.sqlite", b"no database at all" * 100)
    done = darkroom("user", "list")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)


def test_the_version(darkroom: Darkroom) -> None:
    done = darkroom("--version")
    assert (done.code, done.out) == (0, f"darkroom {VERSION}\n")
