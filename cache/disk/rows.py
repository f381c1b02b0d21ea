"""The rows of the disk tier's index: SQL, and nothing of files or locks."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cache.key import RenderKey
from cache.tier import UNCOMMON_SHARE, IsCommon, all_common

VERSION = 2  # of the schema; an index of another one is made anew from the files

INDEX_OF_UNCOMMON = ("CREATE INDEX uncommon_by_use ON entries (used) WHERE uncommon",)
TRIGGERS = (
    """CREATE TRIGGER added AFTER INSERT ON entries BEGIN
        UPDATE state SET entries = entries + 1, bytes = bytes + new.bytes,
            uncommon_entries = uncommon_entries + new.uncommon,
            uncommon_bytes = uncommon_bytes + new.uncommon * new.bytes; END""",
    """CREATE TRIGGER removed AFTER DELETE ON entries BEGIN
        UPDATE state SET entries = entries - 1, bytes = bytes - old.bytes,
            uncommon_entries = uncommon_entries - old.uncommon,
            uncommon_bytes = uncommon_bytes - old.uncommon * old.bytes; END""",
    """CREATE TRIGGER replaced AFTER UPDATE OF bytes, uncommon ON entries BEGIN
        UPDATE state SET bytes = bytes - old.bytes + new.bytes,
            uncommon_entries = uncommon_entries - old.uncommon + new.uncommon,
            uncommon_bytes = uncommon_bytes - old.uncommon * old.bytes + new.uncommon * new.bytes; END""",
)

# From an index of version 1, which told no sizes apart: what is there counts as common. To make it anew from the files
# would take as long as they are many.
UPGRADE = (
    "ALTER TABLE entries ADD COLUMN uncommon INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE state ADD COLUMN uncommon_entries INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE state ADD COLUMN uncommon_bytes INTEGER NOT NULL DEFAULT 0",
    *(f"DROP TRIGGER {name}" for name in ("added", "removed", "replaced")),
    *INDEX_OF_UNCOMMON,
    *TRIGGERS,
    f"PRAGMA user_version = {VERSION}",
)

SCHEMA = (
    # The photo comes first in the second b-tree, which thereby finds both: one render, and all of a photo.
    """CREATE TABLE entries (
        id INTEGER PRIMARY KEY,
        photoid TEXT NOT NULL,
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        used INTEGER NOT NULL,
        uncommon INTEGER NOT NULL DEFAULT 0,
        UNIQUE (photoid, name)
    )""",
    "CREATE INDEX entries_by_use ON entries (used)",
    # Adding up the sizes would cost 10 ms for 200,000 entries, at each put.
    """CREATE TABLE state (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        entries INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        complete INTEGER NOT NULL,
        reconciled REAL NOT NULL,
        boot TEXT NOT NULL,
        uncommon_entries INTEGER NOT NULL DEFAULT 0,
        uncommon_bytes INTEGER NOT NULL DEFAULT 0
    )""",
    *INDEX_OF_UNCOMMON,
    *TRIGGERS,
    """CREATE TABLE counts (
        tier TEXT NOT NULL, result TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (tier, result)
    ) WITHOUT ROWID""",
    f"PRAGMA user_version = {VERSION}",
)

PUT = """INSERT INTO entries (photoid, name, version, width, height, bytes, used, uncommon)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (photoid, name) DO UPDATE
    SET bytes = excluded.bytes, used = max(used, excluded.used), uncommon = excluded.uncommon"""
COUNT = """INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"""

Count = tuple[str, str]  # tier and result


@dataclass(frozen=True, slots=True)
class State:
    """The sums over all entries, and how far the index can be trusted.

    `complete` is false while it is rebuilt from the files; `reconciled` is the Unix time at which it was last
    compared with them.
    """

    entries: int
    bytes: int
    complete: bool
    reconciled: float


@dataclass(frozen=True, slots=True)
class Size:
    """How many entries there are of one size in pixels, and their bytes in all."""

    width: int
    height: int
    entries: int
    bytes: int


class Rows:
    """The rows, by one connection. Times of use are whole microseconds of Unix time. Raises sqlite3.Error.

    `is_common` says of each render that is put whether it is in a common size.
    """

    def __init__(self, connection: sqlite3.Connection, is_common: IsCommon = all_common) -> None:
        self._is_common = is_common
        self._execute = connection.execute
        self._executemany = connection.executemany

    def create(self, *, complete: bool, boot: str) -> None:
        """Makes the tables."""
        for statement in SCHEMA:
            self._execute(statement)
        self._execute(
            "INSERT INTO state (one, entries, bytes, complete, reconciled, boot) VALUES (1, 0, 0, ?, 0, ?)",
            (complete, boot),
        )

    def upgrade(self) -> None:
        """Makes those of version 1 into these."""
        for statement in UPGRADE:
            self._execute(statement)

    def state(self) -> State:
        """The sums, and the trust."""
        row = self._execute("SELECT entries, bytes, complete, reconciled FROM state").fetchone()
        return State(row[0], row[1], bool(row[2]), row[3])

    def booted(self, boot: str) -> None:
        """Notes in which run of the machine this is; after another one it has to be reconciled.

        Nothing is fsynced, so what a power cut left in the files and in here may differ.
        """
        self._execute("UPDATE state SET boot = ?, reconciled = 0 WHERE boot <> ?", (boot, boot))

    def reconciled(self, when: float) -> None:
        """Notes that index and files were made equal."""
        self._execute("UPDATE state SET complete = 1, reconciled = ?", (when,))

    def size_of(self, key: RenderKey) -> int | None:
        """The bytes that are noted for a render; None where it has no row."""
        row = self._execute("SELECT bytes FROM entries WHERE photoid = ? AND name = ?", (key.photoid, key.name))
        return next((size for (size,) in row), None)

    def put(self, key: RenderKey, size: int, used: int) -> None:
        """Notes a render of `size` bytes, in the place of what was noted under this key."""
        self._execute(
            PUT, (key.photoid, key.name, key.version, key.width, key.height, size, used, not self._is_common(key))
        )

    def remove(self, names: Iterable[tuple[str, str]]) -> None:
        """Removes rows, by photoid and name."""
        self._executemany("DELETE FROM entries WHERE photoid = ? AND name = ?", names)

    def touch(self, uses: Iterable[tuple[int, str, str]]) -> None:
        """Notes last uses: time, photoid and name."""
        self._executemany("UPDATE entries SET used = ? WHERE photoid = ? AND name = ?", uses)

    def bring_back(self, now: int, limit: int) -> int:
        """Takes last uses that lie ahead for ones of now, at most so many; gives how many there were."""
        ahead = "SELECT id FROM entries WHERE used > ? LIMIT ?"
        return self._execute(f"UPDATE entries SET used = ? WHERE id IN ({ahead})", (now, now, limit)).rowcount  # noqa: S608

    def oldest(self, limit: int, before: int | None = None) -> list[tuple[str, str, int]]:
        """Photoid, name and bytes of those whose last use is the longest ago (and before `before`)."""
        bound, values = ("", (limit,)) if before is None else ("WHERE used < ?", (before, limit))
        return self._execute(
            f"SELECT photoid, name, bytes FROM entries {bound} ORDER BY used LIMIT ?",  # noqa: S608 - one of two texts
            values,
        ).fetchall()

    def uncommon_have_more(self) -> bool:
        """Whether those in uncommon sizes are more than their part of all, by their number or by their bytes."""
        row = self._execute("SELECT entries, bytes, uncommon_entries, uncommon_bytes FROM state").fetchone()
        entries, size, uncommon_entries, uncommon_bytes = row
        return bool(uncommon_entries * UNCOMMON_SHARE > entries or uncommon_bytes * UNCOMMON_SHARE > size)

    def first_to_go(self, limit: int) -> list[tuple[str, str, int]]:
        """As `oldest`: of those in uncommon sizes, where these have more than their part; else of all."""
        if not self.uncommon_have_more():
            return self.oldest(limit)
        uncommon = "SELECT photoid, name, bytes FROM entries WHERE uncommon ORDER BY used LIMIT ?"
        return self._execute(uncommon, (limit,)).fetchall()

    def of_photo(self, photoid: str, keep_version: str | None, limit: int) -> list[tuple[str, str, int]]:
        """Photoid, name and bytes of a photo's renders, but for those of one version."""
        return self._execute(
            "SELECT photoid, name, bytes FROM entries WHERE photoid = ? AND version IS NOT ? LIMIT ?",
            (photoid, keep_version, limit),
        ).fetchall()

    def page(self, after: int, limit: int) -> list[tuple[int, str, str]]:
        """Id, photoid and name of the rows that follow the one with the id `after`."""
        return self._execute(
            "SELECT id, photoid, name FROM entries WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
        ).fetchall()

    def sizes(self, limit: int) -> list[Size]:
        """The most frequent sizes, with how many entries and bytes there are of each."""
        return [
            Size(*row)
            for row in self._execute(
                "SELECT width, height, count(*), sum(bytes) FROM entries GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ?",
                (limit,),
            )
        ]

    def add_counts(self, counts: Mapping[Count, int]) -> None:
        """Adds to the look-ups by tier and result."""
        self._executemany(COUNT, [(*name, count) for name, count in counts.items()])

    def counts(self) -> dict[Count, int]:
        """All look-ups so far, by tier and result."""
        return {(tier, result): count for tier, result, count in self._execute("SELECT * FROM counts")}

    def is_sound(self) -> bool:
        """Whether SQLite finds no damage; reads everything."""
        found: tuple[str] = self._execute("PRAGMA quick_check(1)").fetchone()
        return found == ("ok",)
