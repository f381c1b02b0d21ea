"""Photos whose files vanish, and come back."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from sqlalchemy import select, update

from catalog.changelog import Changelog
from catalog.database import writing
from catalog.jobs.jobs import Jobs, JobSpec, Origin
from catalog.lists.snapshots import joined
from catalog.photos import Photos
from catalog.render_failures import RenderFailure, RenderFailures
from catalog.scan.scan import ScanReport, refresh
from catalog.schema import missing, texts
from catalog.search.query import parse
from catalog.search.sql import Search
from catalog.vanished import Vanished, vanished
from tests.catalog.library import Library, jpeg, put

DAMAGED = RenderFailure("damaged", "The photo's file is damaged.")


@pytest.fixture
def away(library: Library) -> Path:
    """Where a photo is, beside another one, that was edited since it was first seen."""
    put(library.a / "here.jpg", jpeg("blue"))
    put(library.a / "nas/1.jpg", jpeg("red"))
    library.scan()
    with (library.a / "nas/1.jpg").open("ab") as file:
        file.write(b"edited")
    library.scan()
    return library.a / "nas/1.jpg"


def vanish(library: Library, file: Path) -> Path:
    """Has it vanish for a scan; gives where it is meanwhile."""
    (library.folder / "elsewhere").mkdir(exist_ok=True)
    elsewhere = file.rename(library.folder / "elsewhere" / file.name)
    assert library.scan() == ScanReport(removed=1, unchanged=1)
    return elsewhere


def test_what_comes_back_is_what_it_was(library: Library, away: Path) -> None:
    before = library.photos()["a/nas/1.jpg"]
    elsewhere = vanish(library, away)
    known = Photos(library.engine)
    assert list(library.ids()) == ["a/here.jpg"]
    assert (known.by_ids([before.photoid]), known.count()) == ({}, 1)
    assert Search(library.engine).find(parse("*")) == joined(library.ids().values())
    assert vanished(library.engine, ["a"]) == [Vanished("a", 0, 0, 1)]
    elsewhere.rename(away)
    assert library.scan() == ScanReport(returned=1, unchanged=1)
    assert library.photos()["a/nas/1.jpg"] == before
    assert vanished(library.engine, ["a"]) == []
    with library.engine.connect() as connection:
        assert len(connection.execute(select(texts)).all()) == 2


def test_what_is_known_of_it_stays(library: Library, away: Path) -> None:
    photo = library.photos()["a/nas/1.jpg"]
    failures, jobs = RenderFailures(library.engine), Jobs(library.engine)
    failures.remember(photo, DAMAGED)
    jobs.make(JobSpec(Origin.ASKED, "*", ("tile160",)), "", joined([photo.photoid]))
    elsewhere = vanish(library, away)
    assert library.failed() == {}
    changelog = Changelog(library.engine)
    assert changelog.next(100)[-1].version == photo.version  # its renders may be wanted again
    assert not changelog.next(100)[-1].there
    elsewhere.rename(away)
    library.scan()
    assert failures.of(library.photos()["a/nas/1.jpg"]) == DAMAGED
    assert list(library.failed()) == ["a/nas/1.jpg"]


@pytest.mark.parametrize("target", ["a/nas/other.jpg", "a/deep/er/1.jpg", "b/1.jpg"])
def test_it_may_come_back_in_another_place(library: Library, away: Path, target: str) -> None:
    photoid = library.ids()["a/nas/1.jpg"]
    elsewhere = vanish(library, away)
    put(library.folder / target, elsewhere.read_bytes())
    assert library.scan().returned == 1
    assert library.ids()[target] == photoid


@pytest.mark.parametrize("content", [jpeg("green", (30, 30)), jpeg("red", (99, 9))])
def test_it_may_have_been_edited_meanwhile(library: Library, away: Path, content: bytes) -> None:
    before = library.photos()["a/nas/1.jpg"]
    vanish(library, away).unlink()
    put(away, content)
    assert library.scan() == ScanReport(returned=1, unchanged=1)
    after = library.photos()["a/nas/1.jpg"]
    assert (after.photoid, after.version != before.version) == (before.photoid, True)


@pytest.mark.parametrize(("day", "returned"), [("2020:01:01", 1), ("2020:01:02", 0)])
def test_another_shot_of_its_name_is_another_photo(library: Library, day: str, returned: int) -> None:
    put(library.a / "here.jpg", jpeg("blue"))
    file = put(library.a / "IMG_0001.jpg", dated("red", "2020:01:01"))
    library.scan()
    photoid = library.ids()["a/IMG_0001.jpg"]
    vanish(library, file)
    put(file, dated("green", day))
    report = library.scan()
    assert (report.returned, report.added) == (returned, 1 - returned)
    assert (library.ids()["a/IMG_0001.jpg"] == photoid) == bool(returned)


def dated(colour: str, day: str) -> bytes:
    """A JPEG that says when it was taken."""
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = "camera 1.0"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{day} 12:00:00"
    return jpeg(colour, exif=exif)


def test_a_new_photo_does_not_get_the_id_of_one_that_is_missing(library: Library, away: Path) -> None:
    photoid = library.ids()["a/nas/1.jpg"]
    elsewhere = vanish(library, away)
    put(library.a / "first.jpg", jpeg("red"))  # what it was when it was first seen, after which its id is called
    assert library.scan().added == 1
    assert library.ids()["a/first.jpg"] != photoid
    elsewhere.rename(away)
    library.scan()
    assert library.ids()["a/nas/1.jpg"] == photoid


def test_what_was_overwritten_is_missing_too(library: Library) -> None:
    one, two = put(library.a / "1.jpg", jpeg("red")), put(library.a / "2.jpg", jpeg("green"))
    library.scan()
    ids = library.ids()
    two.rename(one)
    library.scan()
    assert library.ids() == {"a/1.jpg": ids["a/2.jpg"]}
    put(library.a / "3.jpg", jpeg("red"))
    assert library.scan().returned == 1
    assert library.ids() == {"a/1.jpg": ids["a/2.jpg"], "a/3.jpg": ids["a/1.jpg"]}


def test_after_its_days_it_is_gone_for_good(library: Library, away: Path) -> None:
    photo = library.photos()["a/nas/1.jpg"]
    RenderFailures(library.engine).remember(photo, DAMAGED)
    elsewhere = vanish(library, away)
    with library.engine.connect() as connection, writing(connection):
        connection.execute(update(missing).values(since=missing.c.since - 29 * 86_400))
    library.scan()
    assert vanished(library.engine, ["a"])
    with library.engine.connect() as connection, writing(connection):
        connection.execute(update(missing).values(since=missing.c.since - 86_400))
    library.scan()
    assert vanished(library.engine, ["a"]) == []
    assert Changelog(library.engine).next(100)[-1].version is None
    elsewhere.rename(away)
    assert library.scan() == ScanReport(added=1, unchanged=1)
    assert library.failed() == {}
    assert library.ids()["a/nas/1.jpg"] != photo.photoid


def test_none_is_kept_where_nobody_wants_that(library: Library, away: Path) -> None:
    away.unlink()
    library.scan(replace(library.settings, library_missing_days=0.0))
    assert vanished(library.engine, ["a"]) == []


def test_a_file_that_is_gone_when_it_is_asked_for_is_missing(library: Library, away: Path) -> None:
    photo = library.photos()["a/nas/1.jpg"]
    elsewhere = away.rename(library.folder / "1.jpg")
    assert refresh(library.engine, library.settings, photo) is None
    assert vanished(library.engine, ["a"]) == [Vanished("a", 0, 0, 1)]
    elsewhere.rename(away)
    library.scan()
    assert library.photos()["a/nas/1.jpg"] == photo


def test_folders_that_are_left_out_from_now_on_go_without_a_word(library: Library) -> None:
    put(library.a / "here.jpg", jpeg("blue"))
    for number in range(60):
        put(library.a / f"private/deep/{number}.jpg", jpeg("red", (10 + number, 10)))
        put(library.a / f"2020/@eaDir/{number}.jpg/T.jpg", jpeg("green", (10 + number, 10)))
    everything = replace(library.settings, scan_ignore="")
    assert library.scan(everything) == ScanReport(added=121)
    ids = library.ids()
    assert library.scan() == ScanReport(removed=60, unchanged=61)
    mark = put(library.a / "private/.nomedia", b"")
    assert library.scan() == ScanReport(removed=60, unchanged=1)
    mark.unlink()
    assert library.scan(everything) == ScanReport(returned=120, unchanged=1)
    assert library.ids() == ids


def test_a_folder_that_is_renamed_is_moved_however_much_it_holds(library: Library) -> None:
    for number in range(60):
        put(library.a / f"old/{number}.jpg", jpeg("red", (10 + number, 10)))
    library.scan()
    ids = library.ids()
    (library.a / "old").rename(library.a / "new")
    assert library.scan() == ScanReport(moved=60)
    assert library.ids() == {place.replace("/old/", "/new/"): photoid for place, photoid in ids.items()}
    shutil.move(library.a / "new", library.b / "new")
    put(library.a / "left.jpg", jpeg("blue"))
    assert library.scan() == ScanReport(moved=60, added=1)
