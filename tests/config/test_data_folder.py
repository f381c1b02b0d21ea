"""Which data folder is meant where nobody names one."""

import os
from pathlib import Path

import pytest

import config
from config.data_folder import last_served, own_folder, remember


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Of a user with a home and nothing in it."""
    return {"HOME": str(tmp_path / "home")}


def test_nobody_has_served_so_far(environ: dict[str, str]) -> None:
    assert last_served(environ) is None
    assert last_served({}) is None


@pytest.mark.parametrize("name", ["data", "my data\n", "ö", os.fsdecode(b"\xff")])
def test_the_last_one_is_remembered_whatever_its_name(tmp_path: Path, environ: dict[str, str], name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    remember(environ, tmp_path)
    remember(environ, folder)
    assert last_served(environ) == folder
    assert [each.name for each in (tmp_path / "home/.local/state/darkroom").iterdir()] == ["data"]
    folder.rmdir()
    assert last_served(environ) is None


@pytest.mark.parametrize("noted", [b"", b"relative", b"/no/such\0folder", b"/etc/passwd"])
def test_a_note_that_names_no_folder_counts_as_none(tmp_path: Path, noted: bytes) -> None:
    note = tmp_path / "darkroom" / "data"
    note.parent.mkdir()
    note.write_bytes(noted)
    assert last_served({"XDG_STATE_HOME": str(tmp_path)}) is None


def test_without_a_home_nothing_is_noted_and_nothing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    remember({}, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert own_folder({}).is_absolute()


def test_base_directories(environ: dict[str, str]) -> None:
    home = Path(environ["HOME"])
    assert own_folder(environ) == home / ".local/share/darkroom"
    assert own_folder(environ | {"XDG_DATA_HOME": "/srv"}) == Path("/srv/darkroom")
    assert own_folder(environ | {"XDG_DATA_HOME": "srv"}) == home / ".local/share/darkroom"


def test_who_names_the_data_folder(tmp_path: Path, environ: dict[str, str]) -> None:
    """A setting before DARKROOM_DATA before the last serve."""
    last = tmp_path / "last"
    last.mkdir()
    remember(environ, last)
    toml = tmp_path / "here.toml"

    def found(**more: str) -> tuple[Path, str]:
        settings = config.load(environ | more, toml)
        return settings.data_dir, settings.sources["data.dir"]

    assert found() == (last, "the last serve")
    assert found(DARKROOM_DATA="/b") == (Path("/b"), "environment: DARKROOM_DATA")
    assert found(DARKROOM_DATA="/b", DATA_DIR="/c") == (Path("/c"), "environment: DATA_DIR")
    toml.write_text('data.dir = "/d"')
    assert found(DARKROOM_DATA="/b") == (Path("/d"), "here.toml")


def test_that_it_is_the_last_serve_s_is_said(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", environ)
    remember(environ, tmp_path)
    config.load_or_exit()
    assert capsys.readouterr() == ("", f"darkroom: {tmp_path} is the data folder, as of the last serve\n")
    environ["DATA_DIR"] = str(tmp_path)
    config.load_or_exit()
    assert capsys.readouterr().err == ""
