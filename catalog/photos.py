"""The photos of the catalogue, as everyone reads them."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, Row, Select, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ColumnElement

from catalog import schema
from catalog.database import look_up
from catalog.errors import MalformedPhotoid, PhotoMissing
from catalog.kinds.damage import SENTENCES
from catalog.metadata import Metadata
from catalog.names import order
from catalog.photoid import decode, parse_photoid, source_version

__all__ = ["FailedFile", "MalformedPhotoid", "Photo", "PhotoMissing", "Photos", "parse_photoid", "source_version"]

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo: a file below a photo root.

    `root` is the root's alias, `path` the way below it; a name that is not UTF-8 has surrogate escapes in it.
    `width` and `height` are pixels as a person sees the photo, `format` is Pillow's name, `created` is
    `YYYY-MM-DDTHH:MM:SS` in the camera's own time; `edits` counts changes that kept `bytes` and `mtime_ns`.
    """

    photoid: str
    root: str
    path: str
    bytes: int
    mtime_ns: int
    width: int
    height: int
    format: str
    created: str
    edits: int = 0

    @property
    def version(self) -> str:
        """What stands for the file's content: see `source_version`."""
        return source_version(self.bytes, self.mtime_ns, self.edits)


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file (or a folder, or a link) that can't be read or rendered: why, and since when (UTC).

    `damage` is a word of `catalog.kinds.damage` where what there is of the photo is shown all the same, else empty.
    """

    root: str
    path: str
    reason: str
    since: str
    damage: str = ""


class Photos:
    """Reads the catalogue. Photos of roots that the settings no longer name are kept, but can't be seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_id(self, photoid: str) -> Photo:
        """The photo of that id.

        Raises:
            MalformedPhotoid: it can't be an id.
            PhotoMissing: there is none that can be seen.
        """
        known = parse_photoid(photoid)
        row = look_up(self._engine, _BY_ID, decode(known))
        if row is None:
            raise PhotoMissing(f"no photo {photoid}")
        _, root, path, *more = row
        return Photo(known, root, os.fsdecode(path), *more)

    def by_ids(self, photoids: Sequence[str]) -> dict[str, Photo]:
        """The photos of those ids that can be seen, by id."""
        found: dict[str, Photo] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(photoids), BATCH):
                some = visible().where(schema.photos.c.photoid.in_(photoids[start : start + BATCH]))
                found |= {row.photoid: photo_of(row) for row in connection.execute(some)}
        return found

    def metadata(self, photoids: Sequence[str]) -> dict[str, Metadata]:
        """What is known of those photos beside their pixels, by photo id; of ids that nothing is known of, nothing."""
        photos, details = schema.photos.c, schema.details.c
        columns = (photos.rating if name == "rating" else details[name] for name in Metadata.__slots__)
        query = select(photos.photoid, *columns).select_from(schema.photos.join(schema.details))
        found: dict[str, Metadata] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(photoids), BATCH):
                some = photoids[start : start + BATCH]
                for photoid, *values in connection.execute(query.where(photos.photoid.in_(some))):
                    found[photoid] = Metadata(*values)
        return found

    def everything(self) -> Iterator[Photo]:
        """Every photo by creation date, then root, then path as people count, as they were when the first was read."""
        photos = schema.photos.c
        query = visible().order_by(photos.created, photos.alias, photos.path_key, photos.photoid)
        with self._engine.connect().execution_options(yield_per=BATCH) as connection:
            for row in connection.execute(query):
                yield photo_of(row)

    def failures(self) -> Iterator[FailedFile]:
        """Every file that can't be read, and every photo that can't be rendered, or not all of it; by root, then path
        as people count.
        """
        found = [*self._failed(), *self._damaged()]
        yield from sorted(found, key=lambda each: (each.root, order(each.path), os.fsencode(each.path)))

    def _damaged(self) -> Iterator[FailedFile]:
        photos, known = schema.photos.c, schema.damages.c
        both = schema.damages.join(schema.photos).join(schema.roots)
        query = select(
            schema.roots.c.alias,
            photos.path,
            photos.bytes,
            photos.mtime_ns,
            photos.edits,
            known.version,
            known.damage,
            known.since,
        ).select_from(both)
        query = query.where(schema.roots.c.active)
        with self._engine.connect().execution_options(yield_per=BATCH) as connection:
            for root, path, size, mtime_ns, edits, version, damage, since in connection.execute(query):
                if version == source_version(size, mtime_ns, edits):
                    yield FailedFile(root, path, SENTENCES[damage], since, damage)

    def _failed(self) -> Iterator[FailedFile]:
        roots, photos = schema.roots.c, schema.photos.c
        read, rendered = schema.read_failures.c, schema.render_failures.c
        unread = (
            select(roots.alias, read.path, read.reason, read.since)
            .select_from(schema.read_failures.join(schema.roots))
            .where(roots.active)
        )
        unrendered = (
            select(roots.alias, photos.path, rendered.reason, rendered.since)
            .select_from(schema.render_failures.join(schema.photos, _OF_PHOTO).join(schema.roots))
            .where(roots.active, *still_failing())
        )
        with self._engine.connect() as connection:
            for row in connection.execute(unread.union_all(unrendered)):
                yield FailedFile(*row)

    def count(self) -> int:
        """How many photos can be seen."""
        query = select(func.count()).select_from(schema.photos.join(schema.roots)).where(schema.roots.c.active)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()


Columns = tuple[str, str, str, int, int, int, int, str, str, int]


def visible() -> Select[*Columns]:
    """The columns of `Photo`, of the photos that can be seen."""
    photos, roots = schema.photos.c, schema.roots.c
    return (
        select(
            photos.photoid,
            roots.alias,
            photos.path,
            photos.bytes,
            photos.mtime_ns,
            photos.width,
            photos.height,
            photos.format,
            photos.created,
            photos.edits,
        )
        .select_from(schema.photos.join(schema.roots))
        .where(roots.active)
    )


_OF_PHOTO = schema.render_failures.c.photoid == schema.photos.c.photoid


def still_failing() -> tuple[ColumnElement[bool], ...]:
    """Of rows of `render_failures` and `photos`: the photo failed, and its file is still the one that did."""
    rendered, photos = schema.render_failures.c, schema.photos.c
    return _OF_PHOTO, *(rendered[name] == photos[name] for name in ("bytes", "mtime_ns", "edits"))


def photo_of(row: Row[*Columns]) -> Photo:
    """A row of `visible` as a photo."""
    return Photo(*row)


_BY_ID = str(visible().where(schema.photos.c.photoid == bindparam("photoid")).compile(dialect=sqlite.dialect()))
