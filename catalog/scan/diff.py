"""What a scan saw, beside what the catalogue knows: temporary tables, compared by SQL.

So a million photos need no more memory than a few, and nobody who reads the catalogue is held up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from catalog.metadata import READER, reading_setup
from catalog.scan.walk import WHOLE, Entry, Found, Mount, Part, PassedOver, WalkFailure
from catalog.schema import folders, photos, read_failures, roots
from catalog.schema.types import FsPath

AS_SEEN = ("bytes", "mtime_ns", "ctime_ns", "inode")
"""What a walk sees of a file."""

BEYOND = "\udcff" * 256
"""Behind every path: no name has more than 255 bytes."""

_temporary = MetaData()


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(name, _temporary, *columns, prefixes=["TEMPORARY"])


def _key(name: str, kind: type[Integer] | type[FsPath]) -> Column[object]:
    return Column(name, kind, primary_key=True, nullable=False, autoincrement=False)


def _numbers(*names: str) -> list[Column[object]]:
    return [Column(name, Integer) for name in names]


# What was walked, as ranges of paths, which are compared as bytes: from `first` on, before `last`.
walked = _table("walked", _key("root_id", Integer), _key("first", FsPath), Column("last", FsPath))
seen = _table("seen", _key("root_id", Integer), _key("path", FsPath), *_numbers(*AS_SEEN))
walk_failures = _table(
    "walk_failures",
    _key("root_id", Integer),
    _key("path", FsPath),
    Column("reason", Text),
    Column("folder", Integer),
    Column("passing", Integer),
)
# What lies below folders that are left out, as ranges of paths.
passed_over = _table("passed_over", _key("root_id", Integer), _key("first", FsPath), Column("last", FsPath))
todo = _table(
    "todo",
    Column("number", Integer, primary_key=True),
    Column("root_id", Integer),
    Column("path", FsPath),
    Column("by_inode", Integer),
)
# Photos whose files are not where they were. `left_out`: since their folder is left out by now.
vanished = _table(
    "vanished",
    Column("number", Integer, primary_key=True),
    Column("root_id", Integer, index=True),
    Column("left_out", Integer),
)


@dataclass(frozen=True, slots=True)
class Todo:
    """A file that must be read: new, or not as the catalogue knows it. `by_inode`: nothing but its inode is another."""

    number: int
    root_id: int
    path: str
    by_inode: bool = False


def begin(connection: Connection) -> None:
    """Empty temporary tables, whatever an earlier scan left in this connection."""
    with connection.begin():
        _temporary.drop_all(connection)
        _temporary.create_all(connection)


def add(connection: Connection, root_id: int, found: Iterable[Found]) -> list[Mount]:
    """Notes what a walk found in a root; gives the mounts among it."""
    files = list[dict[str, object]]()
    rows: dict[Table, list[dict[str, object]]] = {seen: files, walk_failures: [], passed_over: []}
    mounts = list[Mount]()
    for each in found:
        if isinstance(each, Entry):
            files.append(
                {
                    "root_id": root_id,
                    "path": each.path,
                    "bytes": each.bytes,
                    "mtime_ns": each.mtime_ns,
                    "ctime_ns": each.ctime_ns,
                    "inode": each.inode,
                }
            )
        elif isinstance(each, WalkFailure):
            row: dict[str, object] = {
                "root_id": root_id,
                "path": each.path,
                "reason": each.reason,
                "folder": each.folder,
            }
            rows[walk_failures].append(row | {"passing": each.passing})
        elif isinstance(each, PassedOver):
            rows[passed_over].append({"root_id": root_id, **_columns(Part(each.path))})
        else:
            mounts.append(each)
    with connection.begin():
        for table, some in rows.items():
            if some:
                connection.execute(insert(table).prefix_with("OR REPLACE"), some)
    return mounts


def close_root(connection: Connection, root_id: int, parts: Iterable[Part] = (WHOLE,)) -> None:
    """The walk of these parts of that root came to its end."""
    rows = [{"root_id": root_id, **_columns(part)} for part in parts]
    with connection.begin():
        connection.execute(insert(walked), rows)


def pass_over(connection: Connection, root_id: int, part: Part) -> None:
    """What has vanished from a part of a root has done so on purpose."""
    with connection.begin():
        connection.execute(insert(passed_over).prefix_with("OR REPLACE"), {"root_id": root_id, **_columns(part)})


def _columns(part: Part) -> dict[str, object]:
    first, last = range_of(part)
    return {"first": first, "last": last}


def range_of(part: Part) -> tuple[str, str]:
    """The paths of a part: from the first on, before the last."""
    if part == WHOLE:
        return "", BEYOND
    # No name holds a NUL, and what follows the slash is the 0.
    return (f"{part.path}/", f"{part.path}0") if part.deep else (part.path, f"{part.path}\0")


def twins(connection: Connection, content_id: str) -> list[tuple[int, str]]:
    """Where photos of that content are, as the catalogue has it: root and path."""
    query = select(photos.c.root_id, photos.c.path).where(photos.c.content_id == content_id)
    with connection.begin():
        return [(root_id, path) for root_id, path in connection.execute(query)]


def close_path(connection: Connection, root_id: int, path: str) -> None:
    """That file is surely not there: it counts as walked."""
    row = {"root_id": root_id, **_columns(Part(path, deep=False))}
    with connection.begin():
        connection.execute(insert(walked).prefix_with("OR IGNORE"), row)


def known_in(connection: Connection, root_id: int, part: Part = WHOLE) -> int:
    """How many photos are known in a part of a root."""
    query = select(func.count()).select_from(photos).where(*_within(photos, root_id, part))
    with connection.begin():
        return connection.execute(query).scalar_one()


def shows_any(connection: Connection, root_id: int, part: Part = WHOLE) -> bool:
    """Whether the walk saw any photo that is known in a part of a root; or one that is new in the root, and may be such
    a photo, moved, as it has its size and its time of change.
    """
    here = exists().where(seen.c.root_id == photos.c.root_id, seen.c.path == photos.c.path)
    query = select(photos.c.number).where(*_within(photos, root_id, part), here).limit(1)
    others = photos.alias()
    new = ~exists().where(others.c.root_id == root_id, others.c.path == seen.c.path)
    alike = (
        select(photos.c.number)
        .join(seen, and_(seen.c.bytes == photos.c.bytes, seen.c.mtime_ns == photos.c.mtime_ns))
        .where(*_within(photos, root_id, part), seen.c.root_id == root_id, new)
        .limit(1)
    )
    with connection.begin():
        return any(connection.execute(each).first() is not None for each in (query, alike))


def hide(connection: Connection, root_id: int, part: Part = WHOLE, reason: str = "") -> None:
    """Whatever the walk saw of a part of a root says nothing: it is not read, and what is known of it stays.

    `reason` is listed as a failure, where one is given.
    """
    with connection.begin():
        connection.execute(delete(seen).where(*_within(seen, root_id, part)))
        if part == WHOLE:
            for table in (walked, walk_failures, passed_over):
                connection.execute(delete(table).where(table.c.root_id == root_id))
        else:
            row = {"root_id": root_id, "path": part.path, "reason": reason, "folder": True, "passing": True}
            connection.execute(insert(walk_failures).prefix_with("OR REPLACE"), row)


def forget_root(connection: Connection, root_id: int) -> None:
    """The root went away during the scan: what was seen of it says nothing about what was not."""
    with connection.begin():
        connection.execute(delete(walked).where(walked.c.root_id == root_id))


def forget(connection: Connection, item: Todo) -> None:
    """The file has vanished since the walk. The caller has a transaction open."""
    connection.execute(delete(seen).where(seen.c.root_id == item.root_id, seen.c.path == item.path))


def compare(connection: Connection) -> tuple[int, int]:
    """Fills `todo` in the order of alias and path; gives (files to be read, files that are as they were)."""
    with connection.begin():
        unstable = connection.execute(select(roots.c.id).where(~roots.c.stable)).scalars().all()
        same = (*_same(photos), photos.c.reader == READER)
        inode = photos.c.inode == seen.c.inode
        known = exists().where(*same, or_(inode, seen.c.root_id.in_(unstable)) if unstable else inode)
        failed = exists().where(*_same(read_failures), read_failures.c.setup == reading_setup())
        fresh = (
            select(seen.c.root_id, seen.c.path, exists().where(*same))
            .join(roots, roots.c.id == seen.c.root_id)
            .where(~known, ~failed)
            .order_by(roots.c.alias, seen.c.path)
        )
        connection.execute(insert(todo).from_select(["root_id", "path", "by_inode"], fresh))
        count = connection.execute(select(func.count()).select_from(todo)).scalar_one()
        unchanged = connection.execute(select(func.count()).select_from(seen).where(known)).scalar_one()
    return count, unchanged


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


def find_vanished(connection: Connection) -> None:
    """Fills `vanished`: photos in what was walked that were not seen, and are not behind a failure."""
    walks = select(walked)
    with connection.begin():
        # One part after the other, so that each is found by the index: a file that was edited costs no look at all
        # others.
        for part in connection.execute(walks).all():
            lost = select(photos.c.number, photos.c.root_id, literal(0)).where(*_inside(photos, part), _unseen(photos))
            new = insert(vanished).prefix_with("OR IGNORE").from_select(["number", "root_id", "left_out"], lost)
            connection.execute(new)
        if connection.execute(select(vanished).limit(1)).first() is None:
            return
        below = select(photos.c.number).join(passed_over, and_(*_inside(photos, passed_over.c)))
        connection.execute(update(vanished).where(vanished.c.number.in_(below)).values(left_out=1))


def vanished_of(connection: Connection, root_id: int) -> tuple[int, int]:
    """How many photos of a root have vanished, and how many because their folders are left out by now."""
    count = func.count()
    query = select(vanished.c.left_out, count).where(vanished.c.root_id == root_id).group_by(vanished.c.left_out)
    with connection.begin():
        found = {row.left_out: row[1] for row in connection.execute(query)}
    return found.get(0, 0), found.get(1, 0)


def known_until(connection: Connection, root_id: int, number: int) -> int:
    """How many photos there are in a root that had come by that number."""
    query = select(func.count()).select_from(photos).where(photos.c.root_id == root_id, photos.c.number <= number)
    with connection.begin():
        return connection.execute(query).scalar_one()


def last_number(connection: Connection) -> int:
    """The number of the photo that came last."""
    with connection.begin():
        return connection.execute(select(func.max(photos.c.number))).scalar_one() or 0


def hold(connection: Connection, root_id: int) -> None:
    """What has vanished from a root stays, but for what is left out."""
    with connection.begin():
        connection.execute(delete(vanished).where(vanished.c.root_id == root_id, vanished.c.left_out == 0))


def has_vanished() -> ColumnElement[bool]:
    """Of a row of `photos`: it has vanished, and is not held."""
    return photos.c.number.in_(select(vanished.c.number))


def sweep_failures(connection: Connection) -> None:
    """Removes failures of files that are no longer there, or that are as they were known before, and folders without a
    photo; in a transaction of the caller's.
    """
    found, known = walk_failures.c, read_failures.c
    still_ill = exists().where(found.root_id == known.root_id, found.path == known.path)
    for part in connection.execute(select(walked)).all():
        inside = _inside(read_failures, part)
        connection.execute(delete(read_failures).where(*inside, _unseen(read_failures), ~still_ill))
        # What was only away for a while, and was not edited meanwhile, is not read again.
        again = exists().where(todo.c.root_id == known.root_id, todo.c.path == known.path)
        photo = exists().where(photos.c.root_id == known.root_id, photos.c.path == known.path)
        there = exists().where(seen.c.root_id == known.root_id, seen.c.path == known.path)
        connection.execute(delete(read_failures).where(*inside, known.bytes.is_(None), there, photo, ~again))
    connection.execute(delete(folders).where(~exists().where(photos.c.folder_id == folders.c.id)))


def _same(table: Table) -> tuple[ColumnElement[bool], ...]:
    """A row of that table for the same file, as it was seen but for its inode."""
    return tuple(table.c[name] == seen.c[name] for name in ("root_id", "path", "bytes", "mtime_ns", "ctime_ns"))


def _inside(table: Table, part: Any) -> tuple[ColumnElement[bool], ...]:
    """A row of that table is in a part: a row of `walked`, or its columns."""
    return table.c.root_id == part.root_id, table.c.path >= part.first, table.c.path < part.last


def _within(table: Table, root_id: int, part: Part) -> tuple[ColumnElement[bool], ...]:
    first, last = range_of(part)
    return table.c.root_id == root_id, table.c.path >= first, table.c.path < last


def _unseen(table: Table) -> ColumnElement[bool]:
    there = exists().where(seen.c.root_id == table.c.root_id, seen.c.path == table.c.path)
    # Paths are compared as bytes: "a/" and whatever begins with it. The root itself is the empty path.
    path, ill = cast(table.c.path, LargeBinary), cast(walk_failures.c.path, LargeBinary)
    below = or_(
        func.length(ill) == 0,
        func.substr(path, 1, func.length(ill) + 1) == cast(ill.op("||")(b"/"), LargeBinary),
    )
    behind = and_(walk_failures.c.passing == 1, or_(path == ill, and_(walk_failures.c.folder == 1, below)))
    hidden = exists().where(walk_failures.c.root_id == table.c.root_id, behind)
    return ~there & ~hidden


def as_seen(connection: Connection, item: Todo) -> dict[str, int]:
    """A file as the walk saw it: where it is another one later, it is read again."""
    columns = (seen.c[name] for name in AS_SEEN)
    query = select(*columns).where(seen.c.root_id == item.root_id, seen.c.path == item.path)
    return dict(connection.execute(query).one()._mapping)


def all_walk_failures(connection: Connection) -> list[tuple[int, WalkFailure]]:
    """What could not be walked, with the id of its root."""
    names = ("root_id", "path", "reason", "folder", "passing")
    query = select(*(walk_failures.c[name] for name in names))
    return [
        (root_id, WalkFailure(path, reason, bool(folder), bool(passing)))
        for root_id, path, reason, folder, passing in connection.execute(query)
    ]
