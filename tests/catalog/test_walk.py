"""Walking a photo root."""

import os
from pathlib import Path

import pytest

from catalog.walk import Entry, Fault, walk
from tests.catalog.library import put


def paths(root: Path, *, follow_links: bool = True) -> list[str]:
    """What is found that may be a photo, in order."""
    return [each.path for each in walk(root, follow_links) if isinstance(each, Entry)]


def faults(root: Path) -> dict[str, Fault]:
    """What can't be walked."""
    return {each.path: each for each in walk(root, follow_links=True) if isinstance(each, Fault)}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.jpg", True),
        ("a.JPEG", True),
        ("a.jpe", True),
        ("a.jfif", True),
        ("a.Png", True),
        ("a.webp", True),
        ("a.tif", True),
        ("a.TIFF", True),
        ("a.gif", True),
        ("a.txt", False),
        ("jpg", False),
        (".a.jpg", False),
        (".hidden/a.jpg", False),
        ("folder.jpg/a.jpg", True),
        ("new\nline.jpg", True),
        ("\N{CAMERA}.jpg", True),
        (os.fsdecode(b"\xff\xfe.jpg"), True),
    ],
)
def test_names(tmp_path: Path, name: str, found: bool) -> None:
    put(tmp_path / name, b"1234")
    assert paths(tmp_path) == ([name] if found else [])


def test_an_entry_has_size_and_time(tmp_path: Path) -> None:
    file = put(tmp_path / "a.jpg", b"1234")
    os.utime(file, ns=(1, 5_000_000_007))
    assert list(walk(tmp_path, follow_links=True)) == [Entry("a.jpg", 4, 5_000_000_007)]


def test_links_come_last_and_each_folder_once(tmp_path: Path) -> None:
    put(tmp_path / "root/z/1.jpg", b"1")
    put(tmp_path / "outside/2.jpg", b"2")
    (tmp_path / "root/a").symlink_to(tmp_path / "outside")
    (tmp_path / "root/b").symlink_to(tmp_path / "outside")
    (tmp_path / "root/c").symlink_to(tmp_path / "root/z")
    (tmp_path / "root/z/up").symlink_to(tmp_path / "root")
    (tmp_path / "outside/circle").symlink_to(tmp_path / "outside")
    assert paths(tmp_path / "root") == ["z/1.jpg", "a/2.jpg"]
    assert paths(tmp_path / "root", follow_links=False) == ["z/1.jpg"]


def test_broken_links_are_told(tmp_path: Path) -> None:
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nothing")
    (tmp_path / "disk").symlink_to(tmp_path / "not mounted")
    found = faults(tmp_path)
    assert {path: fault.folder for path, fault in found.items()} == {
        "loop.jpg": False,
        "broken.jpg": False,
        "disk": True,
    }
    assert "symbolic links" in found["loop.jpg"].reason


def test_a_pipe_is_no_photo(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert faults(tmp_path)["pipe.jpg"].reason == "it is no regular file"


def test_a_folder_that_vanishes_is_no_fault(tmp_path: Path) -> None:
    put(tmp_path / "a/1.jpg", b"1")
    put(tmp_path / "b/2.jpg", b"2")
    found = walk(tmp_path, follow_links=True)
    assert next(found) == Entry("a/1.jpg", 1, (tmp_path / "a/1.jpg").stat().st_mtime_ns)
    (tmp_path / "b/2.jpg").unlink()
    (tmp_path / "b").rmdir()
    assert list(found) == []


def test_folders_may_be_left_out(tmp_path: Path) -> None:
    put(tmp_path / "data/1.jpg", b"1")
    status = (tmp_path / "data").stat()
    assert list(walk(tmp_path, True, without=[(status.st_dev, status.st_ino)])) == []
