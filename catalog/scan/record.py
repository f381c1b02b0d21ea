"""Writes down what was read of a file: which id it has, and whether it is new, changed or moved.

Every function here runs in a transaction of the caller's that writes.
"""

from datetime import UTC, datetime
from itertools import count, islice
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from catalog import names, photoid
from catalog.metadata import READER, Header, Metadata, reading_setup
from catalog.schema import details, folders, photos, read_failures, roots, texts
from catalog.search import words

Outcome = Literal["added", "changed", "moved"]

# Statements that run for every photo: building one costs more than running it.
ROOT, PATH = bindparam("root", type_=photos.c.root_id.type), bindparam("place", type_=photos.c.path.type)
HERE = (photos.c.root_id == ROOT) & (photos.c.path == PATH)
FAILED = (read_failures.c.root_id == ROOT) & (read_failures.c.path == PATH)
KNOWN = (
    select(
        roots.c.alias,
        photos.c.number,
        photos.c.content_id,
        read_failures.c.path.is_not(None).label("failed"),
        read_failures.c.photoid.label("was"),
    )
    .select_from(roots.outerjoin(photos, HERE).outerjoin(read_failures, FAILED))
    .where(roots.c.id == ROOT)
)
MENDED = delete(read_failures).where(FAILED)
OVERWRITTEN = delete(photos).where(HERE)
ALIKE = select(photos.c.number).where(photos.c.content_id == bindparam("content_id")).limit(1)
TAKEN = select(photos.c.number).where(photos.c.photoid == bindparam("photoid"))
FOLDER = upsert(folders).on_conflict_do_nothing()
FOLDER_ID = select(folders.c.id).where(folders.c.name == bindparam("folder")).scalar_subquery()
ADD, ADD_TEXTS = insert(photos).values(folder_id=FOLDER_ID), insert(texts)
CHANGE = update(photos).where(photos.c.number == bindparam("known")).values(folder_id=FOLDER_ID)
CHANGE_TEXTS = update(texts).where(texts.c.number == bindparam("known"))
FORGET_DETAILS = delete(details).where(details.c.number == bindparam("known"))
ADD_DETAILS = insert(details)
DETAILS = tuple(name for name in Metadata.__slots__ if name != "rating")
NOTHING = Metadata()


def photo(connection: Connection, root_id: int, path: str, header: Header, gone: ColumnElement[bool]) -> Outcome:
    """Puts a photo that was read into the catalogue; `gone` says of a row of `photos` that its file is not there.

    A file of the content (or with the XMP id) of one that is gone is that one, moved. Otherwise a file that was
    known at this path keeps its id, whatever is in it now.
    """
    here = {"root": root_id, "place": path}
    known = connection.execute(KNOWN, here).one()
    if known.failed:
        connection.execute(MENDED, here)
    row = {"root_id": root_id, **placed(known.alias, path), **_columns(header)}
    if known.content_id != header.content_id:
        moved = _moved(connection, header, gone)
        if moved is not None:
            # What was at this path before was overwritten.
            connection.execute(OVERWRITTEN, here)
            _change(connection, moved, row, header.metadata)
            return "moved"
    if known.number is not None:
        _change(connection, known.number, row, header.metadata)
        return "changed"
    kept = known.was is not None and not _taken(connection, known.was)
    _add(connection, known.was if kept else _free(connection, header), row, header.metadata)
    return "added"


def failure(
    connection: Connection, root_id: int, path: str, reason: str, read: tuple[int | None, int | None] = (None, None)
) -> None:
    """Lists a file that can't be read; `read` is its size and time of change, where that need not be tried again.

    A photo that was known there leaves the catalogue; its id is kept for the day when the file is mended.
    """
    gone = delete(photos).where(photos.c.root_id == root_id, photos.c.path == path).returning(photos.c.photoid)
    was = connection.execute(gone).scalar_one_or_none()
    row = {"bytes": read[0], "mtime_ns": read[1], "reason": reason, "setup": reading_setup()}
    if was is not None:
        row["photoid"] = was
    _list(connection, root_id, path, row)


def refusal(connection: Connection, root_id: int, path: str, header: Header) -> None:
    """Lists a file that was read and is a photo of the catalogue, but none that can be rendered, as its header says."""
    row = {"bytes": header.bytes, "mtime_ns": header.mtime_ns, "reason": header.refused, "setup": reading_setup()}
    _list(connection, root_id, path, row)


def _list(connection: Connection, root_id: int, path: str, row: dict[str, Any]) -> None:
    since = f"{datetime.now(UTC):%FT%TZ}"
    new = upsert(read_failures).values(root_id=root_id, path=path, since=since, **row)
    connection.execute(new.on_conflict_do_update(index_elements=["root_id", "path"], set_=row))


def _moved(connection: Connection, header: Header, gone: ColumnElement[bool]) -> int | None:
    """The number of the photo that this file was, where it stood elsewhere until now."""
    # Most new photos are like none that is known.
    if header.photoid is None and connection.execute(ALIKE, {"content_id": header.content_id}).first() is None:
        return None
    same = select(photos.c.number).where(photos.c.content_id == header.content_id, gone)
    found = connection.execute(same.order_by(photos.c.root_id, photos.c.path).limit(1)).scalar_one_or_none()
    if found is None and header.photoid is not None:
        marked = select(photos.c.number).where(photos.c.photoid == header.photoid, gone)
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
    return connection.execute(TAKEN, {"photoid": candidate}).first() is not None


def _add(connection: Connection, chosen: str, row: dict[str, Any], known: Metadata) -> None:
    folder = _folder(connection, row)
    number = connection.execute(ADD, {"photoid": chosen, "folder": folder, **row}).lastrowid
    connection.execute(ADD_TEXTS, {"number": number, **words.texts(row["path"], row["created"], known)})
    _describe(connection, number, known)


def _change(connection: Connection, number: int, row: dict[str, Any], known: Metadata) -> None:
    folder = _folder(connection, row)
    connection.execute(CHANGE, {"known": number, "folder": folder, **row})
    connection.execute(CHANGE_TEXTS, {"known": number, **words.texts(row["path"], row["created"], known)})
    connection.execute(FORGET_DETAILS, {"known": number})
    _describe(connection, number, known)


def _describe(connection: Connection, number: int, known: Metadata) -> None:
    """Writes down what is known; of many a photo that is nothing."""
    if known != NOTHING:
        connection.execute(ADD_DETAILS, {"number": number, **{name: getattr(known, name) for name in DETAILS}})


def placed(alias: str, path: str) -> dict[str, Any]:
    """The columns that say where a photo is, and where in the order of names."""
    keys = {"path_key": names.order(path), "name_key": names.order(path.rpartition("/")[2])}
    return {"alias": alias, "path": path, **keys}


def _folder(connection: Connection, row: dict[str, Any]) -> str:
    """The photo's folder, which the catalogue knows from now on."""
    name = words.folder(row["alias"], row["path"])
    connection.execute(FOLDER, {"name": name})
    return name


def _columns(header: Header) -> dict[str, Any]:
    read = ("content_id", "bytes", "mtime_ns", "width", "height", "format", "created")
    return {name: getattr(header, name) for name in read} | {"rating": header.metadata.rating, "reader": READER}
