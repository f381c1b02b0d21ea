"""Writes down what was read of a file: which id it has, and whether it is new, changed or moved.

Every function here runs in a transaction of the caller's that writes.
"""

from datetime import UTC, datetime
from itertools import count, islice
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from catalog import photoid
from catalog.metadata import Header
from catalog.schema import failures, photos

Outcome = Literal["added", "changed", "moved"]


def photo(connection: Connection, root_id: int, path: str, header: Header, gone: ColumnElement[bool]) -> Outcome:
    """Puts a photo that was read into the catalogue; `gone` says of a row of `photos` that its file is not there.

    A file of the content (or with the XMP id) of one that is gone is that one, moved. Otherwise a file that was
    known at this path keeps its id, whatever is in it now.
    """
    here = (photos.c.root_id == root_id) & (photos.c.path == path)
    old = connection.execute(select(photos.c.photoid, photos.c.content_id).where(here)).one_or_none()
    was = connection.execute(
        delete(failures).where(failures.c.root_id == root_id, failures.c.path == path).returning(failures.c.photoid)
    ).scalar_one_or_none()
    if old is None or old.content_id != header.content_id:
        moved = _moved(connection, header, gone)
        if moved is not None:
            # What was at this path before was overwritten.
            connection.execute(delete(photos).where(here))
            _update(connection, moved, root_id, path, header)
            return "moved"
    if old is not None:
        _update(connection, old.photoid, root_id, path, header)
        return "changed"
    chosen = was if was is not None and not _taken(connection, was) else _free(connection, header)
    connection.execute(insert(photos), {"photoid": chosen, **_columns(root_id, path, header)})
    return "added"


def failure(
    connection: Connection, root_id: int, path: str, reason: str, read: tuple[int | None, int | None] = (None, None)
) -> None:
    """Lists a file that can't be read; `read` is its size and time of change, where that need not be tried again.

    A photo that was known there leaves the catalogue; its id is kept for the day when the file is mended.
    """
    gone = delete(photos).where(photos.c.root_id == root_id, photos.c.path == path).returning(photos.c.photoid)
    was = connection.execute(gone).scalar_one_or_none()
    row = {"bytes": read[0], "mtime_ns": read[1], "reason": reason}
    if was is not None:
        row["photoid"] = was
    since = f"{datetime.now(UTC):%FT%TZ}"
    new = upsert(failures).values(root_id=root_id, path=path, since=since, **row)
    connection.execute(new.on_conflict_do_update(index_elements=["root_id", "path"], set_=row))


def _moved(connection: Connection, header: Header, gone: ColumnElement[bool]) -> str | None:
    """The id of the photo that this file was, where it stood elsewhere until now."""
    # Most new photos are like none that is known: found out by a query that is cheap to build.
    alike = select(photos.c.photoid).where(photos.c.content_id == header.content_id).limit(1)
    if header.photoid is None and connection.execute(alike).first() is None:
        return None
    same = select(photos.c.photoid).where(photos.c.content_id == header.content_id, gone)
    found = connection.execute(same.order_by(photos.c.root_id, photos.c.path).limit(1)).scalar_one_or_none()
    if found is None and header.photoid is not None:
        marked = select(photos.c.photoid).where(photos.c.photoid == header.photoid, gone)
        found = connection.execute(marked).scalar_one_or_none()
    return found


def _free(connection: Connection, header: Header) -> str:
    """The id for a file that is seen for the first time."""
    base = header.photoid or header.content_id
    if not _taken(connection, base):
        return base
    raw = photoid.decode(base)
    candidates = (photoid.encode(photoid.derived(raw, counter)) for counter in count(1))
    # Ever more at a time: there are libraries with thousands of copies of one file.
    size = 1
    while True:
        some = list(islice(candidates, size))
        taken = set(connection.execute(select(photos.c.photoid).where(photos.c.photoid.in_(some))).scalars())
        if len(taken) < size:
            return next(each for each in some if each not in taken)
        size = min(size * 10, 1000)


def _taken(connection: Connection, candidate: str) -> bool:
    return connection.execute(select(photos.c.photoid).where(photos.c.photoid == candidate)).first() is not None


def _update(connection: Connection, chosen: str, root_id: int, path: str, header: Header) -> None:
    connection.execute(update(photos).where(photos.c.photoid == chosen).values(_columns(root_id, path, header)))


def _columns(root_id: int, path: str, header: Header) -> dict[str, object]:
    names = ("content_id", "bytes", "mtime_ns", "width", "height", "format", "created")
    return {"root_id": root_id, "path": path} | {name: getattr(header, name) for name in names}
