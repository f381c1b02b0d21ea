"""What is held back until somebody says a word: disks that are not mounted, shares that list half of what they hold."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from catalog.beneath.photo_files import PhotoFile
from catalog.database import writing
from catalog.metadata import Header
from catalog.metadata.header import read_header
from catalog.scan.scan import ScanReport, scan
from catalog.scan.walk import Part
from catalog.schema import mounts, roots
from catalog.vanished import Vanished, vanished
from config import Root
from tests.catalog.library import Library, jpeg, put

WITH_DISK = 'mount -t tmpfs disk "$0" && cp -a "$1"/. "$0" && shift && exec "$@"'


def can_mount() -> bool:
    """Whether this machine lets us mount for ourselves."""
    command = ("unshare", "-Urm", "sh", "-c", "mount -t tmpfs disk /mnt")
    return shutil.which("unshare") is not None and not subprocess.run(command, check=False).returncode


def fill(folder: Path, count: int, colour: str = "red") -> None:
    """So many photos that differ from each other."""
    for number in range(count):
        put(folder / f"{number}.jpg", jpeg(colour, (10 + number % 100, 10 + number // 100)))


def nothing(_: Path) -> None:
    """Leaves the mount point as it is."""


def mark(root: Path) -> None:
    """A file that means nothing."""
    put(root / ".keep", b"")


def folders(root: Path) -> None:
    """What file systems have by themselves."""
    for name in ("lost+found", ".Trash-1000", "empty"):
        (root / name).mkdir()


def no_media(root: Path) -> None:
    """A mark, which leaves out no root."""
    put(root / ".nomedia", b"")


def stray_photo(root: Path) -> None:
    """A photo that nobody knows."""
    put(root / "stray/photo.jpg", jpeg("white", (77, 7)))


STRAY = (mark, folders, no_media, stray_photo)


@pytest.mark.parametrize("stray", STRAY)
@pytest.mark.parametrize("another", [False, True])
@pytest.mark.parametrize("accept", ["accept_empty", "accept_vanished"])
def test_a_root_that_holds_none_of_its_photos(
    library: Library, stray: Callable[[Path], None], another: bool, accept: str
) -> None:
    fill(library.a, 3)
    put(library.b / "1.jpg", jpeg("blue"))
    library.scan()
    ids = library.ids()
    library.a.rename(library.folder / "unmounted")
    library.a.mkdir()
    if not another:  # the very folder, emptied, as a share shows itself that has lost its server
        library.a.rmdir()
        (library.folder / "unmounted").rename(library.a)
        (library.folder / "unmounted").mkdir()
        for file in library.a.iterdir():
            file.rename(library.folder / "unmounted" / file.name)
    stray(library.a)
    for _ in range(2):
        report = library.scan()
        assert (report.removed, report.unchanged >= 1) == (0, True)
        reasons = {**report.skipped_roots, **report.held_roots}
        assert list(reasons) == ["a"]
        assert "--accept-empty" in reasons["a"]
        assert ids.items() <= library.ids().items()
        assert vanished(library.engine, ["a"]) == [Vanished("a", 3, 3, 0)]
    report = library.scan(accept_empty=accept == "accept_empty", accept_vanished=accept == "accept_vanished")
    if another and accept == "accept_vanished":  # another folder may be a mount point, of which that says nothing
        assert (report.removed, list(report.skipped_roots)) == (0, ["a"])
        return
    assert (report.removed, report.held_roots, report.skipped_roots) == (3, {}, {})
    missing = 0 if accept == "accept_empty" else 3
    assert vanished(library.engine, ["a"]) == ([Vanished("a", 0, 0, missing)] if missing else [])


def test_a_root_that_is_mounted_again_is_what_it_was(library: Library) -> None:
    fill(library.a, 3)
    library.scan()
    ids = library.ids()
    library.a.rename(library.folder / "unmounted")
    stray_photo(library.a)
    library.scan()
    shutil.rmtree(library.a)
    (library.folder / "unmounted").rename(library.a)
    assert library.scan() == ScanReport(unchanged=3)
    assert (library.ids(), vanished(library.engine, ["a"])) == (ids, [])


def test_another_folder_with_the_same_photos_is_the_same_root(library: Library) -> None:
    """As after a start of the machine, or on a new disk: that costs reading headers once."""
    fill(library.a / "x", 3)
    library.scan()
    before = library.photos()
    shutil.copytree(library.a, library.folder / "copy")
    shutil.rmtree(library.a)
    (library.folder / "copy").rename(library.a)
    assert library.scan() == ScanReport(unchanged=3)
    assert len(library.opened) == 3
    assert library.photos() == before
    (library.a / "x").rename(library.a / "y")
    library.a.rename(library.folder / "other")
    (library.folder / "other").rename(library.a)
    with library.engine.connect() as connection, writing(connection):
        connection.execute(update(roots).values(device=roots.c.device + 1))
    assert library.scan() == ScanReport(moved=3)  # renamed, and with another number of its disk


def test_what_nobody_has_noted_is_believed_only_if_it_shows_something(library: Library) -> None:
    """As after an upgrade."""
    fill(library.a, 2)
    library.scan()
    with library.engine.connect() as connection, writing(connection):
        connection.execute(update(roots).values(device=None, inode=None))
    for file in library.a.iterdir():
        file.unlink()
    mark(library.a)
    assert list(library.scan().skipped_roots) == ["a"]
    fill(library.a, 1)
    assert library.scan() == ScanReport(removed=1, changed=1)


@pytest.mark.parametrize(
    ("count", "gone", "most", "held"),
    [
        (100, 50, 20, False),  # few may always go
        (100, 51, 20, True),
        (255, 51, 20, False),
        (254, 51, 20, True),
        (100, 51, 100, False),
        (100, 60, 60, False),
        (100, 99, 0, True),
        (400, 200, 20, True),  # a share that lists half of itself
    ],
)
def test_how_much_may_vanish_at_once(library: Library, count: int, gone: int, most: int, held: bool) -> None:
    fill(library.a, count)
    library.scan()
    settings = replace(library.settings, scan_max_vanished=most)
    for number in range(gone):
        (library.a / f"{number}.jpg").unlink()
    put(library.a / "new.jpg", jpeg("blue"))
    report = library.scan(settings)
    assert (report.added, report.removed, list(report.held_roots)) == (1, 0 if held else gone, ["a"] if held else [])
    if held:
        assert f"{gone} of its {count} photos" in report.held_roots["a"]
        assert vanished(library.engine, ["a"]) == [Vanished("a", gone, count, 0)]
        # It stays so however many come, and until somebody says a word.
        fill(library.a / "more", 500, "green")
        assert library.scan(settings).removed == 0
        assert library.scan(settings, accept_empty=True).removed == 0
        report = library.scan(settings, accept_vanished=True)
        assert (report.removed, report.held_roots) == (gone, {})
    assert vanished(library.engine, ["a"]) == [Vanished("a", 0, 0, gone)]


def test_what_is_held_goes_where_most_of_it_is_back(library: Library) -> None:
    fill(library.a, 100)
    library.scan()
    ids = library.ids()
    library.a.joinpath("away").mkdir()
    for number in range(60):
        (library.a / f"{number}.jpg").rename(library.folder / f"{number}.jpg")
    assert library.scan().held_roots
    for number in range(57):
        (library.folder / f"{number}.jpg").rename(library.a / f"{number}.jpg")
    report = library.scan()
    assert (report.removed, report.held_roots) == (3, {})
    assert library.ids() == {place: photoid for place, photoid in ids.items() if place[2:4] not in ("57", "58", "59")}


def test_while_some_are_held_parts_remove_nothing(library: Library) -> None:
    fill(library.a, 100)
    library.scan()
    for number in range(61):
        (library.a / f"{number}.jpg").unlink()

    def partly(*numbers: int) -> ScanReport:
        parts = [Part(f"{number}.jpg", deep=False) for number in numbers]
        return scan(library.engine, library.settings, parts={"a": parts})

    assert partly(*range(60)).held_roots  # heard of all at once
    assert partly(60).removed == 0
    assert vanished(library.engine, ["a"]) == [Vanished("a", 60, 100, 0)]
    assert library.scan(accept_vanished=True).removed == 61


def test_parts_of_a_root_that_is_not_mounted_remove_nothing(library: Library) -> None:
    fill(library.a, 3)
    library.scan()
    ids = library.ids()
    library.a.rename(library.folder / "unmounted")
    stray_photo(library.a)
    report = scan(library.engine, library.settings, parts={"a": [Part("1.jpg", deep=False), Part("stray")]})
    assert list(report.skipped_roots) == ["a"]
    put(library.b / "copy.jpg", (library.folder / "unmounted/1.jpg").read_bytes())
    scan(library.engine, library.settings, parts={"b": [Part("copy.jpg", deep=False)]})
    assert ids.items() <= library.ids().items()


@pytest.mark.skipif(not can_mount(), reason="nothing can be mounted here")
@pytest.mark.parametrize("stray", [nothing, mark, stray_photo])
def test_a_disk_below_a_root_that_is_not_mounted(library: Library, stray: Callable[[Path], None]) -> None:
    put(library.a / "local/l.jpg", jpeg("blue"))
    fill(library.folder / "disk", 60)
    (library.a / "nas").mkdir()
    before = ("unshare", "-Urm", "sh", "-c", WITH_DISK, str(library.a / "nas"), str(library.folder / "disk"))
    assert library.command("scan", before=before).returncode == 0
    ids = library.ids()
    assert len(ids) == 61
    stray(library.a / "nas")
    for _ in range(2):
        report = library.scan()
        assert (report.added, report.removed, report.held_roots, report.skipped_roots) == (0, 0, {}, {})
        assert (library.ids(), list(library.failed())) == (ids, ["a/nas"])
        assert "is its disk mounted? (scan --accept-empty" in library.failed()["a/nas"]
    partly = scan(library.engine, library.settings, parts={"a": [Part("nas/1.jpg", deep=False), Part("nas")]})
    assert (partly.removed, library.ids()) == (0, ids)
    assert library.command("scan", before=before).returncode == 0  # on it again
    assert (library.ids(), library.failed()) == (ids, {})
    assert library.scan(accept_empty=True).removed == 60
    assert vanished(library.engine, ["a"]) == []
    with library.engine.connect() as connection:
        assert connection.execute(select(mounts)).all() == []


@pytest.mark.skipif(not can_mount(), reason="nothing can be mounted here")
def test_a_disk_whose_photos_lie_in_the_root_by_now(library: Library) -> None:
    put(library.a / "local/l.jpg", jpeg("blue"))
    fill(library.folder / "disk", 3)
    (library.a / "nas").mkdir()
    before = ("unshare", "-Urm", "sh", "-c", WITH_DISK, str(library.a / "nas"), str(library.folder / "disk"))
    library.command("scan", before=before)
    ids = library.ids()
    shutil.copytree(library.folder / "disk", library.a / "nas", dirs_exist_ok=True)
    assert library.scan() == ScanReport(unchanged=4)
    (library.a / "nas/1.jpg").unlink()
    assert library.scan().removed == 1
    assert len(ids) == 4


def test_what_a_link_leads_to_is_a_disk_of_its_own(library: Library) -> None:
    """Where nothing can be mounted: as if the catalogue had noted one."""
    put(library.a / "local/l.jpg", jpeg("blue"))
    fill(library.folder / "disk", 3)
    (library.a / "link").symlink_to(library.folder / "disk")
    library.scan()
    ids = library.ids()
    status = (library.folder / "disk").stat()
    with library.engine.connect() as connection, writing(connection):
        root_id = connection.execute(select(roots.c.id).where(roots.c.alias == "a")).scalar_one()
        row = {"root_id": root_id, "path": "link", "device": status.st_dev, "inode": status.st_ino}
        connection.execute(mounts.insert(), row)
    (library.folder / "disk").rename(library.folder / "unmounted")
    stray_photo(library.folder / "disk")
    assert library.scan().removed == 0
    assert library.ids() == ids


NETWORK = (
    *(errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EAGAIN, errno.EREMOTEIO, errno.ECONNRESET),
    *(errno.ESTALE, errno.EIO, errno.EHOSTUNREACH, errno.EACCES),
)


@pytest.mark.parametrize("number", NETWORK)
def test_a_drive_that_fails_while_photos_are_read_loses_nothing(library: Library, number: int) -> None:
    fill(library.a, 2)
    library.scan()
    before = library.photos()
    put(library.a / "0.jpg", jpeg("blue", (90, 90)))
    put(library.a / "new.jpg", jpeg("green", (90, 90)))
    os.utime(library.a / "1.jpg", (1, 1))
    times = (library.a / "1.jpg").stat()

    def ill(file: PhotoFile) -> Header:
        raise OSError(number, os.strerror(number), file.path)

    report = scan(library.engine, library.settings, read=ill)
    assert (report.removed, report.failed, library.photos()) == (0, 3, before)
    assert library.failed() == dict.fromkeys(("a/0.jpg", "a/1.jpg", "a/new.jpg"), os.strerror(number))
    assert sorted(report.unsettled["a"]) == [Part(name, deep=False) for name in ("0.jpg", "1.jpg", "new.jpg")]
    report = scan(library.engine, library.settings, parts=report.unsettled)
    assert (report.changed, report.added, library.failed()) == (2, 1, {})
    assert library.photos()["a/1.jpg"].mtime_ns == times.st_mtime_ns


def test_a_failure_that_has_passed_is_told_of_no_longer(library: Library) -> None:
    """Also where the file need not be read."""
    file = put(library.a / "1.jpg", jpeg())
    library.scan()
    closed = library.a / "closed"
    closed.symlink_to("closed")
    file.rename(library.folder / "1.jpg")
    file.symlink_to(library.folder / "away.jpg")
    assert library.scan().removed == 0
    assert sorted(library.failed()) == ["a/1.jpg", "a/closed"]
    file.unlink()
    closed.unlink()
    (library.folder / "1.jpg").rename(file)
    assert library.scan().removed == 0
    assert library.failed() == {}


def test_files_that_vanish_while_they_are_read_are_held_too(library: Library) -> None:
    fill(library.a, 100)
    library.scan()
    for file in library.a.iterdir():
        os.utime(file, (1, 1))

    def read(file: PhotoFile) -> Header:
        if file.name < "7":
            file.place.unlink()
        return read_header(file)

    report = scan(library.engine, library.settings, read=read)
    assert (report.removed, list(report.held_roots)) == (0, ["a"])


def test_one_root_s_word_is_not_another_s(library: Library) -> None:
    fill(library.a, 60)
    fill(library.b, 60, "blue")
    library.scan()
    for root in (library.a, library.b):
        for number in range(55):
            (root / f"{number}.jpg").unlink()
    report = scan(library.engine, library.only("a"), accept_vanished=True)
    assert report.removed == 55
    settings = replace(library.settings, roots=(Root("b", library.b),))
    assert list(library.scan(settings).held_roots) == ["b"]
