"""The data folder and the photo roots, in every state."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cache.disk import DiskTier
from cache.key import RenderKey
from config import Root, Settings
from config.data_toml import BEGIN, END
from config.setting import Bytes
from darkroom.doctor import places
from darkroom.doctor.file_systems import MOUNTS
from tests.catalog.library import Library, jpeg, put
from tests.darkroom.doctor.told import one, told

MOUNT = "22 1 8:1 / / rw - {} device rw\n"
BLOCK = 4096


def disk(
    free: int = 10**12, inodes: int = 10**9, *, files: int = 10**9, flags: int = 0
) -> Callable[[Path], os.statvfs_result]:
    """What statvfs says of a disk with so many bytes and inodes free."""
    blocks = free // BLOCK
    result = os.statvfs_result((BLOCK, BLOCK, blocks, blocks, blocks, files, inodes, inodes, flags, 255))
    return lambda _: result


def mounted(folder: Path, kind: str) -> Path:
    """A table of mounts by which all lies on that kind of file system."""
    return put(folder / "mountinfo", MOUNT.format(kind).encode())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty data folder, and a photo root with a photo."""
    put(tmp_path / "photos" / "1.jpg", jpeg())
    (tmp_path / "data").mkdir(exist_ok=True)
    return Settings(data_dir=tmp_path / "data", roots=(Root("mine", tmp_path / "photos"),))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("ext4", "✓ data folder's file system: ext4"),
        ("nfs4", "✗ data folder: {} lies on nfs4: SQLite and the index of the cache do not work over a network: "),
        ("tmpfs", "✗ data folder: {} lies on tmpfs, which a restart empties, of users too: put it on a disk"),
    ],
)
def test_where_the_data_lie(settings: Settings, tmp_path: Path, kind: str, said: str) -> None:
    folder, system = told(places.data_folder(settings, mounted(tmp_path, kind)))
    assert folder == f"✓ data folder: {settings.data_dir} (default)"
    assert system.startswith(said.format(settings.data_dir))


def test_a_disk_of_which_nothing_is_said(settings: Settings, tmp_path: Path) -> None:
    assert one(places.data_folder(settings, tmp_path / "none"))[0] == "✓"


def test_a_data_folder_that_is_not_there_yet(settings: Settings) -> None:
    new = replace(settings, data_dir=settings.data_dir / "deep" / "er")
    line = one(places.data_folder(new))
    assert line == f"- data folder: {new.data_dir} is not there yet: `darkroom serve` makes it"
    assert not (settings.data_dir / "deep").exists()


def test_a_data_folder_that_can_t_be_made(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    line = one(places.data_folder(replace(settings, data_dir=settings.data_dir / "new")))
    assert "is not there, and this user (uid" in line
    assert line.endswith(f"can't make it in {settings.data_dir}: make it, or name another one (data.dir, or `--data`)")


def test_a_data_folder_that_is_a_file(settings: Settings) -> None:
    file = put(settings.data_dir / "file", b"")
    line = one(places.data_folder(replace(settings, data_dir=file)))
    assert line == f"✗ data folder: {file} is no folder: name another one (data.dir, or `--data`)"
    assert one(places.data_folder(replace(settings, data_dir=file / "below")))[0] == "✗"


def test_what_can_be_no_folder_s_name(settings: Settings) -> None:
    assert "is no name of a folder" in one(places.data_folder(replace(settings, data_dir=Path("/a\0b"))))
    assert "File name too long" in one(places.data_folder(replace(settings, data_dir=Path("/" + "x" * 300))))


def test_a_disk_that_is_mounted_read_only(settings: Settings) -> None:
    line = told(places.data_folder(settings, statvfs=disk(flags=os.ST_RDONLY)))[0]
    assert line.endswith("lies on a file system that is mounted read-only: mount it for writing")


@pytest.mark.parametrize("name", ["", "catalog.sqlite", "renders"])
def test_what_is_another_user_s(settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    put(settings.data_dir / "catalog.sqlite", b"")
    (settings.data_dir / "renders").mkdir()
    theirs = settings.data_dir / name
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != theirs)
    line = told(places.data_folder(settings))[0]
    assert line.startswith(f"✗ data folder: {settings.data_dir} can't be written by this user (uid {os.geteuid()}): ")
    assert f": {name or '.'}: run Darkroom as its owner, or give it to this user (`chown -R" in line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "- darkroom.toml: there is none in the data folder: `darkroom serve` writes {}"),
        (b"", "✓ darkroom.toml: {}, 1 settings are of it"),
        (f"# mine\n{BEGIN}server.port = 1\n{END}".encode(), "✓ darkroom.toml: {}, 1 settings are of it"),
        (f"# mine\n{BEGIN}server.port = 1\n".encode(), "✗ darkroom.toml: the line '# <<<' is gone from {}: put it"),
        (b"\xff", "✗ darkroom.toml: {} can't be read: "),
    ],
)
def test_the_settings_in_the_data_folder(settings: Settings, content: bytes | None, said: str) -> None:
    file = settings.data_dir / "darkroom.toml"
    if content is not None:
        file.write_bytes(content)
    given = replace(settings, sources={"server.port": str(file), "data.dir": "elsewhere"})
    assert one(places.own_settings(given)).startswith(said.format(file))


def test_settings_that_can_t_be_read(settings: Settings) -> None:
    (settings.data_dir / "darkroom.toml").mkdir()
    assert "can't be read: Is a directory" in one(places.own_settings(settings))


@pytest.mark.parametrize(
    ("free", "inodes", "files", "space", "count"),
    [
        (
            50e9,
            5e6,
            9e6,
            "✓ disk space: 50.0 GB are free, 0.0 GB are renders, of 10.0 GB",
            "✓ inodes: 5,000,000 are free",
        ),
        (3e9, 5e6, 9e6, "✓ disk space: 3.0 GB are free, 0.0 GB are renders: they may become 2.0 GB, though", "✓"),
        (0.5e9, 5e6, 9e6, "✗ disk space: 0.5 GB are free, 0.0 GB are renders: less is free than the 1.0 GB", "✓"),
        (50e9, 1e5, 9e6, "✓", "✗ inodes: 100,000 are free, and 1,000,000 renders may still come"),
        (50e9, 0, 0, "✓", "- inodes: this file system has as many as there is space for"),
    ],
)
def test_space_and_inodes(settings: Settings, free: float, inodes: float, files: float, space: str, count: str) -> None:
    found = told(places.space(settings, disk(int(free), int(inodes), files=int(files))))
    assert [line[: len(said)] for line, said in zip(found, (space, count), strict=True)] == [space, count]


def test_a_small_cache_needs_no_more_inodes_than_fit(settings: Settings) -> None:
    small = replace(settings, cache_disk_bytes=Bytes(4096 * 50))
    assert told(places.space(small, disk(inodes=100)))[1][0] == "✓"
    assert told(places.space(small, disk(inodes=40)))[1][0] == "✗"


@pytest.mark.parametrize(("most", "entries"), [(0, 1), (1, 0)])
def test_without_a_cache_on_disk_it_needs_no_space(settings: Settings, most: int, entries: int) -> None:
    assert one(
        places.space(replace(settings, cache_disk_bytes=Bytes(most), cache_disk_entries=entries), disk(0, 0))
    ).startswith("- disk space: the cache keeps")


def test_what_is_cached_already_is_counted(settings: Settings) -> None:
    tier = DiskTier(settings.data_dir / "renders")
    tier.put(RenderKey("A" * 22, "v", 1, 1, 70), b"\xff\xd8" + b"x" * 10**6 + b"\xff\xd9")
    tier.close()
    assert "1 are renders, of" in told(places.space(settings, disk(inodes=999_999)))[1]
    small = replace(settings, cache_disk_bytes=Bytes(10**9), cache_disk_free=Bytes(10**9))
    assert "they may become 1.0 GB" in told(places.space(small, disk(2 * 10**9 - 10**6)))[0]


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100, None])
def test_an_index_that_says_nothing_counts_as_none(settings: Settings, content: bytes | None) -> None:
    index = settings.data_dir / "renders" / "index.sqlite"
    if content is None:
        index.parent.mkdir()
        with closing(sqlite3.connect(index)) as other:
            other.execute("CREATE TABLE state (entries, bytes, complete, reconciled)")
            other.commit()
    else:
        put(index, content)
    assert [line[0] for line in told(places.space(settings, disk()))] == ["✓", "✓"]


def test_a_disk_that_does_not_say_how_much_is_free(settings: Settings) -> None:
    def fails(_: Path) -> os.statvfs_result:
        raise OSError(5, "Input/output error")

    assert told(places.space(settings, fails)) == ["✗ disk space: the system does not say it: Input/output error"]


def of_root(settings: Settings, path: Path, mounts: Path = MOUNTS) -> str:
    return one(places.photo_root(Root("mine", path), settings, mounts))


def test_a_photo_root(settings: Settings, tmp_path: Path) -> None:
    path = settings.roots[0].path
    assert of_root(settings, path, mounted(tmp_path, "ext4")) == f"✓ photo root mine: {path}, on ext4"
    assert of_root(settings, path, tmp_path / "none") == f"✓ photo root mine: {path}"
    path.chmod(0o555)  # nothing is ever written there
    assert of_root(settings, path)[0] == "✓"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (60.0, "✓ photo root mine: {}, on nfs4: changes are noticed by rescans alone, each 60 minutes"),
        (0.0, "✗ photo root mine: {} lies on nfs4, which tells of no changes, and robot.rescan.minutes is 0: set"),
    ],
)
def test_a_photo_root_on_another_machine(settings: Settings, tmp_path: Path, minutes: float, said: str) -> None:
    path = settings.roots[0].path
    line = of_root(replace(settings, robot_rescan_minutes=minutes), path, mounted(tmp_path, "nfs4"))
    assert line.startswith(said.format(path))


def test_photo_roots_that_can_t_be_scanned(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    path = settings.roots[0].path
    (path / "empty").mkdir()
    assert f"{path}/none is not there: is its disk mounted?" in of_root(settings, path / "none")
    assert f"{path}/empty is empty: is its disk mounted?" in of_root(settings, path / "empty")
    assert "is no folder" in of_root(settings, path / "1.jpg")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "can't be opened by this user" in of_root(settings, path)


def test_a_photo_root_that_can_t_be_listed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(places, "is_empty", refused)
    line = of_root(settings, settings.roots[0].path)
    assert "can't be listed: Permission denied: let this user (uid " in line


def test_no_photo_root(library: Library, settings: Settings) -> None:
    assert told(places.photo_roots(settings)) == []
    assert one(places.photo_roots(library.only())).startswith("✗ photo roots: none is set: `darkroom serve")
    new = replace(settings, roots=(), data_dir=settings.data_dir / "new")
    assert one(places.photo_roots(new)).startswith("- photo roots: none is set yet: ")
