"""Looking at the catalogue: what it says, in which states, and that not a byte of its folder is another one after."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from catalog import inspection
from catalog.database import FILE, HEAD
from catalog.errors import CatalogError
from catalog.inspection import Failures, Figures, Known, TooSlow, opened_to_look
from catalog.people.users import Users
from catalog.render_failures import RenderFailure, RenderFailures
from tests.catalog.library import Library, jpeg, put

A_AND_B = ("a", "b")


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with its bytes and its time of change."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): (each.read_bytes(), each.stat().st_mtime_ns) for each in files}


@pytest.fixture
def filled(library: Library) -> Library:
    """Three photos in two folders of one root, one of them not rendered; a file of the other is no photo."""
    for place in ("1.jpg", "deep/2.jpg", "deep/3.jpg"):
        put(library.a / place, jpeg(size=(len(place), 9)))
    put(library.b / "broken.jpg", b"garbage")
    library.scan()
    Users(library.engine).add("ann", "secret")
    RenderFailures(library.engine).remember(library.photos()["a/1.jpg"], RenderFailure("damaged", "It is broken."))
    return library


def _closed(library: Library) -> Path:
    """Nobody has it open, and its log is gone."""
    library.engine.dispose()
    return library.settings.data_dir


def _open(library: Library) -> Path:
    """A server runs, which has just written to the log."""
    return library.settings.data_dir


def _left(library: Library) -> Path:
    """As a power cut leaves it: with a log that nobody has open."""
    return Path(shutil.copytree(library.settings.data_dir, library.folder / "left"))


@pytest.fixture(params=[_closed, _open, _left], ids=["closed", "open", "left"])
def folder(request: pytest.FixtureRequest, filled: Library) -> Path:
    made: Callable[[Library], Path] = request.param
    return made(filled)


def test_what_is_in_it(folder: Path) -> None:
    with opened_to_look(folder) as engine:
        assert inspection.revision(engine) == HEAD
        assert inspection.complaints(engine) == []
        assert inspection.figures(engine, A_AND_B) == Figures(photos=3, folders=2, users=1)
        assert inspection.figures(engine, ["b"]) == Figures(photos=0, folders=0, users=1)
        damaged, unread = inspection.failures(engine, A_AND_B)
        assert damaged == Failures("damaged", "It is broken.", 1)
        assert (unread.kind, unread.count, unread.reason[:12]) == ("unread", 1, "it is none o")
        assert inspection.failures(engine, ["a"]) == [damaged]
    assert inspection.last_written(folder) > 0


@pytest.mark.parametrize("made", [_closed, _left])
def test_not_a_byte_changes(filled: Library, made: Callable[[Library], Path]) -> None:
    folder = made(filled)
    before = state(folder)
    with opened_to_look(folder) as engine:
        inspection.complaints(engine)
        inspection.failures(engine, A_AND_B)
    assert state(folder) == before


def test_where_a_server_runs_only_its_notes_on_who_reads_change(filled: Library) -> None:
    before = state(filled.settings.data_dir)
    with opened_to_look(filled.settings.data_dir) as engine:
        inspection.failures(engine, A_AND_B)
    after = state(filled.settings.data_dir)
    assert after.keys() == before.keys()
    assert {name for name, there in after.items() if there != before[name]} <= {f"{FILE}-shm"}


def test_nothing_can_be_written(filled: Library) -> None:
    with opened_to_look(filled.settings.data_dir) as engine, pytest.raises(CatalogError) as caught:
        Users(engine).add("bob", "secret")
    assert caught.value.reason == "read-only"


def test_what_is_known_of_one_file(filled: Library) -> None:
    photos = filled.photos()
    with opened_to_look(filled.settings.data_dir) as engine:
        known = inspection.known(engine, "a", "1.jpg")
        (failure,) = known.failures
        assert (known.photo, known.visible) == (photos["a/1.jpg"], True)
        assert (failure.kind, failure.path, failure.photoid) == ("damaged", "1.jpg", photos["a/1.jpg"].photoid)
        assert inspection.known(engine, "a", "deep/2.jpg") == Known(photos["a/deep/2.jpg"], True, ())
        unread = inspection.known(engine, "b", "broken.jpg")
        assert (unread.photo, [each.kind for each in unread.failures]) == (None, ["unread"])
        # Of a folder that could not be listed, all below it is so.
        assert inspection.known(engine, "b", "broken.jpg/below/1.jpg").failures == unread.failures
        assert inspection.known(engine, "b", "broken.jpgx") == Known(None, True, ())
        assert inspection.known(engine, "c", "1.jpg") == Known(None, False, ())


def test_where_a_photo_is_by_its_id(filled: Library) -> None:
    photoid = filled.ids()["a/deep/2.jpg"]
    with opened_to_look(filled.settings.data_dir) as engine:
        assert inspection.place_of(engine, photoid) == ("a", "deep/2.jpg")
        assert inspection.place_of(engine, "A" * 22) is None
    put(filled.a / "deep/2.jpg", b"garbage")
    filled.scan()
    with opened_to_look(filled.settings.data_dir) as engine:
        assert inspection.place_of(engine, photoid) == ("a", "deep/2.jpg")


def test_files_alike_are_counted_together(library: Library) -> None:
    for number in range(3):
        put(library.a / f"{number}.jpg", b"garbage" * (number + 1))
    put(library.a / "empty.jpg", b"")
    library.scan()
    with opened_to_look(library.settings.data_dir) as engine:
        assert [each.count for each in inspection.failures(engine, A_AND_B)] == [3, 1]


def test_of_a_photo_that_has_changed_since_nothing_is_known(filled: Library) -> None:
    os.utime(filled.a / "1.jpg", ns=(1, 1))
    filled.scan()
    with opened_to_look(filled.settings.data_dir) as engine:
        assert inspection.failures(engine, ["a"]) == []


def test_none_is_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught, opened_to_look(tmp_path) as engine:
        inspection.revision(engine)
    assert caught.value.reason == "unopenable"
    assert list(tmp_path.iterdir()) == []
    assert inspection.last_written(tmp_path / "nowhere") == 0


@pytest.mark.parametrize(("content", "reason"), [(b"this is no database" * 100, "damaged")])
def test_it_is_no_database(tmp_path: Path, content: bytes, reason: str) -> None:
    put(tmp_path / FILE, content)
    with pytest.raises(CatalogError) as caught, opened_to_look(tmp_path) as engine:
        inspection.complaints(engine)
    assert caught.value.reason == reason
    assert (tmp_path / FILE).read_bytes() == content


def test_damage_inside_is_found(filled: Library) -> None:
    folder = _closed(filled)
    content = bytearray((folder / FILE).read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xaa" * 4096 * 6
    (folder / FILE).write_bytes(content)
    with opened_to_look(folder) as engine:
        try:
            found = inspection.complaints(engine)
        except CatalogError as error:
            found = [error.reason]
    assert found


def test_it_ends_in_time(filled: Library) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(TooSlow), opened_to_look(filled.settings.data_dir, 0.1) as engine, engine.connect() as asking:
        asking.exec_driver_sql(endless)


@pytest.mark.parametrize(
    ("revision", "older"), [(None, True), ("0001_first", True), (HEAD, False), ("0099_later", False)]
)
def test_which_revisions_are_brought_up_to_date(revision: str | None, older: bool) -> None:
    assert inspection.is_older(revision) is older


def test_a_file_without_tables(tmp_path: Path) -> None:
    put(tmp_path / FILE, b"")
    with opened_to_look(tmp_path) as engine:
        assert inspection.revision(engine) is None


def test_names_that_an_address_has_to_escape(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"a?b#c%20\xff.sqlite")
    with closing(sqlite3.connect(os.fsencode(file))) as made:
        made.execute("CREATE TABLE t (x)")
    with closing(sqlite3.connect(inspection.address(file), uri=True)) as looking:
        assert looking.execute("SELECT count(*) FROM t").fetchone() == (0,)
