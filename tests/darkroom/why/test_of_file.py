"""What the system says of a file, and whether a scan comes by it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from catalog.beneath.photo_files import PhotoFile
from catalog.inspection import Known
from config import Settings
from darkroom.why import of_file
from darkroom.why.meant import Meant
from tests.catalog.library import Library, jpeg, put
from tests.darkroom.doctor.told import one, told

NAMELESS = Meant("", "", Path("/elsewhere/1.jpg"))


def at(library: Library, path: str) -> Meant:
    """A path below the root a."""
    return Meant("a", path, library.a / path)


def test_a_photo(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    line = one(of_file.file(at(library, "1.jpg")))
    assert line.startswith(f"✓ file: {library.a}/1.jpg: JPEG, {len(jpeg()):,} bytes, changed 20")
    assert told(of_file.file(Meant("c", "1.jpg", None))) == []


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty: put a photo in its place"), (b"text", "is none of JPEG, PNG, ")]
)
def test_files_that_are_no_photos(library: Library, content: bytes, said: str) -> None:
    put(library.a / "1.jpg", content)
    assert one(of_file.file(at(library, "1.jpg"))).startswith(f"✗ file: {library.a}/1.jpg {said}")


def test_what_is_no_file(library: Library) -> None:
    (library.a / "folder.jpg").mkdir()
    os.mkfifo(library.a / "pipe.jpg")
    (library.a / "dangling.jpg").symlink_to("nowhere.jpg")
    (library.a / "circle.jpg").symlink_to("circle.jpg")
    for name, said in (
        ("folder.jpg", "is no regular file"),
        ("pipe.jpg", "is no regular file"),
        ("dangling.jpg", "is a link that leads to nothing"),
        ("circle.jpg", "is a link that leads in a circle"),
        ("none.jpg", "is not there: is its disk mounted?"),
        ("folder.jpg/1.jpg", "is not there"),
    ):
        assert f"{library.a}/{name} {said}" in one(of_file.file(at(library, name)))


def test_a_file_that_is_not_for_this_user(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library.a / "sea/1.jpg", jpeg())

    def refused(_: PhotoFile) -> BinaryIO:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(PhotoFile, "open", refused)
    line = one(of_file.file(at(library, "sea/1.jpg")))
    assert line.startswith(f"✗ file: {library.a}/sea/1.jpg can't be read: Permission denied: let uid ")
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != library.a / "sea")
    assert f"{library.a}/sea can't be read" in one(of_file.file(at(library, "sea/1.jpg")))


def test_its_root(library: Library) -> None:
    assert one(of_file.root(at(library, "1.jpg"), library.settings)) == f"✓ photo root: a ({library.a})"
    there = f"a ({library.a}), b ({library.b})"
    assert one(of_file.root(NAMELESS, library.settings)).endswith(f"to `darkroom serve`; there are: {there}")
    line = one(of_file.root(Meant("c", "1.jpg", None), library.settings))
    assert line.startswith("✗ photo root: c is not in the settings: its photos are kept, out of sight: name it")
    assert one(of_file.root(NAMELESS, Settings())).endswith("there are: none")


def test_a_marked_folder_is_passed_over(library: Library) -> None:
    mark = put(library.a / "private/.nomedia", b"")
    put(library.a / ".nomedia", b"")  # of the root itself, which counts for nothing
    put(library.a / "private/deep/1.jpg", jpeg())
    found = told(of_file.scanned(at(library, "private/deep/1.jpg"), library.settings))
    assert found == [f"✗ scan: {mark} says that its folder is to be passed over: remove that file"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("sea/1.jpg", ["✓ scan: comes by it"]),
        ("SEA.1/1.HEIC", ["✓ scan: comes by it"]),
        (".1.jpg", ["✗ scan: .1.jpg begins with a dot, and is passed over: rename it"]),
        (".thumbs/1.jpg", ["✗ scan: .thumbs begins with a dot, and is passed over: rename it"]),
        ("1.txt", ["✗ scan: its name ends with .txt, which is no photo's: rename it, if it is one: 3fr apng ari"]),
        ("@eaDir/1.jpg", ["✗ scan: the folder @eaDir is passed over, as scan.ignore names it: rename it, or set"]),
        ("jpg", ["✗ scan: its name has no ending, which is no photo's: rename it"]),
        (".x/1.gz", ["✗ scan: .x begins with a dot", "✗ scan: its name ends with .gz"]),
    ],
)
def test_names_that_a_scan_passes_over(library: Library, path: str, said: list[str]) -> None:
    put(library.a / path, jpeg())
    found = told(of_file.scanned(at(library, path), library.settings))
    assert [line[: len(each)] for line, each in zip(found, said, strict=True)] == said


def test_the_data_folder_is_passed_over(library: Library) -> None:
    inside = replace(library.settings, data_dir=library.a / "data")
    assert "it lies in the data folder" in one(of_file.scanned(at(library, "data/renders/1.jpg"), inside))


def test_a_root_inside_of_the_data_folder_is_none_of_that(library: Library) -> None:
    put(library.a / "sea/1.jpg", jpeg())
    around = replace(library.settings, data_dir=library.a.parent)
    assert one(of_file.scanned(at(library, "sea/1.jpg"), around)) == "✓ scan: comes by it"


def test_links(library: Library) -> None:
    put(library.folder / "elsewhere/1.jpg", jpeg())
    put(library.a / "real/1.jpg", jpeg())
    (library.a / "out").symlink_to(library.folder / "elsewhere")
    (library.a / "in").symlink_to("real")
    (library.a / "file.jpg").symlink_to("real/1.jpg")
    without = replace(library.settings, robot_follow_links=False)
    for path in ("out/1.jpg", "in/1.jpg", "file.jpg"):
        line = one(of_file.scanned(at(library, path), without))
        assert line.startswith(f"✗ scan: {library.a}/{path.split('/')[0]} is a link, and robot.follow.links is false")
    assert one(of_file.scanned(at(library, "real/1.jpg"), without)) == "✓ scan: comes by it"
    assert one(of_file.scanned(at(library, "out/1.jpg"), library.settings)) == "✓ scan: comes by it"
    assert one(of_file.scanned(at(library, "file.jpg"), library.settings)) == "✓ scan: comes by it"
    assert one(of_file.scanned(at(library, "in/1.jpg"), library.settings)) == (
        "✗ scan: each folder is scanned once, and this one as real: `darkroom why a/real/1.jpg`"
    )


def test_a_folder_above_that_can_t_be_listed(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library.a / "sea/deep/1.jpg", jpeg())
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != library.a / "sea")
    line = one(of_file.scanned(at(library, "sea/deep/1.jpg"), library.settings))
    assert line.startswith(f"✗ scan: the folder {library.a}/sea can't be listed: let uid ")


def test_of_no_root_nothing_is_said_of_scans(library: Library) -> None:
    assert told(of_file.scanned(NAMELESS, library.settings)) == []


def test_what_has_changed(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    library.scan()
    known = Known(library.photos()["a/1.jpg"], True, ())
    photo, settings = at(library, "1.jpg"), library.settings
    assert one(of_file.changed(photo, known, settings)) == "✓ since the last scan: nothing has changed"
    os.utime(library.a / "1.jpg", ns=(1, 1))
    assert one(of_file.changed(photo, known, settings)).startswith("- since the last scan: the file has changed: ")
    without = replace(settings, robot_use_filesystem_monitor=False)
    assert one(of_file.changed(photo, known, without)).endswith("noticed by rescans alone, each 60 minutes")
    (library.a / "1.jpg").unlink()
    assert told(of_file.changed(photo, known, settings)) == []
    assert told(of_file.changed(photo, Known(None, False, ()), settings)) == []
