"""Writes down what was read of a file: which id it has, and whether it is new, changed or moved.

Every function here runs in a transaction of the caller's that writes.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    delete,
    exists,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from catalog import names, photoid
from catalog.metadata import NOTHING, READER, Header, Metadata, reading_setup
from catalog.scan import missing as missing_photos
from catalog.schema import details, folders, missing, photos, read_failures, roots, texts
from catalog.search import words

Outcome = Literal["added", "changed", "moved", "returned", "unchanged"]

# Statements that run for every photo: building one costs more than running it.
ROOT, PATH = bindparam("root", type_=photos.c.root_id.type), bindparam("place", type_=photos.c.path.type)
HERE = (photos.c.root_id == ROOT) & (photos.c.path == PATH)
FAILED = (read_failures.c.root_id == ROOT) & (read_failures.c.path == PATH)
SEEN = ("bytes", "mtime_ns", "width", "height", "format")
KNOWN = (
    select(
        roots.c.alias,
        *(photos.c[name] for name in ("number", "content_id", *SEEN, "rating", "reader")),
        exists().select_from(missing).label("some_missing"),
        read_failures.c.path.is_not(None).label("failed"),
        read_failures.c.photoid.label("was"),
    )
    .select_from(roots.outerjoin(photos, HERE).outerjoin(read_failures, FAILED))
    .where(roots.c.id == ROOT)
)
MENDED = delete(read_failures).where(FAILED)
ALIKE = select(photos.c.number).where(photos.c.content_id == bindparam("content_id")).limit(1)
TAKEN, KEPT = (select(table.c.photoid).where(table.c.photoid == bindparam("photoid")) for table in (photos, missing))
FOLDER = upsert(folders).on_conflict_do_nothing()
FOLDER_ID = select(folders.c.id).where(folders.c.name == bindparam("folder")).scalar_subquery()
ADD, ADD_TEXTS = insert(photos).values(folder_id=FOLDER_ID), insert(texts)
# Another content of the same size and time, as tools leave it that keep dates.
UNTOLD = and_(
    photos.c.bytes == bindparam("size"),
    photos.c.mtime_ns == bindparam("time"),
    or_(photos.c.content_id != bindparam("content"), bindparam("edited", type_=Boolean)),
)
CHANGE = (
    update(photos)
    .where(photos.c.number == bindparam("known"))
    .values(folder_id=FOLDER_ID, edits=photos.c.edits + case((UNTOLD, 1), else_=0))
)
TOUCHED = update(photos).where(photos.c.number == bindparam("known"))
CHANGE_TEXTS = update(texts).where(texts.c.number == bindparam("known"))
FORGET_DETAILS = delete(details).where(details.c.number == bindparam("known"))
ADD_DETAILS = insert(details)
DETAILS = tuple(name for name in Metadata.__slots__ if name != "rating")
DESCRIBED = select(*(details.c[name] for name in DETAILS)).where(details.c.number == bindparam("known"))


def photo(connection: Connection, root_id: int, path: str, header: Header, gone: ColumnElement[bool]) -> Outcome:
    """Puts a photo that was read into the catalogue; `gone` says of a row of `photos` that its file is not there.

    A file of the content (or with the XMP id) of one that is gone or missing is that one, moved or returned. Otherwise
    a file that was known at this path keeps its id, whatever is in it now, also where it was missing meanwhile.
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
            missing_photos.keep(connection, _here(root_id, path))
            _change(connection, moved, row, header.metadata)
            return "moved"
    kept = known.was is not None and not _taken(connection, known.was, some_missing=known.some_missing)
    if known.some_missing and known.content_id != header.content_id and not kept:
        back = missing_photos.found(connection, root_id, path, header, by_place=known.number is None)
        if back is not None:
            if known.number is not None:
                missing_photos.keep(connection, _here(root_id, path))
            _add(connection, back.photoid, row | {"edits": _edits(back, header)}, header.metadata)
            missing_photos.back(connection, back.photoid)
            return "returned"
    if known.number is not None:
        alike = all(getattr(known, name) == row[name] for name in (*SEEN, "content_id"))
        if alike and known.reader == READER and _described(connection, known.number, known.rating) == header.metadata:
            # A mode, the name of a folder above, a backup: whatever it was, the photo is what it was.
            connection.execute(TOUCHED, {"known": known.number, "ctime_ns": header.ctime_ns, "inode": header.inode})
            return "unchanged"
        # The content id does not see all of a large file: what is read of it may be another all the same.
        _change(connection, known.number, row, header.metadata, edited=known.reader == READER)
        return "changed"
    chosen = known.was if kept else _free(connection, header, some_missing=known.some_missing)
    _add(connection, chosen, row, header.metadata)
    return "added"


def _here(root_id: int, path: str) -> ColumnElement[bool]:
    return (photos.c.root_id == root_id) & (photos.c.path == path)


def _described(connection: Connection, number: int, rating: int) -> Metadata:
    """What is known of a photo."""
    described = connection.execute(DESCRIBED, {"known": number}).one_or_none()
    return replace(NOTHING if described is None else Metadata(**described._mapping), rating=rating)


def _edits(back: Row[Any], header: Header) -> int:
    """The count of untold changes of a photo that has returned."""
    told = (back.bytes, back.mtime_ns) != (header.bytes, header.mtime_ns) or back.content_id == header.content_id
    return int(back.edits) + (not told)


def failure(
    connection: Connection, root_id: int, path: str, reason: str, read: Mapping[str, int] | None = None
) -> None:
    """Lists a file that can't be read; `read` is the file as it was seen, where that need not be tried again.

    A photo that was known there leaves the catalogue; its id is kept for the day when the file is mended.
    """
    gone = delete(photos).where(photos.c.root_id == root_id, photos.c.path == path).returning(photos.c.photoid)
    was = connection.execute(gone).scalar_one_or_none()
    _list(connection, root_id, path, reason, {**(read or {}), **({} if was is None else {"photoid": was})})


def refusal(connection: Connection, root_id: int, path: str, header: Header) -> None:
    """Lists a file that was read and is a photo of the catalogue, but none that can be rendered, as its header says."""
    read = {name: getattr(header, name) for name in ("bytes", "mtime_ns", "ctime_ns", "inode")}
    _list(connection, root_id, path, header.refused, read)


def trouble(connection: Connection, root_id: int, path: str, reason: str) -> None:
    """Lists what a disk, a network or a permission keeps from being read for now: what is known of it stays."""
    _list(connection, root_id, path, reason, {})


def _list(connection: Connection, root_id: int, path: str, reason: str, more: Mapping[str, Any]) -> None:
    row: dict[str, Any] = {"bytes": None, "mtime_ns": None, "ctime_ns": None, "inode": None}
    row |= {"reason": reason, "setup": reading_setup(), **more}
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


def _free(connection: Connection, header: Header, *, some_missing: bool) -> str:
    """The id for a file that is seen for the first time."""
    base = header.photoid or header.content_id
    if not _taken(connection, base, some_missing=some_missing):
        return base
    raw = photoid.decode(base)
    candidates = (photoid.encode(photoid.derived(raw, counter)) for counter in count(1))
    # Ever more at a time: there are libraries with thousands of copies of one file.
    size = 1
    while True:
        some = list(islice(candidates, size))
        both = (select(table.c.photoid).where(table.c.photoid.in_(some)) for table in (photos, missing))
        taken = set(connection.execute(union_all(*both)).scalars())
        if len(taken) < size:
            return next(each for each in some if each not in taken)
        size = min(size * 10, 1000)


def _taken(connection: Connection, candidate: str, *, some_missing: bool) -> bool:
    """Whether a photo has that id, or one that is missing, if any is."""
    asked = (TAKEN, KEPT) if some_missing else (TAKEN,)
    return any(connection.execute(each, {"photoid": candidate}).first() is not None for each in asked)


def _add(connection: Connection, chosen: str, row: dict[str, Any], known: Metadata) -> None:
    folder = _folder(connection, row)
    number = connection.execute(ADD, {"photoid": chosen, "folder": folder, **row}).lastrowid
    connection.execute(ADD_TEXTS, {"number": number, **words.texts(row["path"], row["created"], known)})
    _describe(connection, number, known)


def _change(connection: Connection, number: int, row: dict[str, Any], known: Metadata, *, edited: bool = False) -> None:
    """`edited`: its content is another, even if that can't be told by the content id."""
    untold = {"size": row["bytes"], "time": row["mtime_ns"], "content": row["content_id"], "edited": edited}
    connection.execute(CHANGE, {"known": number, "folder": _folder(connection, row), **untold, **row})
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
    read = ("content_id", "bytes", "mtime_ns", "ctime_ns", "inode", "width", "height", "format", "created")
    return {name: getattr(header, name) for name in read} | {"rating": header.metadata.rating, "reader": READER}
