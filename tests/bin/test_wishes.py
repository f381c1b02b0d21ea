"""What is looked at before anything is installed: one sentence of what is in the way, and nothing is touched."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bin import wishes
from config.data_folder import remember
from tests.bin.trees import PROJECT

Look = Callable[..., tuple[int, str]]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Look:
    """Looks at what is given, from an empty folder; gives the exit code and what was said."""
    monkeypatch.chdir(tmp_path)

    def looked(**given: str) -> tuple[int, str]:
        code = wishes.main({"PORT": "0"} | given)
        return code, capsys.readouterr().err

    return looked


@pytest.fixture
def taken() -> Iterator[str]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield str(listening.getsockname()[1])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file where a folder should be."""
    (tmp_path / "photo.jpg").touch()
    return tmp_path / "photo.jpg"


NAMES = ("photos", "my photos", "$HOME", "$$", 'the "best"', "it's", "a\\b", "ünï", "-n", "#1", "`id`")


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_may_have_any_name(look: Look, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert look(PHOTOS=name, DATA=f"{name} data") == (0, "")
    assert look(PHOTOS=str(tmp_path / name)) == (0, "")
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_home_is_where_a_shell_has_it(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Pictures").mkdir()
    assert look(PHOTOS="~/Pictures") == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_photos_that_are_not_there(look: Look, name: str) -> None:
    assert look(PHOTOS=name) == (
        1,
        f"darkroom: PHOTOS is {name!r}, which is not there: name a folder with photos in it\n",
    )


def test_photos_that_are_no_folder(look: Look, file: Path) -> None:
    for given in (str(file), f"{file}/deeper"):
        code, said = look(PHOTOS=given)
        assert code == 1
        assert said == f"darkroom: PHOTOS is {given!r}, which is no folder: name one with photos in it\n"


def test_photos_that_can_t_be_read(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    assert look(PHOTOS="there") == (1, "darkroom: PHOTOS is 'there', which can't be read: Permission denied\n")


@pytest.mark.parametrize("port", ["http", "-1", "65536", "80 80", "8080.5"])
def test_a_port_that_is_none(look: Look, port: str) -> None:
    code, said = look(PORT=port)
    assert code == 1
    assert said.startswith(
        f"settings: server.port is {port!r} (environment: PORT): allowed is a whole number from 0 to"
    )
    assert said.count("\n") == 1


def test_a_port_in_use(look: Look, taken: str) -> None:
    expected = f"darkroom: port {taken} is in use by another program: end that, or name another by PORT\n"
    assert look(PORT=taken) == (1, expected)
    assert look(PORT="", SERVER_PORT=taken) == (1, expected)


def test_a_host_that_is_not_here(look: Look) -> None:
    code, said = look(SERVER_HOST="192.0.2.1")
    assert code == 1
    assert said.startswith("darkroom: the server can't listen on 192.0.2.1:0: ")


def test_data_that_can_t_be_a_folder(look: Look, file: Path) -> None:
    for given in (file, file / "deeper" / "still"):
        code, said = look(DATA=str(given))
        assert code == 1
        assert said == (
            f"darkroom: DATA is {str(given)!r}, but {str(file)!r} is no folder: name another with DATA=folder\n"
        )
    assert look(DATA_DIR=str(file))[1].startswith(f"darkroom: data.dir is {str(file)!r}, but")


def test_data_behind_a_link_that_leads_nowhere(look: Look, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert "link' is no folder" in look(DATA="link")[1]


def test_data_that_can_t_be_written_to(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, said = look(DATA="made/later")
    assert code == 1
    assert said.endswith(f"but {str(tmp_path)!r} can't be written to: name another with DATA=folder\n")


def test_settings_that_can_t_be_used_are_said_all_at_once(look: Look, tmp_path: Path) -> None:
    (tmp_path / "darkroom.toml").write_text('cache.memory.bytes = "much"\nrender.timeout = -1\n')
    code, said = look()
    assert code == 1
    assert said.count("settings: ") == said.count("\n") == 2


def test_it_needs_nothing_that_has_to_be_installed(tmp_path: Path) -> None:
    """With the Python of the machine, and its standard library alone."""
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or "python3"
    command = [
        python,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path.insert(0, sys.argv[1]); from bin.wishes import main; sys.exit(main())",
    ]
    ran = subprocess.run(
        [*command, PROJECT],
        env={"PORT": "0", "PHOTOS": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("target", ["serve", "up"])
@pytest.mark.parametrize("name", ["$gone", "it's gone", 'the "gone"', "$(gone)", "gone #1"])
def test_make_says_it_before_it_sets_anything_up(tmp_path: Path, target: str, name: str) -> None:
    """In a copy of the project that has no .venv."""
    for folder in ("bin", "config", "requirements"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    for file in ("Makefile", "requirements.txt"):
        shutil.copy(PROJECT / file, tmp_path)
    environ = {each: os.environ[each] for each in ("PATH", "HOME") if each in os.environ}
    ran = subprocess.run(
        ["make", "-s", target, f"PHOTOS={name}", "PORT=0"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2  # make's own
    assert (
        ran.stderr.splitlines()[0]
        == f"darkroom: PHOTOS is {name!r}, which is not there: name a folder with photos in it"
    )
    assert not (tmp_path / ".venv").exists()
    assert not (tmp_path / "setup.log").exists()


def test_a_host_that_can_be_no_name_is_said(look: Look) -> None:
    code, said = look(SERVER_HOST="x" * 70 + ".example")
    assert (code, said.count("\n"), "can't listen on" in said) == (1, 1, True)


def test_roots_of_the_environment_stay_what_they_are(look: Look) -> None:
    assert look(ROBOT_ROOT_0_PATH="/mnt/nas", ROBOT_ROOT_0_ALIAS="photos") == (0, "")


def test_what_the_last_server_was_told_counts_in_its_own_data_folder_alone(
    look: Look, tmp_path: Path, taken: str
) -> None:
    last = tmp_path / "last"
    last.mkdir()
    (last / "darkroom.toml").write_text(f"server.port = {taken}\n")
    state = tmp_path / "state"
    remember({"XDG_STATE_HOME": str(state)}, last)
    assert look(PORT="", SERVER_PORT="", XDG_STATE_HOME=str(state), SERVER_HOST="127.0.0.1", DATA="last")[0] == 1
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "darkroom.toml").write_text("server.port = 0\n")
    assert look(PORT="", XDG_STATE_HOME=str(state)) == (0, "")
