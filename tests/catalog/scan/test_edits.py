"""What counts as a change of a photo: not every change of its file does, and some keep its size and its time."""

import os
import shutil
import struct
from pathlib import Path

from PIL import ExifTags, Image
from sqlalchemy import update

from catalog.changelog import Changelog
from catalog.database import writing
from catalog.render_failures import RenderFailure, RenderFailures
from catalog.scan.scan import ScanReport
from catalog.schema import photos
from tests.catalog.library import Library, jpeg, put

DAMAGED = RenderFailure("damaged", "The photo's file is damaged.")


def test_every_column_that_says_something_of_a_photo_is_heard_when_it_changes(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    library.scan()
    changelog = Changelog(library.engine)
    changelog.followed(changelog.next(100)[-1].number)
    with library.engine.connect() as connection:
        for name in photos.c.keys():  # noqa: SIM118 - of columns
            with writing(connection):
                connection.execute(update(photos).values({name: photos.c[name]}))
            heard = changelog.next(100)
            assert bool(heard) == (name not in ("ctime_ns", "inode")), name
            if heard:
                changelog.followed(heard[-1].number)


def test_a_mode_or_a_backup_changes_nothing(library: Library) -> None:
    file = put(library.a / "1.jpg", jpeg())
    library.scan()
    before, changelog = library.photos(), Changelog(library.engine)
    changelog.followed(changelog.next(100)[-1].number)
    file.chmod(0o600)
    copy = library.a / ".copy"
    shutil.copy2(file, copy)
    copy.replace(file)  # as it is restored: another inode, the same time
    assert library.scan() == ScanReport(unchanged=1)
    assert library.opened == ["a/1.jpg"]
    assert (library.photos(), changelog.next(100)) == (before, [])
    assert library.scan() == ScanReport(unchanged=1)
    assert library.opened == []


def test_where_inodes_are_others_each_time_they_count_no_longer(library: Library) -> None:
    for number in range(25):
        put(library.a / f"{number}.jpg", jpeg("red", (10 + number, 10)))
    put(library.b / "1.jpg", jpeg("blue"))
    library.scan()
    for opened in (25, 0):
        with library.engine.connect() as connection, writing(connection):
            connection.execute(update(photos).where(photos.c.alias == "a").values(inode=photos.c.inode + 1))
        assert library.scan() == ScanReport(unchanged=26)
        assert len(library.opened) == opened
    with library.engine.connect() as connection, writing(connection):
        connection.execute(update(photos).values(inode=photos.c.inode + 1))
    library.scan()
    assert library.opened == ["b/1.jpg"]


def with_time(file: Path, content: bytes) -> None:
    """Writes a file as tools do that keep dates."""
    status = file.stat()
    assert len(content) == status.st_size
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_change_under_the_same_size_and_time_is_another_version_each_time(library: Library) -> None:
    def turned(orientation: int) -> bytes:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        return jpeg("red", (40, 20), exif=exif)

    file = put(library.a / "1.jpg", turned(1))
    library.scan()
    failures, versions = RenderFailures(library.engine), list[str]()
    for orientation, width in ((6, 20), (3, 40), (1, 40)):
        before = library.photos()["a/1.jpg"]
        failures.remember(before, DAMAGED)
        with_time(file, turned(orientation))
        assert library.scan() == ScanReport(changed=1)
        photo = library.photos()["a/1.jpg"]
        assert (photo.photoid, photo.mtime_ns, photo.width) == (before.photoid, before.mtime_ns, width)
        assert failures.of(photo) is None
        versions += [before.version, photo.version]
    assert len(set(versions)) == 4


def test_a_change_in_the_middle_of_a_large_file_is_seen_by_what_is_read_of_it(library: Library) -> None:
    before = bytearray(large_tiff(1))
    file = put(library.a / "1.tif", bytes(before))
    library.scan()
    photo = library.photos()["a/1.tif"]
    with_time(file, large_tiff(6))
    assert library.scan() == ScanReport(changed=1)
    after = library.photos()["a/1.tif"]
    assert (after.width, after.version != photo.version) == (photo.height, True)


def large_tiff(orientation: int) -> bytes:
    """A TIFF whose directory lies in the middle, where the content id does not look."""
    pixels = bytes(300 * 200 * 3)
    entries = [(256, 4, 1, 300), (257, 4, 1, 200), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 8)]
    entries += [(274, 3, 1, orientation), (277, 3, 1, 3), (278, 4, 1, 200), (279, 4, 1, len(pixels))]
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    directory = struct.pack("<H", len(entries)) + rows + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory + bytes(100_000)


def test_a_broken_file_that_is_mended_under_its_size_and_time_is_read_again(library: Library) -> None:
    whole = jpeg("red")
    file = put(library.a / "1.jpg", bytes(len(whole)))
    assert library.scan() == ScanReport(failed=1)
    assert library.scan() == ScanReport(failed=1)
    assert library.opened == []
    with_time(file, whole)
    assert library.scan() == ScanReport(added=1)
