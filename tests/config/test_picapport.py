"""Moving in: a picapport.properties becomes a darkroom.toml."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from config.picapport import SHARED, as_toml, take_over

PROJECT = Path(__file__).parents[2]
EXAMPLE = """\
# PicApport
server.port=8085
robot.root.0.path=/mnt/photos
robot.root.0.alias = Familie M\\u00fcller
robot.root.1.path=D:\\\\Bilder\\\\Urlaub
robot.rescan.minutes : 30
robot.use.filesystem.monitor=FALSE
thumbs.height=120
webapi.enabled=true
webapi.apikey=se"cr\\\\et
webapi.default.uid=guest
webapi.max.sessions.per.ip=12
webapi.DISABLE.PASSWORD.ENCRYPTION=NoPwEncryptionForWebApi
server.title=My photos
robot.root.7.alias=lonely
foto.jpg.usecache=2
"""


def converted(folder: Path, text: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`python -m config picapport.properties …` in that folder."""
    (folder / "picapport.properties").write_text(text)
    command = [sys.executable, "-W", "error", "-m", "config", "import", "picapport.properties", *arguments]
    environ = {"PYTHONPATH": str(PROJECT), "PATH": "", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_all_that_has_the_same_meaning_is_taken_over(tmp_path: Path) -> None:
    done = converted(tmp_path, EXAMPLE)
    assert done.returncode == 0
    (tmp_path / "darkroom.toml").write_text(done.stdout)
    settings = config.load({"DATA_DIR": str(tmp_path / "data")}, tmp_path / "darkroom.toml")
    assert (settings.server_port, settings.thumbs_height, settings.webapi_max_sessions_per_ip) == (8085, 120, 12)
    assert (settings.robot_rescan_minutes, settings.robot_use_filesystem_monitor) == (30, False)
    assert (settings.webapi_enabled, settings.webapi_default_uid) == (True, "guest")
    assert settings.webapi_apikey == 'se"cr\\et'
    assert settings.webapi_disable_password_encryption == "NoPwEncryptionForWebApi"
    assert settings.roots[0] == config.Root("Familie Müller", Path("/mnt/photos"))
    assert tomllib.loads(done.stdout)["robot"]["root"]["1"]["path"] == "D:\\Bilder\\Urlaub"
    assert done.stderr.splitlines() == [
        "config: robot.root.1.path is 'D:\\\\Bilder\\\\Urlaub', a folder of Windows: "
        "write in its place where it is on this machine",
        "config: not taken over: server.title: Darkroom has no setting of this name and meaning",
        "config: not taken over: robot.root.7.alias: there is no robot.root.7.path that it would be the alias of",
        "config: not taken over: foto.jpg.usecache: Darkroom has no setting of this name and meaning",
    ]


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("server.port", "http", "0 to 65535"),
        ("thumbs.height", "5", "16 to 4096"),
        ("webapi.enabled", "maybe", "true or false"),
        ("webapi.DISABLE.PASSWORD.ENCRYPTION", "true", "NoPwEncryptionForWebApi"),
        ("robot.root.0.path", "", "no folder"),
        ("data.dir", "/x", "no setting"),
    ],
)
def test_what_is_not_allowed_here_is_left_with_the_reason(key: str, value: str, reason: str) -> None:
    move = take_over({key: value})
    assert move.taken == {}
    assert reason in move.left[key]


def test_every_shared_setting_is_one() -> None:
    assert set(SHARED) <= {row.name for row, _ in config.every_setting()}


def test_out_is_not_replaced_without_force(tmp_path: Path) -> None:
    assert converted(tmp_path, "server.port=1", "--out", "new.toml").returncode == 0
    done = converted(tmp_path, "server.port=2", "--out", "new.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "new.toml is there already" in done.stderr
    assert "server.port = 1" in (tmp_path / "new.toml").read_text()
    assert converted(tmp_path, "server.port=2", "--out", "new.toml", "--force").returncode == 0
    assert "server.port = 2" in (tmp_path / "new.toml").read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["new.toml", "picapport.properties"]


@pytest.mark.parametrize(("text", "said"), [("a=1\nb=\\u1", "line 2")])
def test_what_is_no_properties_file(tmp_path: Path, text: str, said: str) -> None:
    done = converted(tmp_path, text)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = converted(tmp_path, "", "--out", "no/such/folder.toml")
    assert done.returncode == 2
    assert "is in no folder: make it first" in done.stderr


@given(st.dictionaries(st.sampled_from(SHARED) | st.just("robot.root.0.path"), st.text()))
def test_whatever_is_taken_over_can_be_loaded(properties: dict[str, str]) -> None:
    text = as_toml(take_over({key: value.encode("utf-8", "replace").decode() for key, value in properties.items()}))
    assert tomllib.loads(text) is not None


def test_the_home_of_somebody_who_is_not_here_is_a_folder_like_another() -> None:
    move = take_over({"robot.root.0.path": "~nobody-of-this-name/photos"})
    assert move.taken == {"robot.root.0.path": "~nobody-of-this-name/photos"}
    assert "from the folder that it is started in" in move.remarks[0]
