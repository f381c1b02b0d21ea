"""Opens the catalogue: one SQLite file, brought up to date before anyone uses it.

Nothing here ever deletes or replaces a file: a catalogue that can't be used stays as it is, for the operator.
"""

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    Table,
    create_engine,
    delete,
    event,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.elements import ColumnElement

from catalog.errors import CatalogError, TryLater
from catalog.files import locked

FILE = "catalog.sqlite"
HEAD = "0014_sessions"
"""The newest migration. A constant, so that a start with nothing to migrate need not import Alembic (0.2 s)."""

# Threads that may write or wait for it, up to 5 s each where another program holds the lock: if all of a front end's
# could, none would be left for photos that are cached.
WRITERS = threading.BoundedSemaphore(32)

ROOM = 64 * 1024  # bytes that SQLite needs beside the catalogue to open it at all, with some to spare
IMMEDIATE = "darkroom_immediate"
STEPS = 100_000
"""Of SQLite's machine between two looks at a limit: some milliseconds. Each look takes the GIL from who answers."""

ADVICE = {
    "newer": "was made by a newer Darkroom: start that one, or restore the catalogue that you kept from before",
    "damaged": "is damaged: move it away and restore a copy, or scan anew (photo ids come out the same; users don't)",
    "read-only": "can't be written: see that the folder and its files belong to the user who runs Darkroom",
    "locked": "is in use by another program that does not let go of it: end that one, or try again later",
    "full": "can't grow: the disk is full (its own, or that of temporary files). Make room and try again; "
    "what was written before is kept",
    "unopenable": "can't be opened: see that data.dir names a folder that can be read and written",
}

REASONS = {
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_PERM: "read-only",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "unopenable",
    sqlite3.SQLITE_CANTOPEN: "unopenable",
}


def open_catalog(data_dir: Path) -> Engine:
    """The catalogue in that folder; both are made where they are missing, older ones are migrated.

    Raises:
        CatalogError: it can't be used; its message names the file and what to do.
    """
    file = data_dir / FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        engine = _engine(file)
        try:
            with engine.connect() as connection:
                found = revision(connection)
            if found != HEAD:
                with locked(data_dir / "catalog.lock"):
                    _migrate(engine, file)
        except BaseException:
            engine.dispose()
            raise
    except OSError as error:
        raise trouble(file, error) from error
    event.listen(engine, "handle_error", lambda context: _explain_overtaken(file, context.original_exception))
    return engine


@contextmanager
def opened_catalog(data_dir: Path) -> Iterator[Engine]:
    """The catalogue in that folder, as `open_catalog` gives it; its connections are closed afterwards."""
    engine = open_catalog(data_dir)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def writing(connection: Connection) -> Iterator[Connection]:
    """A transaction that writes; it takes the write lock at once.

    One that begins by reading can't wait for its turn to write: SQLite refuses it when another wrote in between.

    Raises:
        TryLater: too many of this process wait for their turn already.
        CatalogError: another program does not let go of the lock.
    """
    if not WRITERS.acquire(blocking=False):
        raise TryLater("Too many wait to change the catalogue: try again in a second.", 1)
    connection.execution_options(**{IMMEDIATE: True})
    try:
        with connection.begin():
            yield connection
    finally:
        connection.execution_options(**{IMMEDIATE: False})
        WRITERS.release()


class Limit(Protocol):
    """Until when somebody wants to know what statements find."""

    def is_over(self) -> bool:
        """Whether nobody does any more. Asked while a statement runs, on its thread: it has to be quick."""

    def problem(self) -> Exception:
        """What is raised then."""


@contextmanager
def limited(connection: Connection, limit: Limit | None) -> Iterator[None]:
    """Statements of that connection within it end when the limit is over; without one, when they are done.

    This is how SQLite does it. Where a server keeps the catalogue, its own time-out of statements takes this place (as
    PostgreSQL's `statement_timeout`), and its cancelling of one (`cancel()`) for who is gone.

    Raises:
        Exception: what the limit says, where a statement was ended.
    """
    if limit is None:
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(limit.is_over, STEPS)
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            raise
        raise limit.problem() from None
    finally:
        driver.set_progress_handler(None, 0)


def delete_if_any(engine: Engine, table: Table, those: ColumnElement[bool]) -> None:
    """Deletes those rows of a table. Where there are none, as most often, nobody waits for the lock of who writes.

    Raises:
        TryLater, CatalogError: as `writing` does.
    """
    with engine.connect() as connection:
        if connection.execute(select(literal(1)).select_from(table).where(those).limit(1)).first() is None:
            return
        connection.rollback()
        with writing(connection):
            connection.execute(delete(table).where(those))


def look_up(engine: Engine, statement: str, *values: object) -> tuple[Any, ...] | None:
    """The first row that a statement of SQL finds, which only reads; None where there is none.

    For what a request may ask often: SQLAlchemy with a transaction takes several times as long (docs/decisions.md).

    Raises:
        CatalogError: the catalogue can't be used.
    """
    try:
        # To close it is to give it back to the others.
        with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()
    except sqlite3.Error as error:
        file = Path(str(engine.url.database))
        _explain(file, error)
        _explain_overtaken(file, error)
        raise


def trouble(file: Path, error: BaseException) -> CatalogError:
    """What an error of SQLite or of the system means for the operator."""
    reason = "unopenable"
    if isinstance(error, sqlite3.Error):
        # The low byte is the kind, what is above it the detail. Errors of the driver itself have no code.
        reason = REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "unopenable")
    elif isinstance(error, OSError):
        kinds = {errno.ENOSPC: "full", errno.EDQUOT: "full"}
        kinds |= dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "read-only")
        reason = kinds.get(error.errno or 0, "unopenable")
    if reason == "unopenable":
        reason = _circumstances(file.parent)
    detail = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return CatalogError(reason, f"the catalogue {file} {ADVICE[reason]} ({detail})")


def _circumstances(folder: Path) -> str:
    """What the state of the folder says, where SQLite says no more than that it failed."""
    try:
        state = os.statvfs(folder)
    except OSError:
        return "unopenable"
    if state.f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK):
        return "read-only"
    return "full" if state.f_bavail * state.f_frsize < ROOM else "unopenable"


def revision(connection: Connection) -> str | None:
    """The migration that the catalogue is at; None where it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _explain(file: Path, error: BaseException) -> None:
    """Raises what an error of SQLite means for the operator, where it means anything."""
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in REASONS:
        raise trouble(file, error) from error


def _explain_overtaken(file: Path, error: BaseException) -> None:
    """Says so where a statement fails as another Darkroom has migrated the catalogue since this one opened it."""
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR and (found := _found(file)) != HEAD:
        said = f"was brought to revision {found} while this Darkroom ran, which has {HEAD}: start it anew"
        raise CatalogError("newer", f"the catalogue {file} {said}") from error


def _found(file: Path) -> str | None:
    """The migration that the file is at, asked beside the engine; None where that can't be said."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None


def _engine(file: Path) -> Engine:
    # A connection is cheap, waiting for one is not: beyond those kept, as many as there are threads.
    engine = create_engine(f"sqlite:///{file}", pool_size=16, max_overflow=-1, connect_args={"timeout": 5.0})

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver would begin transactions in its own way, and none before DDL: `begin` below does it instead.
        connection.isolation_level = None
        try:
            with closing(connection.cursor()) as cursor:
                for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                    cursor.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            connection.close()  # SQLAlchemy lets go of it, and leaves it open
            raise trouble(file, error) from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get(IMMEDIATE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    @event.listens_for(engine, "handle_error")
    def translate(context: ExceptionContext) -> None:
        error = context.original_exception
        _explain(file, error)
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            # A session, a user, … that another process removed between a look at it and this statement.
            raise TryLater("What this belongs to has just been removed: try again.", 1) from error

    return engine


def _migrate(engine: Engine, file: Path) -> None:
    """Brings the catalogue to HEAD; the caller holds the lock, and another may have been faster."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    with engine.connect() as connection, writing(connection):
        found = revision(connection)
        known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise CatalogError("newer", f"the catalogue {file} {ADVICE['newer']} (it is at revision {found})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
