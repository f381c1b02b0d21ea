"""What a scan takes for gone, and what is never lost."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.beneath.photo_files import PhotoFile
from catalog.metadata import Header
from catalog.metadata.header import read_header
from catalog.scan.scan import ScanReport, scan, sync_roots
from tests.catalog.library import Library, jpeg, put


def test_vanished_photos_go(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.a / "2.jpg", jpeg("green"))
    put(library.a / "broken.jpg", b"garbage")
    library.scan()
    (library.a / "1.jpg").unlink()
    (library.a / "broken.jpg").unlink()
    assert library.scan() == ScanReport(removed=1, unchanged=1)
    assert list(library.ids()) == ["a/2.jpg"]
    assert library.failed() == {}


def no_folder(root: Path) -> None:
    """The root is not there at all."""
    shutil.rmtree(root)


def a_file(root: Path) -> None:
    """A file has the root's name."""
    shutil.rmtree(root)
    root.write_bytes(b"")


def empty_folder(root: Path) -> None:
    """The root is there, but nothing is mounted on it."""
    shutil.rmtree(root)
    root.mkdir()


@pytest.mark.parametrize("unmount", [no_folder, a_file, empty_folder])
def test_a_root_that_is_not_there_loses_nothing(library: Library, unmount: Callable[[Path], None]) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.b / "2.jpg", jpeg("green"))
    library.scan()
    before = library.ids()
    unmount(library.a)
    report = library.scan()
    assert list(report.skipped_roots) == ["a"]
    assert (report.removed, report.unchanged) == (0, 1)
    assert library.ids() == before


def test_a_root_that_has_been_emptied(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    empty_folder(library.a)
    assert library.scan(accept_empty=True) == ScanReport(removed=1)


def test_a_root_that_goes_away_during_the_scan_loses_nothing(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.a / "2.jpg", jpeg("green"))
    library.scan()
    before = library.ids()
    (library.a / "1.jpg").unlink()
    put(library.a / "2.jpg", jpeg("blue", (30, 30)))

    def read(file: PhotoFile) -> Header:
        library.a.rename(library.folder / "elsewhere")
        library.a.mkdir()
        return read_header(file)

    report = scan(library.engine, library.settings, read=read)
    assert list(report.skipped_roots) == ["a"]
    assert library.ids() == before


def test_a_root_out_of_the_settings_is_hidden_and_kept(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.b / "2.jpg", jpeg("green"))
    library.scan()
    before = library.ids()
    library.scan(library.only("a"))
    assert library.ids() == {"a/1.jpg": before["a/1.jpg"]}
    sync_roots(library.engine, library.settings)
    assert library.ids() == before
    assert library.scan() == ScanReport(unchanged=2)


def test_a_broken_link_to_a_folder_loses_nothing(library: Library) -> None:
    put(library.folder / "disk/1.jpg", jpeg())
    (library.a / "link").symlink_to(library.folder / "disk")
    put(library.a / "linked too.jpg", jpeg("blue"))
    library.scan()
    before = library.ids()
    (library.folder / "disk").rename(library.folder / "unplugged")
    report = library.scan()
    assert report.removed == 0
    assert library.ids() == before
    assert list(library.failed()) == ["a/link"]
    (library.folder / "unplugged").rename(library.folder / "disk")
    assert library.scan() == ScanReport(unchanged=2)
    assert library.failed() == {}
