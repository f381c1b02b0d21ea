"""What `make serve` does before the server starts; the start itself is noted, not done."""

import os
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import config
import launch
from catalog.database import open_catalog
from catalog.people.users import Users
from config.data_toml import FILE
from config.sources import flattened
from tests.end_to_end.servers import PROJECT, Process, environ, eventually
from tests.photos import save_jpeg, solid


class Started(BaseException):
    """The server would run now, in the place of this process."""


@dataclass(frozen=True)
class Start:
    """How a launch went: its exit code, or the command that it became; what it said; the environment it left."""

    code: int | str | None
    command: tuple[str, ...]
    said: str
    environ: dict[str, str]


Launch = Callable[..., Start]

START = ("-m", "api", "--greet")
LOOK_AT_PORT = launch.look_at_port


@pytest.fixture
def launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Launch:
    """Runs `python -m launch serve` in `tmp_path`, with these variables and no others of Darkroom's.

    `look` looks at the port.
    """

    def run(*, look: Callable[[config.Settings], None] = lambda _: None, **variables: str) -> Start:
        given = environ(None, tmp_path / "data", **variables)
        for name in ("DATA_DIR", "SERVER_PORT", "WEBAPI_DEFAULT_UID", "DARKROOM_TOML"):
            if name not in variables:
                del given[name]
        command: list[str] = []

        def execute(_: str, arguments: list[str]) -> None:
            command.extend(arguments)
            raise Started

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(os, "environ", given)
        monkeypatch.setattr(os, "execv", execute)
        monkeypatch.setattr(launch, "look_at_port", look)
        monkeypatch.setattr(sys, "argv", ["launch", "serve"])
        code: int | str | None = None
        try:
            code = launch.main()
        except Started:
            pass
        except SystemExit as ended:
            code = ended.code
        return Start(code, tuple(command[1:]), capsys.readouterr().err, given)

    return run


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a photo."""
    return save_jpeg(tmp_path / "my photos" / "a.jpg", solid(40, 30, (0, 0, 0))).parent


def users(data: Path) -> bool:
    """Whether the catalogue in that folder has any user."""
    engine = open_catalog(data)
    try:
        return bool(Users(engine).everyone())
    finally:
        engine.dispose()


def test_photos_and_data_become_settings(launched: Launch, tmp_path: Path, photos: Path) -> None:
    """Relative ones too, as seen from where the command was given."""
    start = launched(PHOTOS="my photos", DATA="new/data")
    assert start.command == START
    assert start.environ["ROBOT_ROOT_0_PATH"] == str(photos)
    assert start.environ["DATA_DIR"] == str(tmp_path / "new" / "data")
    assert (tmp_path / "new" / "data" / "catalog.sqlite").is_file()
    assert not {"PHOTOS", "DATA"} & set(start.environ)


def test_data_where_none_is_named_is_the_setting_s(launched: Launch, tmp_path: Path, photos: Path) -> None:
    assert launched(PHOTOS=str(photos)).command
    assert (tmp_path / "data" / "catalog.sqlite").is_file()


@pytest.mark.parametrize("name", ["no such folder", "my photos/a.jpg", "\0"])
def test_photos_that_is_no_folder_is_a_slip_of_the_pen(
    launched: Launch, tmp_path: Path, photos: Path, name: str
) -> None:
    start = launched(PHOTOS=name, DATA="data")
    assert (start.code, start.command) == (1, ())
    assert f"PHOTOS is {name!r}, which is no folder" in start.said
    assert not (tmp_path / "data").exists()


def test_photos_that_can_t_be_looked_at_are_said(launched: Launch, tmp_path: Path) -> None:
    start = launched(PHOTOS="x" * 300, DATA="data")
    assert (start.code, start.command) == (1, ())
    assert start.said.startswith(f"darkroom: PHOTOS is '{'x' * 300}', which ")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("arguments", "variables"), [(["PHOTOS=/a $b/$$"], {}), ([], {"PHOTOS": "/a $b/$$"})])
def test_make_leaves_folders_as_they_are_named(tmp_path: Path, arguments: list[str], variables: dict[str, str]) -> None:
    file = tmp_path / "shows.mk"
    file.write_text(f"include {PROJECT}/Makefile\nshow:\n\t@printenv PHOTOS\n")
    command = ["make", "-s", "-f", str(file), "show", *arguments]
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=True)
    assert done.stdout == "/a $b/$$\n"


@pytest.mark.parametrize("variables", [{"DATA": "file/data"}, {"DATA": "file"}])
def test_data_that_can_t_be_a_folder_is_said(
    launched: Launch, tmp_path: Path, photos: Path, variables: dict[str, str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    start = launched(PHOTOS=str(photos), **variables)
    assert (start.code, start.command) == (1, ())
    assert str(tmp_path / "file") in start.said


def test_wrong_settings_leave_nothing_behind(launched: Launch, tmp_path: Path, photos: Path) -> None:
    start = launched(PHOTOS=str(photos), DATA="data", SERVER_THREADS="many")
    assert (start.code, start.command) == (2, ())
    assert "server.threads" in start.said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_the_guest_of_a_first_start(launched: Launch, tmp_path: Path, photos: Path, host: str) -> None:
    first = launched(PHOTOS=str(photos), DATA="data", SERVER_HOST=host)
    assert "made the user guest" in first.said
    engine = open_catalog(tmp_path / "data")
    assert [(user.uid, user.open) for user in Users(engine).everyone()] == [("guest", True)]
    engine.dispose()
    second = launched(PHOTOS=str(photos), DATA="data", SERVER_HOST=host)
    assert (second.command, "user guest" in second.said) == (START, False)


@pytest.mark.parametrize(
    "variables",
    [
        {"SERVER_HOST": "0.0.0.0"},  # noqa: S104 - no server is started
        {"SERVER_HOST": "::"},
        {"SERVER_HOST": "192.0.2.1"},
        {"SERVER_HOST": "localhost.example.com"},
        {"WEBAPI_DEFAULT_UID": "ann"},
    ],
)
def test_no_guest_where_others_can_call_or_a_default_user_is_set(
    launched: Launch, tmp_path: Path, photos: Path, variables: dict[str, str]
) -> None:
    start = launched(PHOTOS=str(photos), DATA="data", **variables)
    assert (start.command, "user guest" in start.said) == (START, False)
    assert not users(tmp_path / "data")


def test_no_guest_in_a_catalogue_that_is_there(launched: Launch, tmp_path: Path, photos: Path) -> None:
    open_catalog(tmp_path / "data").dispose()
    assert "user guest" not in launched(PHOTOS=str(photos), DATA="data").said
    assert not users(tmp_path / "data")


def test_a_catalogue_that_can_t_be_used_is_said_and_kept(launched: Launch, tmp_path: Path, photos: Path) -> None:
    launched(PHOTOS=str(photos), DATA="data", WEBAPI_DEFAULT_UID="ann")
    (tmp_path / "data" / "catalog.sqlite").write_bytes(b"this is no database" * 100)
    start = launched(PHOTOS=str(photos), DATA="data")
    assert start.command  # nobody has to be made, so it is for the server to say
    assert (tmp_path / "data" / "catalog.sqlite").read_bytes().startswith(b"this is no database")


def test_what_was_counted_before_is_forgotten(launched: Launch, tmp_path: Path, photos: Path) -> None:
    stale = tmp_path / "data" / "metrics" / f"counter_{2**22 + 1}.db"  # above any process's number
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"")
    assert launched(PHOTOS=str(photos), DATA="data").command
    assert not stale.exists()


def test_what_workers_count_goes_on_where_the_front_end_is_started_anew(
    launched: Launch, tmp_path: Path, photos: Path
) -> None:
    counted = tmp_path / "data" / "metrics" / f"counter_{os.getpid()}.db"
    counted.parent.mkdir(parents=True)
    counted.write_bytes(b"")
    assert launched(PHOTOS=str(photos), DATA="data").command
    assert counted.exists()


def test_without_photos_there_is_the_sample_library(launched: Launch, tmp_path: Path) -> None:
    start = launched(DATA="data", WEBAPI_DEFAULT_UID="ann")
    assert start.environ["ROBOT_ROOT_0_PATH"] == str(tmp_path / "data" / "sample")
    assert "showing the sample library" in start.said
    assert list((tmp_path / "data" / "sample").rglob("*.jpg"))


def kept(folder: Path) -> dict[str, object]:
    """What the data folder's own file says, by the names of settings."""
    return dict(flattened(tomllib.loads((folder / FILE).read_text())))


def roots(settings: config.Settings) -> list[tuple[str, Path]]:
    return [(root.alias, root.path) for root in settings.roots]


def test_other_commands_know_what_a_server_was_told(
    launched: Launch, tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another folder, in a shell where nothing of it is said."""
    first = launched(PHOTOS=str(photos), DATA="elsewhere", PORT="8123", WEBAPI_DEFAULT_UID="ann")
    assert kept(tmp_path / "elsewhere") == {
        "robot.root.0.path": str(photos),
        "robot.root.0.alias": "my photos",
        "server.port": 8123,
        "webapi.default.uid": "ann",
    }
    shell = {"XDG_STATE_HOME": first.environ["XDG_STATE_HOME"]}
    monkeypatch.chdir("/")
    found = config.load(shell)
    assert (found.data_dir, found.server_port, found.webapi_default_uid) == (tmp_path / "elsewhere", 8123, "ann")
    assert roots(found) == [("my photos", photos)]


def test_which_data_folder_the_last_server_had_is_said_once(
    launched: Launch, tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = launched(PHOTOS=str(photos), DATA="elsewhere")
    monkeypatch.setattr(os, "environ", {"XDG_STATE_HOME": first.environ["XDG_STATE_HOME"], "SERVER_PORT": "0"})
    with pytest.raises(Started):
        launch.start("serve", launch.Told((photos,)))
    assert capsys.readouterr().err.count("as of the last serve") == 1


def test_a_second_start_goes_on_with_what_the_first_was_told(launched: Launch, tmp_path: Path, photos: Path) -> None:
    launched(PHOTOS=str(photos), PORT="8123")
    second = launched()
    assert second.command
    assert (FILE in second.said, "sample" in second.said) == (False, False)
    assert kept(tmp_path / "data")["robot.root.0.path"] == str(photos)
    assert kept(tmp_path / "data")["server.port"] == 8123


def test_a_start_that_finds_its_port_in_use_leaves_what_is_noted_of_the_server_that_runs(
    launched: Launch, tmp_path: Path, photos: Path
) -> None:
    launched(PHOTOS=str(photos), PORT="8099")
    before, state = (tmp_path / "data" / FILE).read_text(), tmp_path / "state" / "darkroom" / "data"
    (tmp_path / "others").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = launched(look=LOOK_AT_PORT, PHOTOS="others", PORT=port)
        assert (done.code, done.command, "Address already in use" in done.said) == (1, (), True)
        assert (tmp_path / "data" / FILE).read_text() == before
        launched(look=LOOK_AT_PORT, PHOTOS="others", PORT=port, DATA="elsewhere")
    assert not (tmp_path / "elsewhere").exists()
    assert state.read_text() == str(tmp_path / "data")


def test_a_root_keeps_its_alias_and_what_a_person_wrote_stays(launched: Launch, tmp_path: Path, photos: Path) -> None:
    launched(PHOTOS=str(photos))
    file = tmp_path / "data" / FILE
    file.write_text(file.read_text().replace('alias = "my photos"', 'alias = "old"') + "thumbs.height = 200 # mine\n")
    other = save_jpeg(tmp_path / "other" / "old" / "a.jpg", solid(4, 3, (0, 0, 0))).parent
    assert launched(PHOTOS=str(photos)).environ["ROBOT_ROOT_0_ALIAS"] == "old"
    assert launched(PHOTOS=str(other)).environ["ROBOT_ROOT_0_ALIAS"] == "old"
    assert kept(tmp_path / "data")["robot.root.0.path"] == str(other)
    assert "thumbs.height = 200 # mine\n" in file.read_text()


def test_a_folder_by_another_way_is_the_root_that_it_was(launched: Launch, tmp_path: Path, photos: Path) -> None:
    launched(PHOTOS=str(photos))
    before = kept(tmp_path / "data")
    (tmp_path / "link").symlink_to(photos)
    for way in ("link", "my photos/../my photos"):
        assert launched(PHOTOS=way).command
        assert kept(tmp_path / "data") == before


def test_photos_replace_all_that_were_roots(launched: Launch, tmp_path: Path, photos: Path) -> None:
    start = launched(PHOTOS=str(photos), ROBOT_ROOT_0_PATH="/a", ROBOT_ROOT_7_PATH="/b", ROBOT_ROOT_7_ALIAS="x")
    assert {name: value for name, value in start.environ.items() if name.startswith("ROBOT_ROOT")} == {
        "ROBOT_ROOT_0_PATH": str(photos),
        "ROBOT_ROOT_0_ALIAS": "my photos",
    }


def test_photos_that_another_file_speaks_of_too_are_a_contradiction(
    launched: Launch, tmp_path: Path, photos: Path
) -> None:
    """Which of them counted would depend on the folder in which a command is given."""
    (tmp_path / FILE).write_text(f"robot.root.3.path = {str(tmp_path)!r}\n")
    start = launched(PHOTOS=str(photos))
    assert (start.code, start.command) == (1, ())
    assert "darkroom.toml names other photo roots" in start.said
    (tmp_path / FILE).write_text(f"robot.root.3.path = {str(photos)!r}\n")
    assert launched(PHOTOS=str(photos)).command


def test_a_start_in_the_data_folder_itself_may_change_what_is_noted_there(
    launched: Launch, tmp_path: Path, photos: Path
) -> None:
    launched(PHOTOS=str(photos), DATA=".")
    (tmp_path / "others").mkdir()
    assert launched(PHOTOS="others", DATA=".").command
    assert kept(tmp_path)["robot.root.0.path"] == str(tmp_path / "others")
    assert launched(PHOTOS=str(photos), DATA_DIR=str(tmp_path), DARKROOM_TOML=FILE).command
    assert kept(tmp_path)["robot.root.0.path"] == str(photos)


def test_roots_that_a_person_wrote_into_the_data_folder_are_no_start_s_to_change(
    launched: Launch, tmp_path: Path, photos: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE).write_text(f"robot.root.0.path = {str(tmp_path)!r}\n")
    start = launched(PHOTOS=str(photos))
    assert (start.code, start.command) == (1, ())
    assert "names other photo roots" in start.said
    start = launched()
    assert start.command
    assert kept(tmp_path / "data")["robot.root.0.path"] == str(tmp_path)


def test_a_folder_whose_name_is_no_alias_gets_one(launched: Launch, tmp_path: Path) -> None:
    folder = save_jpeg(tmp_path / "me@home" / "a.jpg", solid(4, 3, (0, 0, 0))).parent
    assert launched(PHOTOS=str(folder)).environ["ROBOT_ROOT_0_ALIAS"] == "me-home"


def test_folders_of_one_name_get_aliases_of_their_own(tmp_path: Path) -> None:
    paths = [tmp_path / each / "Pictures" for each in "abc"]
    known = {"Pictures": paths[1], "Pictures-2": tmp_path}
    assert launch.aliases(paths, known) == {"Pictures-2": paths[0], "Pictures": paths[1], "Pictures-3": paths[2]}


def test_a_folder_that_is_no_text_is_served_though_it_can_t_be_noted(launched: Launch, tmp_path: Path) -> None:
    folder = save_jpeg(tmp_path / os.fsdecode(b"\xff") / "a.jpg", solid(4, 3, (0, 0, 0))).parent
    start = launched(PHOTOS=str(folder))
    assert start.command
    assert "other commands need" in start.said


def test_a_home_that_can_t_be_written_is_no_failure(launched: Launch, tmp_path: Path, photos: Path) -> None:
    (tmp_path / "file").touch()
    start = launched(PHOTOS=str(photos), XDG_STATE_HOME=str(tmp_path / "file"))
    assert start.command
    assert f"other commands need DARKROOM_DATA={tmp_path / 'data'}" in start.said


@pytest.mark.parametrize("command", [["-m", "launch", "serve"], ["darkroom/__main__.py", "serve"]])
def test_ctrl_c_while_it_is_still_being_loaded_is_no_error(tmp_path: Path, command: list[str]) -> None:
    process = Process([sys.executable, *command], environ(None, tmp_path / "data", PORT="0"))
    maps = Path(f"/proc/{process.process.pid}/maps")
    eventually(lambda: "/_sqlite3." in maps.read_text() or process.process.poll() is not None, True)
    assert process.stop(signal.SIGINT) in (-signal.SIGINT, 0, 130)
    assert "Traceback" not in "".join(process.lines)
