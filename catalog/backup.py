"""Copies of the catalogue, made and put back while it is in use, by SQLite's own backup.

A backup is one file that holds all of the catalogue as it was at one moment. It is restored into the live file, in one
transaction: whoever has the catalogue open sees the old one, and then the new one. Where there is no live file that
could take it, it takes that one's place. What is replaced is kept beside.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from catalog.database import ADVICE, FILE, open_catalog, trouble
from catalog.errors import CatalogError
from catalog.files import locked
from catalog.people.audit import operator
from catalog.scan.scan import LOCK, sync_roots
from config import Settings

PAGES = 1000  # copied between two words about it: 4 MB
PATIENCE = 30.0  # seconds that a writer may hold the catalogue
LEAP = 1_000_000
"""How far numbers are set ahead that must never be used again: who remembers any, remembers none of those to come."""

Told = Callable[[int, int], None]
"""Is told how many pages are left, of how many."""


def nothing(_left: int, _total: int) -> None:
    """Takes no notice."""


def backup(settings: Settings, target: Path, told: Told = nothing, *, force: bool = False) -> None:
    """Copies the catalogue into a file that only its owner can read; it is there whole or not at all.

    Raises:
        CatalogError: the catalogue can't be read or is damaged, or the file can't be written.
        FileExistsError: there is such a file, and `force` is not given.
    """
    if not force and os.path.lexists(target):
        raise FileExistsError(target)
    open_catalog(settings.data_dir).dispose()  # says what is wrong with it
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    with _cleared(temporary), _explained(settings.data_dir / FILE):
        _copy(settings.data_dir / FILE, temporary, told)
        _sound(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        if force:
            temporary.replace(target)
        else:
            os.link(temporary, target)  # unlike a rename, it replaces nothing that has come meanwhile


def restore(settings: Settings, source: Path, told: Told = nothing) -> Path | None:
    """Makes a backup the catalogue; gives where the replaced one is kept, None where there was none.

    The backup itself stays as it is. Where anything fails, the catalogue is the one that it was. What the audit log has
    since the backup is kept: nobody gets rid of it by a restore, which it tells of, too.

    Raises:
        CatalogError: the file is no catalogue, is newer than this Darkroom or damaged; or there is no room.
    """
    if not source.is_file():
        raise CatalogError("unopenable", f"{source} is no file that can be restored")
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    live, staging = folder / FILE, folder / ".restoring"
    with locked(folder / LOCK), _cleared(staging):  # a scan would write what it has seen into another catalogue
        staging.mkdir()
        staged = staging / FILE
        with _explained(source):
            _require_catalogue(source)
            _copy(source, staged)
            _sound(staged)
        engine = open_catalog(staging)  # migrates it, where it is older
        sync_roots(engine, settings)
        engine.dispose()
        with _explained(live):
            kept = _kept(live)
            _set_ahead(staged, live)
            _carry_over(staged, live)
            _put(staged, live, told)
    return kept


def _copy(source: Path, target: Path, told: Told = nothing) -> None:
    """Copies a catalogue as it is at this moment into a new file of its own, without a log beside it."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(_readable(source)) as origin, closing(sqlite3.connect(target)) as copy:
        # Within one transaction what others write is not seen: a copy would begin anew with each of their writes.
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        origin.backup(copy, pages=PAGES, progress=lambda _, left, total: told(left, total), sleep=0.05)
        copy.execute("PRAGMA journal_mode=DELETE")


def _readable(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, isolation_level=None, timeout=PATIENCE)


def _require_catalogue(file: Path) -> None:
    """Raises CatalogError where a file is no catalogue that this Darkroom could use."""
    with closing(_readable(file)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "photos", "roots"} <= tables:
        raise CatalogError("damaged", f"{file} is no catalogue of Darkroom's: nothing was restored")


def _sound(file: Path) -> None:
    """Raises CatalogError where SQLite finds anything wrong in a file."""
    with closing(sqlite3.connect(file)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise CatalogError("damaged", f"the copy of the catalogue is damaged ({said}): nothing was replaced")


def _kept(live: Path) -> Path | None:
    """Keeps the catalogue that will be replaced; as its bare files, where SQLite can't read it."""
    if not live.exists():
        return None
    kept = live.with_name(f"catalog-replaced-{datetime.now():%Y%m%d-%H%M%S-%f}.sqlite")
    try:
        _copy(live, kept)
    except sqlite3.DatabaseError:
        kept.unlink(missing_ok=True)
        for ending in ("", "-wal"):
            with suppress(FileNotFoundError):
                os.link(f"{live}{ending}", f"{kept}{ending}")
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return kept


def _set_ahead(staged: Path, live: Path) -> None:
    """Sets ahead the numbers by which running processes tell that something has changed, and those of views.

    A vid is never used twice in one catalogue, as a browser may have kept what it showed.
    """
    known: dict[str, int] = {}
    with suppress(sqlite3.DatabaseError), closing(_readable(live)) as connection:
        known = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
        known["access"] = connection.execute("SELECT number FROM access").fetchone()[0]
    with closing(sqlite3.connect(staged, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for name, number in connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall():
            ahead = max(number, known.get(name, 0)) + LEAP
            connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (ahead, name))
        connection.execute("UPDATE access SET number = max(number, ?) + ?", (known.get("access", 0), LEAP))
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=DELETE")  # all of it in one file


def _carry_over(staged: Path, live: Path) -> None:
    """Brings what the live catalogue's audit log has and the staged one has not into that, and notes the restore."""
    columns = "at, who, address, what, whom, details"
    since: list[tuple[object, ...]] = []
    with closing(sqlite3.connect(staged, isolation_level=None)) as connection:
        ours = set(connection.execute(f"SELECT number, {columns} FROM audit"))  # noqa: S608 - of constants
        with suppress(sqlite3.DatabaseError), closing(_readable(live)) as other:
            theirs = other.execute(f"SELECT number, {columns} FROM audit ORDER BY number")  # noqa: S608
            since = [row[1:] for row in theirs if row not in ours]
        since.append((int(time.time()), operator().who, "", "catalogue restore", "", ""))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO audit ({columns}) VALUES (?, ?, ?, ?, ?, ?)", since)  # noqa: S608
        connection.execute("COMMIT")


def _put(staged: Path, live: Path, told: Told) -> None:
    """Makes the staged file the catalogue."""
    try:
        _put_into(staged, live, told)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in UNFIT:
            raise
        # There is nothing there that could take it; who has the old file open notices that it is another one.
        for ending in ("-wal", "-shm"):
            Path(f"{live}{ending}").unlink(missing_ok=True)
        staged.replace(live)


# No SQLite file at all, a damaged one, one that is not there, or one of other pages.
UNFIT = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def _put_into(staged: Path, live: Path, told: Told) -> None:
    end = time.monotonic() + PATIENCE

    def progress(status: int, left: int, total: int) -> None:
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            told(left, total)
        elif time.monotonic() > end:
            raise CatalogError("locked", f"the catalogue {live} {ADVICE['locked']}")

    uri = f"file:{quote(str(live))}?mode=rw"
    with closing(_readable(staged)) as origin, closing(sqlite3.connect(uri, uri=True)) as target:
        origin.backup(target, pages=PAGES, progress=progress, sleep=0.05)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # as far as readers let it


@contextmanager
def _cleared(path: Path) -> Iterator[None]:
    """Removes a temporary file, with what SQLite put beside it, or a folder, before and after."""
    _clear(path)
    try:
        yield
    finally:
        _clear(path)


def _clear(path: Path) -> None:
    if path.is_dir():
        for each in path.iterdir():
            each.unlink(missing_ok=True)
        path.rmdir()
    for ending in ("", "-journal", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Says what SQLite's and the system's errors mean for the operator."""
    try:
        yield
    except FileExistsError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise trouble(file, error) from error
