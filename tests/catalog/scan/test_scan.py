"""Scans: what they read, what they list, and folders that change meanwhile."""

import logging
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from catalog.beneath.photo_files import PhotoFile
from catalog.database import writing
from catalog.errors import Unreadable
from catalog.files import locked
from catalog.metadata import Header
from catalog.metadata.header import read_header
from catalog.photos import Photos
from catalog.scan.scan import ScanReport, StillWritten, refresh, scan
from catalog.scan.walk import Part
from catalog.schema import photos
from config import Root
from tests.catalog.beneath.deep import below, deep_folder, remove
from tests.catalog.library import SHARED_PHOTOS, Library, jpeg, put


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


def test_what_can_t_be_read_is_listed_and_stops_nothing(library: Library) -> None:
    put(library.a / "empty.jpg", b"")
    put(library.a / "garbage.png", b"garbage")
    put(library.a / "cut.jpg", jpeg()[:60])
    (library.a / "loop.jpg").symlink_to("loop.jpg")
    put(library.a / "z.jpg", jpeg())
    assert library.scan() == ScanReport(added=1, failed=4)
    assert set(library.failed()) == {"a/empty.jpg", "a/garbage.png", "a/cut.jpg", "a/loop.jpg"}
    assert all(library.failed().values())


def test_a_file_that_the_system_does_not_give_is_tried_again(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())

    def ill(file: PhotoFile) -> Header:
        raise OSError(5, "Input/output error", file.path)

    assert scan(library.engine, library.settings, read=ill) == ScanReport(failed=1)
    assert library.failed() == {"a/1.jpg": "Input/output error"}
    assert library.scan() == ScanReport(added=1)


def test_a_reader_that_breaks_stops_nothing(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())

    def broken(file: PhotoFile) -> Header:
        raise RuntimeError(str(file.place))

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

    def read(file: PhotoFile) -> Header:
        if file.name == "0.jpg":
            (library.a / "1.jpg").unlink()
            put(library.a / "2.jpg", jpeg("blue", (99, 99)))
            (library.a / "3.jpg").rename(library.a / "moved.jpg")
            put(library.a / "4.jpg", b"half")
        return read_header(file)

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
    monkeypatch.setattr("catalog.scan.scan.BATCH", 2)
    for number in range(5):
        put(library.a / f"{number}.jpg", jpeg("red", (10 + number, 10)))
    counts: list[int] = []

    def read(file: PhotoFile) -> Header:
        counts.append(Photos(library.engine).count())
        return read_header(file)

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


def test_refresh_follows_no_link_where_a_scan_does_not(library: Library) -> None:
    file = put(library.a / "1.jpg", jpeg())
    elsewhere = put(library.folder / "elsewhere.jpg", jpeg("blue", (40, 30)))
    library.scan()
    (photo,) = library.photos().values()
    file.unlink()
    file.symlink_to(elsewhere)
    assert refresh(library.engine, replace(library.settings, robot_follow_links=False), photo) is None
    followed = refresh(library.engine, library.settings, photo)
    assert followed
    assert followed.width == 40


def test_refresh_of_a_root_that_is_not_there_loses_nothing(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    photo = library.photos()["a/1.jpg"]
    for unmount in (shutil.rmtree, Path.mkdir):  # not there; there, but empty
        unmount(library.a)
        assert refresh(library.engine, library.settings, photo) is None
        assert library.photos() == {"a/1.jpg": photo}


def test_what_an_earlier_reader_has_read_is_read_again(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.a / "2.jpg", jpeg("green"))
    library.scan()
    before = library.photos()
    with library.engine.connect() as connection, writing(connection):
        connection.execute(update(photos).where(photos.c.path == "2.jpg").values(reader=1))
    assert library.scan() == ScanReport(changed=1, unchanged=1)
    assert library.opened == ["a/2.jpg"]
    assert library.photos() == before
    assert library.scan() == ScanReport(unchanged=2)


def test_parts_alone_are_scanned(library: Library) -> None:
    for name in ("1.jpg", "x/2.jpg", "x/y/3.jpg", "xx/4.jpg"):
        put(library.a / name, jpeg("red", (10 + int(name[-5]), 10)))
    library.scan()
    ids = library.ids()
    for name in ("1.jpg", "x/2.jpg", "xx/4.jpg"):
        (library.a / name).unlink()
    put(library.a / "x/5.jpg", jpeg("blue"))
    put(library.a / "6.jpg", jpeg("green"))
    report = scan(library.engine, library.settings, parts={"a": [Part("x")]})
    assert (report.added, report.removed, report.unchanged) == (1, 1, 1)
    assert sorted(library.ids()) == ["a/1.jpg", "a/x/5.jpg", "a/x/y/3.jpg", "a/xx/4.jpg"]
    report = scan(library.engine, library.settings, parts={"a": [Part("1.jpg", deep=False)], "b": []})
    assert (report.added, report.removed) == (0, 1)
    (library.a / "x").rename(library.b / "x")  # whose other half nobody has told yet
    report = scan(library.engine, library.settings, parts={"b": [Part("x")]})
    assert (report.added, report.moved, report.removed) == (0, 2, 0)
    assert library.ids()["b/x/y/3.jpg"] == ids["a/x/y/3.jpg"]
    assert library.scan().added == 1


def test_a_twin_of_a_root_that_is_not_there_is_not_taken_for_it(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    library.scan()
    ids = library.ids()
    for unmount in (shutil.rmtree, Path.mkdir):  # not there; there, but empty
        unmount(library.a)
        put(library.b / "2.jpg", jpeg())
        scan(library.engine, library.settings, parts={"b": [Part("2.jpg", deep=False)]})
        assert library.ids()["a/1.jpg"] == ids["a/1.jpg"]


def test_a_file_that_is_not_to_be_read_yet_stays_as_it_was(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    library.scan()
    photos = library.photos()
    put(library.a / "1.jpg", jpeg("blue", (40, 30)))
    put(library.a / "2.jpg", jpeg("green"))

    def read(file: PhotoFile) -> Header:
        raise StillWritten

    scan(library.engine, library.settings, read=read)
    assert (library.photos(), library.failed()) == (photos, {})
    report = library.scan()
    assert (report.added, report.changed) == (1, 1)


@pytest.mark.skipif(not SHARED_PHOTOS.is_dir(), reason="no shared photos here")
def test_real_photos(library: Library) -> None:
    settings = replace(library.settings, roots=(Root("real", SHARED_PHOTOS),))
    report = library.scan(settings)
    assert report.added > 100
    assert report.failed == 0
    assert library.scan(settings).unchanged == report.added


@pytest.mark.parametrize("swap", ["link", "pipe"])
def test_what_a_file_is_swapped_for_before_it_is_read_is_not_read(library: Library, swap: str) -> None:
    first = put(library.a / "1.jpg", jpeg("red"))
    outside = put(library.folder / "outside.jpg", jpeg("blue"))
    settings = replace(library.settings, robot_follow_links=False)

    def read(file: PhotoFile) -> Header:
        first.unlink()
        if swap == "link":
            first.symlink_to(outside)
        else:
            os.mkfifo(first)
        return read_header(file)

    report = scan(library.engine, settings, read=read)
    assert (report.added, library.ids()) == (0, {})
    assert library.failed() == ({} if swap == "link" else {"a/1.jpg": "it is no regular file"})


def test_a_photo_below_a_folder_that_became_a_link_is_not_read_again(library: Library) -> None:
    put(library.a / "sea/1.jpg", jpeg("red"))
    settings = replace(library.settings, robot_follow_links=False)
    library.scan(settings)
    (photo,) = library.photos().values()
    (library.a / "sea").rename(library.folder / "sea")
    (library.a / "sea").symlink_to("../sea")
    assert refresh(library.engine, settings, photo) is None
    assert list(library.ids()) == ["a/sea/1.jpg"]
    assert refresh(library.engine, library.settings, photo) == photo


def test_photos_deeper_than_any_path(library: Library) -> None:
    depths = (10, 2100)
    deep_folder(library.a, 2100, {depth: jpeg("red", (10, depth)) for depth in depths})
    try:
        assert library.scan() == ScanReport(added=2)
        assert set(library.ids()) == {f"a/{below(depth, 'x.jpg')}" for depth in depths}
        assert library.scan() == ScanReport(unchanged=2)
        deepest = library.photos()[f"a/{below(2100, 'x.jpg')}"]
        assert refresh(library.engine, library.settings, deepest) == deepest
    finally:
        remove(library.a)
    put(library.a / "1.jpg", jpeg("white"))
    assert library.scan(accept_vanished=True) == ScanReport(added=1, removed=2)
