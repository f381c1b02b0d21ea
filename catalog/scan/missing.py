"""Photos whose files have vanished: kept out of sight for a while, and known again when they come back.

Every function here that changes something runs in a transaction of the caller's that writes.
"""

import time
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, literal, select
from sqlalchemy.sql.elements import ColumnElement

from catalog.metadata import Header
from catalog.schema import missing, photos

DAY = 86_400  # seconds
KEPT = ("photoid", "content_id", "root_id", "path", "bytes", "mtime_ns", "edits", "created")


def keep(connection: Connection, which: ColumnElement[bool]) -> int:
    """Takes photos out of the catalogue, as their files have vanished, and keeps what tells them again; gives how many.

    What hangs on their ids stays: galleries, jobs, what failed. `which` is of rows of `photos`.
    """
    columns = (photos.c[name] for name in KEPT)
    those = select(*columns, literal(int(time.time()))).where(which)
    connection.execute(insert(missing).prefix_with("OR REPLACE").from_select([*KEPT, "since"], those))
    return connection.execute(delete(photos).where(which)).rowcount


def found(connection: Connection, root_id: int, path: str, header: Header, *, by_place: bool) -> Row[Any] | None:
    """The photo that this file was when it vanished, a row of `missing`; None where it is a new one.

    It is the one of its content, at best in its old place, or of the id that its XMP carries. With `by_place`, else
    what was in this place, whatever it holds now: but not where both say when they were taken, and that differs. A
    camera that begins to count anew gives its names once more, and a gallery must not come to show another photo.
    """
    columns = missing.c
    here = (columns.root_id == root_id) & (columns.path == path)
    query = select(missing).order_by(here.desc(), columns.since.desc()).limit(1)
    row = connection.execute(query.where(columns.content_id == header.content_id)).first()
    if row is None and header.photoid is not None:
        row = connection.execute(query.where(columns.photoid == header.photoid)).first()
    if row is None and by_place:
        row = connection.execute(query.where(here)).first()
        if row is not None and not _may_be(row, header):
            return None
    return row


def back(connection: Connection, photoid: str) -> None:
    """The photo is in the catalogue again."""
    connection.execute(delete(missing).where(missing.c.photoid == photoid))


def forget(connection: Connection, root_id: int, first: str, last: str) -> None:
    """What is missing of these paths will not come back."""
    inside = (missing.c.path >= first) & (missing.c.path < last)
    connection.execute(delete(missing).where(missing.c.root_id == root_id, inside))


def expire(connection: Connection, days: float) -> None:
    """What has been missing for so long is gone for good."""
    connection.execute(delete(missing).where(missing.c.since <= time.time() - days * DAY))


def _may_be(row: Row[Any], header: Header) -> bool:
    """Whether a file may be the photo that was in its place."""
    dates = [(row.created, row.mtime_ns), (header.created, header.mtime_ns)]
    own = {created for created, mtime_ns in dates if created != _local(mtime_ns)}
    return len(own) < 2


def _local(mtime_ns: int) -> str:
    """A time of change as the catalogue has it where a photo does not say when it was taken."""
    try:
        return datetime.fromtimestamp(mtime_ns // 10**9).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
