"""Opening the catalogue, its migrations, and what can be wrong with its file."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from catalog.database import FILE, HEAD, open_catalog, writing
from catalog.errors import CatalogError, TryLater
from tests.catalog.library import PROJECT


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
