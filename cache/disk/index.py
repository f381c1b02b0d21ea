"""The disk tier's index, an SQLite file among the renders: opened when needed, made anew when damaged."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cache.disk.files import Files
from cache.disk.lock import locked
from cache.disk.rows import VERSION, Rows
from cache.errors import NoRoom, TierError
from cache.tier import IsCommon, all_common

FILE = "index.sqlite"
BOOT = Path("/proc/sys/kernel/random/boot_id")
BUSY = 0.05  # seconds for which SQLite waits for somebody who looks into the file with tools of his own

# What SQLite says of a file that it can't read as our index. SQLITE_ERROR: a table is missing.
DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT}

# What it says where it can't make its log, as there is no inode for it; and where much else is wrong.
CANT_WRITE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}

# Nothing waits for the disk: what a power cut damages is rebuilt from the files.
# The log is kept short (0.8 MB), as it counts where a small disk is nearly full.
PRAGMAS = ("journal_mode = WAL", "synchronous = OFF", "temp_store = MEMORY", "wal_autocheckpoint = 200")


class Index:
    """What renders there are among `files`, their sizes and last uses.

    Everything is done under the folder's lock, so the index is never busy, and files can be moved and removed in step
    with their rows. A connection belongs to one process: after a fork the child opens its own.
    """

    def __init__(self, files: Files, is_common: IsCommon = all_common) -> None:
        self._files = files
        self._is_common = is_common
        self._folder = files.folder
        self._file = files.folder / FILE
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None  # the process that opened it, and the file's inode
        self._left_behind: list[sqlite3.Connection] = []

    @contextmanager
    def locked(self, patience: float) -> Iterator[None]:
        """Holds the folder's lock, without which nothing but `reading` may be called. Makes a folder that is missing.

        Raises:
            Held: another holds it for longer than `patience` seconds.
            OSError: the folder can't be made or opened.
        """
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
        with locked(self._folder, patience):
            yield

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """The rows; what is done to them is kept together or, where an error comes, not at all.

        Raises:
            TierError: the index can't be used. A damaged one is removed, and the next call makes a new one.
        """
        try:
            connection = self._current()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Rows(connection, self._is_common)
            except BaseException:
                connection.rollback()
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """The rows as they are now, for long looks; the only thing here that needs no lock and stops nobody.

        Raises:
            TierError: there is no index, or it can't be read.
        """
        try:
            connection = sqlite3.connect(
                f"{self._file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
            try:
                yield Rows(connection)
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise TierError(f"the index {self._file} can't be read: {error}") from error

    def identity(self) -> int | None:
        """A number that is another one for an index made anew; None where there is none."""
        try:
            return self._file.stat().st_ino
        except FileNotFoundError:
            return None

    def remove(self) -> None:
        """Removes the index: the next transaction makes a new one, which is not complete while there are files."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                self._file.with_name(FILE + suffix).unlink()

    def close(self) -> None:
        """Closes this process's connection; the next transaction opens one again."""
        connection, self._connection = self._connection, None
        if connection is not None and self._opened and self._opened[0] == os.getpid():
            with suppress(sqlite3.Error):  # there is nothing of a damaged file to be kept
                connection.close()
        elif connection is not None:
            # A parent's: closing it here would take the parent's locks away.
            self._left_behind.append(connection)

    def _current(self) -> sqlite3.Connection:
        """The connection, if it is this process's and to the file that is there; else a new one."""
        if self._connection is None or self._opened != (os.getpid(), self.identity()):
            self.close()
            self._connection = self._open()
            self._opened = (os.getpid(), self.identity() or 0)
        return self._connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=BUSY, isolation_level=None, check_same_thread=False)
        try:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        boot = BOOT.read_text("ascii").strip() if BOOT.exists() else ""
        connection.execute("BEGIN IMMEDIATE")
        if version == 1:
            Rows(connection).upgrade()
        if version in (1, VERSION):
            Rows(connection).booted(boot)
        else:
            # Empty, or of another make: in this case a table is in the way, which counts as damage.
            Rows(connection).create(complete=not self._files.any_shard(), boot=boot)
        connection.execute("COMMIT")

    def _takes_files(self) -> bool:
        try:
            return self._files.takes_more()
        except OSError:
            return True  # what is wrong is something else

    def _trouble(self, error: sqlite3.Error) -> TierError:
        # The low byte is the kind, what is above it the detail. Errors of the driver itself have no code.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if kind in (sqlite3.SQLITE_FULL, *CANT_WRITE) and (kind not in CANT_WRITE or not self._takes_files()):
            return NoRoom(f"there is no room for the index {self._file}: {error}")
        if kind not in DAMAGED:
            return TierError(f"the index {self._file} can't be used: {error}")
        self.remove()
        return TierError(f"the index {self._file} was damaged ({error}) and is rebuilt from the files")
