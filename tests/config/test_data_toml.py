"""What `serve` writes down in its data folder, and what of it a person may change."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from config.data_toml import BEGIN, FILE, NotNoted, OtherRoots, note
from config.sources import Root, toml_value


def told(folder: Path, **more: object) -> config.Settings:
    """Settings of a server with its data in that folder."""
    settings = config.Settings(data_dir=folder, roots=(Root("photos", Path("/p h/o")),))
    return replace(settings, **more)  # type: ignore[arg-type]


def known(folder: Path) -> config.Settings:
    """What other commands know then."""
    return config.load({"DATA_DIR": str(folder)}, folder / "none.toml")


def test_what_was_told_is_known_and_noted_once(tmp_path: Path) -> None:
    roots = (Root("a", Path("/x")), Root('"b" \\', Path("/y/\u00e9\x7f")))
    settings = told(tmp_path, roots=roots, server_port=81, webapi_default_uid="ann")
    assert note(settings)
    assert not note(settings)
    found = known(tmp_path)
    assert (found.roots, found.server_port, found.webapi_default_uid) == (roots, 81, "ann")
    assert found.sources["server.port"] == str(tmp_path / FILE)


def test_a_port_of_the_system_s_choice_and_nobody_are_not_noted(tmp_path: Path) -> None:
    assert note(told(tmp_path, roots=(), server_port=0))
    assert tomllib.loads((tmp_path / FILE).read_text()) == {}


def test_the_environment_and_the_working_folder_s_file_go_before(tmp_path: Path) -> None:
    note(told(tmp_path, server_port=81))
    toml = tmp_path / "here.toml"
    toml.write_text("server.port = 82\nrobot.root.5.path = '/z'\n")
    environ = {"DATA_DIR": str(tmp_path)}
    here = config.load(environ, toml)
    assert (here.server_port, here.root_paths) == (82, {"z": Path("/z")})
    assert config.load(environ | {"PORT": "83"}, toml).server_port == 83


def test_a_host_may_have_a_root_elsewhere(tmp_path: Path) -> None:
    """Roots of the environment are all there are: no other comes of the file."""
    note(told(tmp_path, roots=(Root("a", Path("/a")), Root("b", Path("/b")))))
    environ = {"DATA_DIR": str(tmp_path), "ROBOT_ROOT_0_PATH": "/mnt/nas", "ROBOT_ROOT_0_ALIAS": "a"}
    assert config.load(environ, tmp_path / "none").root_paths == {"a": Path("/mnt/nas")}


def test_a_person_s_lines_stay_and_go_before_those_that_were_told(tmp_path: Path) -> None:
    note(told(tmp_path))
    file = tmp_path / FILE
    file.write_text("# mine\n" + file.read_text() + "[cache.disk]\nbytes = '1GB'\n")
    note(told(tmp_path, server_port=82))
    assert file.read_text().startswith("# mine\n")
    assert (known(tmp_path).server_port, known(tmp_path).cache_disk_bytes) == (82, 10**9)
    file.write_text("server.port = 90\nrobot.root.0.path = '/p h/o'\n")
    note(told(tmp_path, server_port=82))
    assert known(tmp_path).server_port == 90
    with pytest.raises(OtherRoots, match="names other photo roots"):
        note(told(tmp_path, roots=(Root("x", Path("/x")),)))


def test_an_editor_of_another_system_may_have_written_it(tmp_path: Path) -> None:
    """With the mark at its beginning and the ends of lines of Windows."""
    note(told(tmp_path))
    file = tmp_path / FILE
    file.write_bytes(b"\xef\xbb\xbf" + f"{file.read_text()}thumbs.height = 200\n".replace("\n", "\r\n").encode())
    assert (known(tmp_path).thumbs_height, known(tmp_path).root_paths) == (200, {"photos": Path("/p h/o")})
    assert note(told(tmp_path, server_port=82))
    assert (known(tmp_path).thumbs_height, known(tmp_path).server_port) == (200, 82)


def test_its_rights_stay(tmp_path: Path) -> None:
    note(told(tmp_path))
    (tmp_path / FILE).chmod(0o640)
    note(told(tmp_path, server_port=82))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= nonsense", "is not TOML"),
        (b"\xff", "can't be written"),
        (
            BEGIN,
            "gone",
        ),
    ],
)
def test_a_file_that_can_t_be_kept_is_said_and_left(tmp_path: Path, text: str | bytes, said: str) -> None:
    file = tmp_path / FILE
    raw = text if isinstance(text, bytes) else text.encode()
    file.write_bytes(raw)
    with pytest.raises(NotNoted, match=said):
        note(told(tmp_path))
    assert file.read_bytes() == raw


def test_a_file_that_can_t_be_read_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(config.SettingsError, match="can't be read"):
        known(tmp_path)


def test_a_data_folder_does_not_say_where_it_is(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("data.dir = '/elsewhere'")
    with pytest.raises(config.SettingsError, match="take it out there"):
        known(tmp_path)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    assert tomllib.loads(f"a = {toml_value(text)}") == {"a": text}


def test_half_of_a_pair_is_no_text() -> None:
    with pytest.raises(ValueError, match="no text"):
        toml_value("\udcff")
