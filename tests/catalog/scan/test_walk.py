"""Walking a photo root."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.scan.names import EXTENSIONS, is_photo
from catalog.scan.walk import Entry, LinkedFolder, Part, WalkFailure, reduced, walk
from tests.catalog.library import put


def paths(root: Path, *, follow_links: bool = True) -> list[str]:
    """What is found that may be a photo, in order."""
    return [each.path for each in walk(root, follow_links) if isinstance(each, Entry)]


def failures(root: Path) -> dict[str, WalkFailure]:
    """What can't be walked."""
    return {each.path: each for each in walk(root, follow_links=True) if isinstance(each, WalkFailure)}


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


@pytest.mark.parametrize("ending", sorted(EXTENSIONS))
def test_every_ending_in_any_case(ending: str) -> None:
    assert all(map(is_photo, (f"a.{ending}", f"A.{ending.upper()}", f"a.b.{ending.title()}")))
    assert not is_photo(ending)


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
    found = failures(tmp_path)
    assert {path: failure.folder for path, failure in found.items()} == {
        "loop.jpg": False,
        "broken.jpg": False,
        "disk": True,
    }
    assert "symbolic links" in found["loop.jpg"].reason


def test_a_pipe_is_no_photo(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert failures(tmp_path)["pipe.jpg"].reason == "it is no regular file"


def test_a_folder_that_vanishes_is_no_failure(tmp_path: Path) -> None:
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


PATHS = st.lists(st.sampled_from("abc"), max_size=3).map("/".join)
PARTS = st.builds(Part, PATHS) | st.builds(Part, PATHS.filter(bool), deep=st.just(False))


@given(st.lists(PARTS))
def test_reduced_parts_are_the_same_and_none_is_inside_another(parts: list[Part]) -> None:
    def covers(part: Part, other: Part) -> bool:
        # What is below a folder, but not the folder itself: a file of its name may have been there.
        return part == other or (part.deep and (not part.path or other.path.startswith(f"{part.path}/")))

    found = reduced(parts)
    assert set(found) <= set(parts)
    assert len(found) == len(set(found))
    for part in parts:
        assert any(covers(each, part) for each in found)
    assert not any(covers(one, two) for one in found for two in found if one != two)


def test_parts(tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg", "x/3.jpg", "x/y/4.jpg", "xx/5.jpg", "note.txt"):
        put(tmp_path / name, b"")
    for parts, found in (
        ([Part("1.jpg", deep=False)], ["1.jpg"]),
        ([Part("gone.jpg", deep=False), Part("x/no/gone.jpg", deep=False), Part("1.jpg/x.jpg", deep=False)], []),
        ([Part("note.txt", deep=False), Part("gone")], []),
        ([Part("x")], ["x/3.jpg", "x/y/4.jpg"]),
        ([Part("2.jpg", deep=False), Part("x/y")], ["2.jpg", "x/y/4.jpg"]),
    ):
        seen = list(walk(tmp_path, follow_links=True, parts=parts))
        assert [each.path for each in seen] == found
    (tmp_path / "x/link").symlink_to(tmp_path / "xx")
    with pytest.raises(LinkedFolder):
        list(walk(tmp_path, follow_links=True, parts=[Part("x")]))
    without_links = walk(tmp_path, follow_links=False, parts=[Part("x")])
    assert [each.path for each in without_links] == ["x/3.jpg", "x/y/4.jpg"]


@pytest.mark.parametrize("part", [Part("link"), Part("link/y"), Part("link/3.jpg", deep=False)])
def test_a_part_behind_a_link(tmp_path: Path, part: Part) -> None:
    put(tmp_path / "x/3.jpg", b"")
    put(tmp_path / "x/y/4.jpg", b"")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    with pytest.raises(LinkedFolder):
        list(walk(tmp_path, follow_links=True, parts=[part]))
    assert list(walk(tmp_path, follow_links=False, parts=[part])) == []
