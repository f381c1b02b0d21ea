"""Walking a photo root."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.scan.names import EXTENSIONS, LeftOut, is_photo
from catalog.scan.walk import Entry, LinkedFolder, Part, PassedOver, WalkFailure, reduced, walk
from config import Settings
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
@pytest.mark.parametrize("call", ["stat", "scandir"])
def test_what_a_network_drive_says_is_a_failure_that_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    put(tmp_path / "nas/1.jpg", b"1")
    put(tmp_path / "2.jpg", b"1")
    plain = getattr(os, call)

    def fails(path: str | Path, *more: object, **named: object) -> object:
        if os.fspath(path).endswith("nas"):
            raise OSError(number, os.strerror(number), os.fspath(path))
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
