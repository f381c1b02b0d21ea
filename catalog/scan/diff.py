"""What a scan saw, beside what the catalogue knows: temporary tables, compared by SQL.

So a million photos need no more memory than a few, and nobody who reads the catalogue is held up.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from catalog.files import identity_of, is_empty
from catalog.metadata import READER, reading_setup
from catalog.scan.walk import WHOLE, Entry, Found, Part, WalkFailure
from catalog.schema import folders, photos, read_failures, roots
from catalog.schema.types import FsPath

BEYOND = "\udcff" * 256
"""Behind every path: no name has more than 255 bytes."""

_temporary = MetaData()


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(name, _temporary, *columns, prefixes=["TEMPORARY"])


def _key(name: str, kind: type[Integer] | type[FsPath]) -> Column[object]:
    return Column(name, kind, primary_key=True, nullable=False, autoincrement=False)


# What was walked, as ranges of paths, which are compared as bytes: from `first` on, before `last`.
walked = _table("walked", _key("root_id", Integer), _key("first", FsPath), Column("last", FsPath))
seen = _table(
    "seen", _key("root_id", Integer), _key("path", FsPath), Column("bytes", Integer), Column("mtime_ns", Integer)
)
walk_failures = _table(
    "walk_failures", _key("root_id", Integer), _key("path", FsPath), Column("reason", Text), Column("folder", Integer)
)
todo = _table("todo", Column("number", Integer, primary_key=True), Column("root_id", Integer), Column("path", FsPath))


@dataclass(frozen=True, slots=True)
class Todo:
    """A file that must be read: new, or not as the catalogue knows it."""

    number: int
    root_id: int
    path: str


def begin(connection: Connection) -> None:
    """Empty temporary tables, whatever an earlier scan left in this connection."""
    with connection.begin():
        _temporary.drop_all(connection)
        _temporary.create_all(connection)


def add(connection: Connection, root_id: int, found: Iterable[Found]) -> None:
    """Notes what a walk found in a root."""
    files, ill = list[dict[str, object]](), list[dict[str, object]]()
    for each in found:
        if isinstance(each, Entry):
            files.append({"root_id": root_id, "path": each.path, "bytes": each.bytes, "mtime_ns": each.mtime_ns})
        elif isinstance(each, WalkFailure):
            ill.append({"root_id": root_id, "path": each.path, "reason": each.reason, "folder": each.folder})
    with connection.begin():
        for table, rows in ((seen, files), (walk_failures, ill)):
            if rows:
                connection.execute(insert(table).prefix_with("OR REPLACE"), rows)


def close_root(connection: Connection, root_id: int, parts: Iterable[Part] = (WHOLE,)) -> None:
    """The walk of these parts of that root came to its end."""
    rows = [{"root_id": root_id, **dict(zip(("first", "last"), _range(part), strict=True))} for part in parts]
    with connection.begin():
        connection.execute(insert(walked), rows)


def _range(part: Part) -> tuple[str, str]:
    """The paths of a part: from the first on, before the last."""
    if part == WHOLE:
        return "", BEYOND
    # No name holds a NUL, and what follows the slash is the 0.
    return (f"{part.path}/", f"{part.path}0") if part.deep else (part.path, f"{part.path}\0")


def miss(connection: Connection, content_id: str, paths: Mapping[int, Path]) -> None:
    """Photos of that content whose files are not there count as walked, and so as gone. `paths` are roots that may be
    looked at, by id.
    """
    query = select(photos.c.root_id, photos.c.path).where(photos.c.content_id == content_id)
    with connection.begin():
        twins = connection.execute(query).all()
    for root_id, path in twins:
        root = paths.get(root_id)
        # A root that is not there, or empty, may be a disk that is not mounted.
        if root is not None and identity_of(root) and not is_empty(root) and not os.path.lexists(root / path):
            with connection.begin():
                some = {"root_id": root_id, "first": path, "last": _range(Part(path, deep=False))[1]}
                connection.execute(insert(walked).prefix_with("OR IGNORE"), some)


def forget_root(connection: Connection, root_id: int) -> None:
    """The root went away during the scan: what was seen of it says nothing about what was not."""
    with connection.begin():
        connection.execute(delete(walked).where(walked.c.root_id == root_id))


def forget(connection: Connection, item: Todo) -> None:
    """The file has vanished since the walk. The caller has a transaction open."""
    connection.execute(delete(seen).where(seen.c.root_id == item.root_id, seen.c.path == item.path))


def compare(connection: Connection) -> tuple[int, int]:
    """Fills `todo` in the order of alias and path; gives (files to be read, files that are as they were)."""
    known = exists().where(*_same(photos), photos.c.reader == READER)
    failed = exists().where(*_same(read_failures), read_failures.c.setup == reading_setup())
    with connection.begin():
        fresh = (
            select(seen.c.root_id, seen.c.path)
            .join(roots, roots.c.id == seen.c.root_id)
            .where(~known, ~failed)
            .order_by(roots.c.alias, seen.c.path)
        )
        connection.execute(insert(todo).from_select(["root_id", "path"], fresh))
        count = connection.execute(select(func.count()).select_from(todo)).scalar_one()
        same = connection.execute(select(func.count()).select_from(seen).where(known)).scalar_one()
    return count, same


def batch(connection: Connection, after: int, limit: int) -> list[Todo]:
    """The next files to be read, behind that number."""
    query = select(todo).where(todo.c.number > after).order_by(todo.c.number).limit(limit)
    with connection.begin():
        return [Todo(*row) for row in connection.execute(query)]


def gone() -> ColumnElement[bool]:
    """Of a row of `photos`: its file was not seen where it should have been.

    It is in a part that was walked, and not below a folder that could not be listed; or the settings no longer name its
    root.
    """
    inactive = photos.c.root_id.in_(select(roots.c.id).where(~roots.c.active))
    return or_(inactive, exists().where(*_inside(photos, walked.c)) & _unseen(photos))


def sweep(connection: Connection) -> int:
    """Removes photos and failures that are no longer there, in a transaction of the caller's; gives how many photos.

    So go folders in which no photo is left.
    """
    found, known = walk_failures.c, read_failures.c
    still_ill = exists().where(found.root_id == known.root_id, found.path == known.path)
    removed = 0
    # One part after the other, so that each is found by the index: a file that was edited costs no look at all others.
    for part in connection.execute(select(walked)).all():
        mended = (*_inside(read_failures, part), _unseen(read_failures), ~still_ill)
        connection.execute(delete(read_failures).where(*mended))
        removed += connection.execute(delete(photos).where(*_inside(photos, part), _unseen(photos))).rowcount
    connection.execute(delete(folders).where(~exists().where(photos.c.folder_id == folders.c.id)))
    return removed


def _same(table: Table) -> tuple[ColumnElement[bool], ...]:
    """A row of that table for the same file, as it was seen."""
    return tuple(table.c[name] == seen.c[name] for name in ("root_id", "path", "bytes", "mtime_ns"))


def _inside(table: Table, part: Any) -> tuple[ColumnElement[bool], ...]:
    """A row of that table is in a part: a row of `walked`, or its columns."""
    return table.c.root_id == part.root_id, table.c.path >= part.first, table.c.path < part.last


def _unseen(table: Table) -> ColumnElement[bool]:
    there = exists().where(seen.c.root_id == table.c.root_id, seen.c.path == table.c.path)
    # Paths are compared as bytes: "a/" and whatever begins with it. The root itself is the empty path.
    path, folder = cast(table.c.path, LargeBinary), cast(walk_failures.c.path, LargeBinary)
    below = or_(
        func.length(folder) == 0,
        func.substr(path, 1, func.length(folder) + 1) == cast(folder.op("||")(b"/"), LargeBinary),
    )
    hidden = exists().where(walk_failures.c.root_id == table.c.root_id, walk_failures.c.folder == 1, below)
    return ~there & ~hidden


def as_seen(connection: Connection, item: Todo) -> tuple[int, int]:
    """A file's size and time of change, as the walk saw them: where they differ later, it is read again."""
    query = select(seen.c.bytes, seen.c.mtime_ns).where(seen.c.root_id == item.root_id, seen.c.path == item.path)
    size, mtime_ns = connection.execute(query).one()
    return size, mtime_ns


def all_walk_failures(connection: Connection) -> list[tuple[int, str, str]]:
    """What could not be walked: root, path, reason."""
    query = select(walk_failures.c.root_id, walk_failures.c.path, walk_failures.c.reason)
    return [(root_id, path, reason) for root_id, path, reason in connection.execute(query)]
