"""Walking a photo root."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.scan.names import EXTENSIONS, LeftOut, is_photo
from catalog.scan.walk import Entry, LinkedFolder, Part, PassedOver, WalkFailure, reduced, walk
from config import Settings
from tests.catalog.beneath.deep import below, deep_folder, descriptors, remove
from tests.catalog.library import put, without_regard_to_case

NETWORK = (
    *(errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EAGAIN, errno.EREMOTEIO, errno.ECONNRESET),
    *(errno.ESTALE, errno.EIO, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENODEV, errno.EACCES),
)
"""What file systems of other machines, and disks, give where a file can't be had for now."""


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


LEFT_OUT = LeftOut(Settings().scan_ignore)


@pytest.mark.parametrize(
    "name",
    [
        *("@eaDir", "@EADIR", "#recycle", "@Recycle", "$RECYCLE.BIN", "#snapshot", "@Recently-Snapshot", "lost+found"),
        *("System Volume Information", "@tmp", "@sharebin", "~snapshot", ".Trash-1000", ".stversions", ".zfs"),
        *("Catalog Previews.lrdata", "appdata_oc8gf", "__MACOSX", "Network Trash Folder"),
    ],
)
def test_folders_of_appliances_and_systems_are_passed_over(tmp_path: Path, name: str) -> None:
    put(tmp_path / "a" / name / "1.jpg/THUMB.jpg", b"1")
    put(tmp_path / "a/2.jpg", b"1")
    (tmp_path / "link").symlink_to(tmp_path / "a" / name)  # by another name it is a folder like others
    found = [each.path for each in walk(tmp_path, True, left_out=LEFT_OUT) if isinstance(each, Entry)]
    assert found == ["a/2.jpg", "link/1.jpg/THUMB.jpg"]
    for part in (Part(f"a/{name}/1.jpg"), Part(f"a/{name}/1.jpg/THUMB.jpg", deep=False), Part(f"a/{name}")):
        parts = list(walk(tmp_path, True, parts=[part], left_out=LEFT_OUT))
        assert parts == [PassedOver(f"a/{name}")]


def test_names_like_those_are_none_of_them(tmp_path: Path) -> None:
    for name in ("@home/1.jpg", "recycle/1.jpg", "snapshot/1.jpg", "lost/1.jpg", "@tmp.jpg", "lost+found.jpg"):
        put(tmp_path / name, b"1")
    assert len([each for each in walk(tmp_path, True, left_out=LEFT_OUT) if isinstance(each, Entry)]) == 6
    assert "x" not in LeftOut("")


@pytest.mark.parametrize("mark", [".nomedia", ".NoMedia", ".noimage"])
def test_a_mark_leaves_out_its_folder_and_those_below_but_no_root(tmp_path: Path, mark: str) -> None:
    for name in ("1.jpg", "private/2.jpg", "private/deep/3.jpg", "private too/4.jpg", mark, f"private/{mark}"):
        put(tmp_path / name, b"1")
    assert paths(tmp_path) == ["1.jpg", "private too/4.jpg"]
    assert PassedOver("private") in list(walk(tmp_path, True))
    for part in (Part("private"), Part("private/deep"), Part("private/2.jpg", deep=False)):
        assert list(walk(tmp_path, True, parts=[part])) == [PassedOver("private")]
    (tmp_path / "private" / mark).unlink()
    assert paths(tmp_path) == ["1.jpg", "private/2.jpg", "private/deep/3.jpg", "private too/4.jpg"]


def test_a_part_is_there_by_its_very_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "Sea/img.jpg", b"1")
    without_regard_to_case(monkeypatch)
    assert (tmp_path / "Sea/IMG.JPG").stat().st_size == 1
    parts = [Part("Sea/IMG.JPG", deep=False), Part("Sea/img.jpg", deep=False), Part("sea"), Part("SEA/x", deep=False)]
    found = list(walk(tmp_path, True, parts=parts))
    assert [each.path for each in found if isinstance(each, Entry)] == ["Sea/img.jpg"]
    assert len(found) == 1


@pytest.mark.parametrize("number", NETWORK)
@pytest.mark.parametrize("call", ["open", "fstat", "scandir"])
def test_what_a_network_drive_says_is_a_failure_that_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    put(tmp_path / "nas/1.jpg", b"1")
    put(tmp_path / "2.jpg", b"1")
    plain = getattr(os, call)

    def fails(path: str | int, *more: object, **named: object) -> object:
        place = path if isinstance(path, str) else str(Path(f"/proc/self/fd/{path}").readlink())
        if place.endswith("nas"):
            raise OSError(number, os.strerror(number), place)
        return plain(path, *more, **named)

    monkeypatch.setattr(os, call, fails)
    failure = WalkFailure("nas", os.strerror(number), folder=True, passing=True)
    assert failure in list(walk(tmp_path, True))
    if call == "scandir":
        failure = WalkFailure("nas/1.jpg", os.strerror(number), folder=True, passing=True)
        assert list(walk(tmp_path, True, parts=[Part("nas/1.jpg", deep=False)])) == [failure]


def test_an_entry_has_size_and_time(tmp_path: Path) -> None:
    file = put(tmp_path / "a.jpg", b"1234")
    os.utime(file, ns=(1, 5_000_000_007))
    status = file.stat()
    found = Entry("a.jpg", 4, 5_000_000_007, status.st_ctime_ns, status.st_ino)
    assert list(walk(tmp_path, follow_links=True)) == [found]


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
    first = next(found)
    assert isinstance(first, Entry)
    assert first.path == "a/1.jpg"
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


def test_a_folder_that_is_swapped_for_a_link_is_not_walked(tmp_path: Path) -> None:
    """Between the look at the root and the one at the folder: then there is no folder any more."""
    put(tmp_path / "root/1.jpg", b"1")
    put(tmp_path / "root/sea/2.jpg", b"2")
    put(tmp_path / "outside/3.jpg", b"3")
    found = walk(tmp_path / "root", follow_links=False)
    first = next(found)
    (tmp_path / "root/sea").rename(tmp_path / "elsewhere")
    (tmp_path / "root/sea").symlink_to("../outside")
    assert isinstance(first, Entry)
    assert (first.path, list(found)) == ("1.jpg", [])


def test_a_file_that_is_swapped_for_a_link_is_none(tmp_path: Path) -> None:
    for number in (1, 2):
        put(tmp_path / f"root/{number}.jpg", b"1")
    put(tmp_path / "outside.jpg", b"2")
    found = walk(tmp_path / "root", follow_links=False)
    next(found)
    (tmp_path / "root/2.jpg").unlink()
    (tmp_path / "root/2.jpg").symlink_to("../outside.jpg")
    assert list(found) == []


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder for what is deep."""
    yield tmp_path
    remove(tmp_path)


@pytest.mark.parametrize("follow_links", [True, False])
def test_folders_deeper_than_any_path_and_any_stack(deep: Path, follow_links: bool) -> None:
    depths = (10, 1000, 2040, 2100, 2500)
    deep_folder(deep, 2500, dict.fromkeys(depths, b"1"))
    before = descriptors()
    assert paths(deep, follow_links=follow_links) == [below(depth, "x.jpg") for depth in depths]
    place = below(2500, "x.jpg")
    for part in (Part(place, deep=False), Part(place.rpartition("/")[0])):
        (found,) = walk(deep, follow_links, parts=[part])
        assert isinstance(found, Entry)
        assert found.path == place
    assert descriptors() == before


def test_what_lies_too_deep_is_passed_over_and_said(deep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.scan.walk.LONGEST", 200)
    deep_folder(deep, 150, {50: b"1", 149: b"1"})
    first, failure = walk(deep, follow_links=True)
    assert isinstance(first, Entry)
    assert isinstance(failure, WalkFailure)
    assert (first.path, len(failure.path)) == (below(50, "x.jpg"), 201)
    assert (failure.folder, failure.passing) == (True, False)


def test_folders_that_lead_into_one_another_end(tmp_path: Path) -> None:
    put(tmp_path / "a/1.jpg", b"1")
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "a/self").symlink_to(".")
    assert paths(tmp_path) == ["a/1.jpg"]
