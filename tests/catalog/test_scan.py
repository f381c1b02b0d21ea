"""Scans: what they read, which ids photos have, and what is never lost."""

import logging
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catalog import metadata, photoid
from catalog.errors import Unreadable
from catalog.files import locked
from catalog.metadata import Header
from catalog.photos import Photos
from catalog.scan import ScanReport, refresh, scan, sync_roots
from config import Root
from tests.catalog.library import SHARED_PHOTOS, Library, jpeg, put

ID = photoid.encode(bytes(range(16)))


def test_a_second_scan_reads_only_what_changed(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.a / "2.jpg", jpeg("green"))
    put(library.a / "broken.jpg", b"garbage")
    assert library.scan() == ScanReport(added=2, failed=1)
    assert library.opened == ["a/1.jpg", "a/2.jpg", "a/broken.jpg"]
    assert library.scan() == ScanReport(unchanged=2, failed=1)
    assert library.opened == []
    put(library.a / "2.jpg", jpeg("blue", (40, 30)))
    put(library.b / "3.jpg", jpeg("white"))
    assert library.scan() == ScanReport(added=1, changed=1, unchanged=1, failed=1)
    assert library.opened == ["a/2.jpg", "b/3.jpg"]
    assert library.photos()["a/2.jpg"].width == 40


def test_an_edit_keeps_the_id_and_changes_the_version(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    before = library.photos()["a/1.jpg"]
    put(library.a / "1.jpg", jpeg("red", (100, 100), photoid=ID))
    library.scan()
    after = library.photos()["a/1.jpg"]
    assert after.photoid == before.photoid
    assert after.version != before.version


@pytest.mark.parametrize("target", ["a/renamed.jpg", "a/new/folder/1.jpg", "b/1.jpg", "a/0.jpg"])
@pytest.mark.parametrize("marked", ["", ID])
def test_a_moved_file_keeps_its_id(library: Library, target: str, marked: str) -> None:
    put(library.a / "1.jpg", jpeg("red", photoid=marked))
    put(library.a / "2.jpg", jpeg("green"))
    library.scan()
    before = library.ids()
    (library.folder / target).parent.mkdir(parents=True, exist_ok=True)
    (library.a / "1.jpg").rename(library.folder / target)
    assert library.scan() == ScanReport(moved=1, unchanged=1)
    assert library.ids() == {target: before["a/1.jpg"], "a/2.jpg": before["a/2.jpg"]}


def test_a_file_moved_over_another_keeps_its_id(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.a / "2.jpg", jpeg("green"))
    library.scan()
    before = library.ids()
    (library.a / "2.jpg").rename(library.a / "1.jpg")
    library.scan()
    assert library.ids() == {"a/1.jpg": before["a/2.jpg"]}


def test_a_marked_file_that_is_moved_and_edited_keeps_its_id(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red", photoid=ID))
    library.scan()
    (library.a / "1.jpg").unlink()
    put(library.a / "2.jpg", jpeg("blue", photoid=ID))
    assert library.scan() == ScanReport(moved=1)
    assert library.ids() == {"a/2.jpg": ID}


def test_a_copy_is_no_move(library: Library) -> None:
    put(library.a / "2.jpg", jpeg("red"))
    library.scan()
    before = library.ids()
    put(library.a / "1.jpg", jpeg("red"))
    assert library.scan() == ScanReport(added=1, unchanged=1)
    assert library.ids()["a/2.jpg"] == before["a/2.jpg"]
    assert library.ids()["a/1.jpg"] != before["a/2.jpg"]


def test_a_lost_catalogue_gives_the_same_ids(library: Library) -> None:
    for name in ("x/1.jpg", "x/2.jpg", "y.jpg"):
        put(library.a / name, jpeg("red"))
        put(library.b / name, jpeg("red"))
    put(library.a / "marked.jpg", jpeg("red", photoid=ID))
    put(library.b / "marked too.jpg", jpeg("blue", photoid=ID))
    library.scan()
    before = library.ids()
    assert len(set(before.values())) == 8
    assert before["a/x/1.jpg"] == metadata.read(library.a / "x/1.jpg").content_id
    assert before["a/x/2.jpg"] == photoid.encode(photoid.derived(photoid.decode(before["a/x/1.jpg"]), 1))
    assert before["a/marked.jpg"] == ID
    assert before["b/marked too.jpg"] == photoid.encode(photoid.derived(bytes(range(16)), 1))
    library.lose_catalogue()
    library.scan()
    assert library.ids() == before


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

    def read(path: Path) -> Header:
        library.a.rename(library.folder / "elsewhere")
        library.a.mkdir()
        return metadata.read(path)

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


def test_a_root_under_a_new_alias_keeps_its_ids(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    before = library.ids()
    renamed = replace(library.settings, roots=(Root("new", library.a),))
    assert library.scan(renamed) == ScanReport(moved=1)
    assert library.ids() == {"new/1.jpg": before["a/1.jpg"]}


def test_what_can_t_be_read_is_listed_and_stops_nothing(library: Library) -> None:
    put(library.a / "empty.jpg", b"")
    put(library.a / "garbage.png", b"garbage")
    put(library.a / "cut.jpg", jpeg()[:60])
    (library.a / "loop.jpg").symlink_to("loop.jpg")
    put(library.a / "z.jpg", jpeg())
    assert library.scan() == ScanReport(added=1, failed=4)
    assert set(library.failed()) == {"a/empty.jpg", "a/garbage.png", "a/cut.jpg", "a/loop.jpg"}
    assert all(library.failed().values())


def test_a_photo_that_is_damaged_and_mended_keeps_its_id(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    before = library.ids()
    put(library.a / "1.jpg", b"garbage")
    assert library.scan() == ScanReport(failed=1)
    assert library.ids() == {}
    put(library.a / "1.jpg", jpeg("blue", (40, 40)))
    assert library.scan() == ScanReport(added=1)
    assert library.ids() == before
    assert library.failed() == {}


def test_a_file_that_the_system_does_not_give_is_tried_again(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())

    def ill(path: Path) -> Header:
        raise OSError(5, "Input/output error", str(path))

    assert scan(library.engine, library.settings, read=ill) == ScanReport(failed=1)
    assert library.failed() == {"a/1.jpg": "Input/output error"}
    assert library.scan() == ScanReport(added=1)


def test_a_reader_that_breaks_stops_nothing(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())

    def broken(path: Path) -> Header:
        raise RuntimeError(str(path))

    assert scan(library.engine, library.settings, read=broken) == ScanReport(failed=1)
    assert str(library.folder) not in library.failed()["a/1.jpg"]


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe.jpg", b"new\nline.jpg", "\N{CAMERA}.jpg".encode(), b"100%.jpg", b"a\\b.jpg"]
)
def test_names_with_any_bytes(library: Library, raw: bytes) -> None:
    name = os.fsdecode(raw)
    put(library.a / name, jpeg())
    library.scan()
    assert list(library.ids()) == [f"a/{name}"]
    assert library.scan() == ScanReport(unchanged=1)
    (library.a / name).rename(library.a / "plain.jpg")
    assert library.scan() == ScanReport(moved=1)


def test_a_folder_that_changes_while_it_is_scanned(library: Library) -> None:
    for number in range(5):
        put(library.a / f"{number}.jpg", jpeg("red", (10 + number, 10)))

    def read(path: Path) -> Header:
        if path.name == "0.jpg":
            (library.a / "1.jpg").unlink()
            put(library.a / "2.jpg", jpeg("blue", (99, 99)))
            (library.a / "3.jpg").rename(library.a / "moved.jpg")
            put(library.a / "4.jpg", b"half")
        return metadata.read(path)

    assert scan(library.engine, library.settings, read=read) == ScanReport(added=2, failed=1)
    assert library.photos()["a/2.jpg"].width == 99
    put(library.a / "4.jpg", jpeg("white"))
    library.scan()
    assert set(library.ids()) == {"a/0.jpg", "a/2.jpg", "a/moved.jpg", "a/4.jpg"}
    assert library.failed() == {}


def test_cached_renders_below_a_root_are_no_photos(library: Library) -> None:
    put(library.settings.data_dir / "cache/1.jpg", jpeg())
    outer = replace(library.settings, roots=(Root("all", library.folder),))
    assert library.scan(outer) == ScanReport()


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


def test_a_second_scan_waits_for_the_first(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    put(library.a / "1.jpg", jpeg())
    reports: list[ScanReport] = []
    waiting = threading.Event()

    def told(_: logging.LogRecord) -> bool:
        waiting.set()
        return True

    caplog.handler.addFilter(told)
    second = threading.Thread(target=lambda: reports.append(library.scan()))
    with locked(library.settings.data_dir / "scan.lock"):
        second.start()
        assert waiting.wait(30)
        assert "another scan is under way" in caplog.text
        assert reports == []
        assert Photos(library.engine).count() == 0
    second.join(30)
    assert reports == [ScanReport(added=1)]


def test_readers_see_photos_while_the_scan_goes_on(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.scan.BATCH", 2)
    for number in range(5):
        put(library.a / f"{number}.jpg", jpeg("red", (10 + number, 10)))
    counts: list[int] = []

    def read(path: Path) -> Header:
        counts.append(Photos(library.engine).count())
        return metadata.read(path)

    scan(library.engine, library.settings, read=read)
    assert counts == [0, 0, 2, 2, 4]


def test_refresh(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.a / "2.jpg", jpeg("green"))
    library.scan()
    old = library.photos()["a/1.jpg"]
    put(library.a / "1.jpg", jpeg("blue", (40, 30)))
    new = refresh(library.engine, library.settings, old)
    assert new is not None
    assert (new.photoid, new.width) == (old.photoid, 40)
    assert library.photos()["a/1.jpg"] == new
    put(library.a / "1.jpg", b"garbage")
    with pytest.raises(Unreadable):
        refresh(library.engine, library.settings, new)
    assert library.photos()["a/1.jpg"] == new
    (library.a / "1.jpg").unlink()
    assert refresh(library.engine, library.settings, new) is None
    assert list(library.ids()) == ["a/2.jpg"]


def test_refresh_of_a_root_that_is_not_there_loses_nothing(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    photo = library.photos()["a/1.jpg"]
    for unmount in (empty_folder, no_folder):
        unmount(library.a)
        assert refresh(library.engine, library.settings, photo) is None
        assert library.photos() == {"a/1.jpg": photo}


@pytest.mark.skipif(not SHARED_PHOTOS.is_dir(), reason="no shared photos here")
def test_real_photos(library: Library) -> None:
    settings = replace(library.settings, roots=(Root("real", SHARED_PHOTOS),))
    report = library.scan(settings)
    assert (report.added, report.failed) == (100, 0)
    assert library.scan(settings).unchanged == 100


def test_many_copies_of_one_file(library: Library) -> None:
    for number in range(130):
        put(library.a / f"{number:03}.jpg", jpeg())
    library.scan()
    base = photoid.decode(library.ids()["a/000.jpg"])
    expected = [photoid.encode(photoid.derived(base, counter)) for counter in range(1, 130)]
    assert [library.ids()[f"a/{number:03}.jpg"] for number in range(1, 130)] == expected
