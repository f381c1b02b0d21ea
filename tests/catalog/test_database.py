"""Opening the catalogue, its migrations, and what can be wrong with its file."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from catalog import photoid
from catalog.database import FILE, HEAD, limited, look_up, open_catalog, writing
from catalog.errors import CatalogError, TryLater
from catalog.metadata import READER
from catalog.photos import Photos
from catalog.search.query import parse
from catalog.search.sql import Search
from tests.catalog.library import PROJECT, Library
from tests.catalog.migrations.older import make_older


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(PROJECT / "catalog" / "migrations")).get_current_head() == HEAD


def test_a_start_with_nothing_to_migrate_does_not_import_alembic(tmp_path: Path) -> None:
    open_catalog(tmp_path).dispose()
    code = (
        "import sys, pathlib; from catalog.database import open_catalog; "
        f"open_catalog(pathlib.Path({str(tmp_path)!r})); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


def test_many_may_open_a_new_catalogue_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for engine in pool.map(open_catalog, [tmp_path] * 8):
            engine.dispose()


def test_journal_and_foreign_keys(tmp_path: Path) -> None:
    engine = open_catalog(tmp_path)
    with engine.connect() as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        ]
    assert values == ["wal", 1, 1, 5000]
    engine.dispose()


def test_a_newer_catalogue_is_left_alone(tmp_path: Path) -> None:
    engine = open_catalog(tmp_path)
    with engine.connect() as connection, writing(connection):
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(CatalogError, match="newer Darkroom") as caught:
        open_catalog(tmp_path)
    assert caught.value.reason == "newer"
    assert str(tmp_path / FILE) in str(caught.value)


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_catalogue_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CatalogError, match="damaged") as caught:
        open_catalog(tmp_path)
    assert caught.value.reason == "damaged"
    assert (tmp_path / FILE).read_bytes() == content


def test_what_is_looked_up_past_sqlalchemy_fails_in_the_same_words(tmp_path: Path) -> None:
    engine, file = open_catalog(tmp_path), tmp_path / FILE
    assert look_up(engine, "SELECT count(*), ? FROM photos", "x") == (0, "x")
    assert look_up(engine, "SELECT path FROM photos") is None
    with pytest.raises(sqlite3.OperationalError, match="pictures"):
        look_up(engine, "SELECT path FROM pictures")
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.executescript("UPDATE alembic_version SET version_num = '9999'; ALTER TABLE photos RENAME TO pictures")
    with pytest.raises(CatalogError) as newer:
        look_up(engine, "SELECT path FROM photos")
    engine.dispose()
    file.write_bytes(b"\0" * file.stat().st_size)
    for leftover in tmp_path.glob(f"{FILE}-*"):
        leftover.unlink()
    with pytest.raises(CatalogError) as damaged:
        look_up(engine, "SELECT path FROM photos")
    assert (newer.value.reason, damaged.value.reason) == ("newer", "damaged")
    assert all(str(file) in str(caught.value) for caught in (newer, damaged))
    engine.dispose()


def test_a_data_folder_that_can_t_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CatalogError, match="data\\.dir"):
        open_catalog(tmp_path / "file" / "data")


def test_a_writer_that_does_not_let_go(tmp_path: Path) -> None:
    engine = open_catalog(tmp_path)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        connection.rollback()
        with pytest.raises(CatalogError, match="in use") as caught, writing(connection):
            pass
    assert caught.value.reason == "locked"
    other.close()
    engine.dispose()


def test_a_catalogue_of_the_first_revision_is_filled(tmp_path: Path) -> None:
    make_older(tmp_path, "0001")
    engine = create_engine(f"sqlite:///{tmp_path / FILE}")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO roots VALUES (1, 'Pictures', 1), (2, 'archive', 0)"))
        photo = text("INSERT INTO photos VALUES (:id, :id, :root, :path, 7, 8, 9, 10, 'JPEG', :created)")
        for number, root, path in ((1, 1, b"2015/Z\xfcrich/1.jpg"), (2, 1, b"top.jpg"), (3, 2, b"2015/away.jpg")):
            row = {"id": bytes([number] * 16), "root": root, "path": path, "created": f"2015-0{4 - number}-02T00:00:00"}
            connection.execute(photo, row)
        connection.execute(
            text("INSERT INTO failures VALUES (1, :path, 1, 2, 'broken', 'since', NULL)"), {"path": b"x"}
        )
        connection.execute(text("INSERT INTO users VALUES ('ann', 'hash', 'since')"))
    engine.dispose()
    engine = open_catalog(tmp_path)
    known = list(Photos(engine).everything())
    assert [(photo.root, photo.path) for photo in known] == [
        ("Pictures", "top.jpg"),
        ("Pictures", "2015/Z\udcfcrich/1.jpg"),
    ]
    assert (known[0].bytes, known[0].mtime_ns, known[0].width, known[0].height, known[0].format) == (
        7,
        8,
        9,
        10,
        "JPEG",
    )
    search = Search(engine)
    for query, number in (("rich", 1), ("mar", 1), ("dir:z?rich", 1), ("dir:@pictures", 2), ("top -mar", 2)):
        assert search.find(parse(query)) == bytes([number] * 16)
    assert not search.sees(photoid.encode(bytes([3] * 16)))
    with engine.connect() as connection, writing(connection):
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - constants
            for table in ("photos", "texts", "folders", "failures", "users")
        ]
        assert counts == [3, 3, 3, 1, 1]
        # The next scan reads every file again, for what was not read of it then.
        assert connection.execute(text("SELECT DISTINCT reader < :now FROM photos"), {"now": READER}).all() == [(1,)]
        connection.execute(text("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)"))
        connection.execute(text("UPDATE roots SET active = 1"))
        connection.execute(text("DELETE FROM photos WHERE path = :path"), {"path": b"top.jpg"})
        connection.execute(text("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)"))
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    assert search.find(parse("top")) == b""
    assert search.find(parse("away")) == bytes([3] * 16)
    engine.dispose()


def test_not_every_thread_waits_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.database.WRITERS", threading.BoundedSemaphore(1))
    engine = open_catalog(tmp_path)
    with engine.connect() as first, engine.connect() as second:
        with writing(first):
            with pytest.raises(TryLater), writing(second):
                pass
            assert first.execute(text("SELECT count(*) FROM users")).scalar() == 0
        with pytest.raises(ZeroDivisionError), writing(first):
            raise ZeroDivisionError
        with writing(second):
            second.execute(text("DELETE FROM users"))
    engine.dispose()


class Ended:
    """A limit that is over when the statement has asked so many times."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def is_over(self) -> bool:
        """As in `Limit`."""
        self.looks -= 1
        return self.looks < 0

    def problem(self) -> Exception:
        """As in `Limit`."""
        return TimeoutError("over")


ENDLESS = text("WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more) SELECT count(*) FROM more")


def test_a_statement_ends_with_its_limit(library: Library) -> None:
    with library.engine.connect() as connection:
        with pytest.raises(TimeoutError, match="over"), limited(connection, Ended(3)):
            connection.execute(ENDLESS)
        connection.rollback()
        # Nothing is left of it for whoever has the connection next.
        many = ENDLESS.text.replace("FROM more)", "FROM more LIMIT 300000)", 1)
        assert connection.execute(text(many)).scalar() == 300_000


def test_other_errors_are_themselves_under_a_limit(library: Library) -> None:
    with library.engine.connect() as connection:
        with pytest.raises(OperationalError, match="no such table"), limited(connection, Ended(3)):
            connection.execute(text("SELECT 1 FROM nowhere"))
        with limited(connection, None):
            assert connection.execute(text("SELECT 1")).scalar() == 1
