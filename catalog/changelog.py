"""What happened to photos, in order, for whoever follows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, case, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.database import writing
from catalog.schema import arrivals, changes, photos, roots


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened to a photo; `bytes` and `mtime_ns` are its file's now, None where there is none any more."""

    number: int
    photoid: str
    bytes: int | None
    mtime_ns: int | None


class Changelog:
    """Reads the changes that triggers wrote, and removes those that were followed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next(self, limit: int) -> list[Change]:
        """The oldest changes, at most so many."""
        # Not joined to `photos JOIN roots`: SQLite would make that whole table first, of each photo there is.
        joined = changes.outerjoin(photos, photos.c.photoid == changes.c.photoid)
        there = case((roots.c.active, photos.c.bytes)), case((roots.c.active, photos.c.mtime_ns))
        query = (
            select(changes.c.number, changes.c.photoid, *there)
            .select_from(joined.outerjoin(roots, roots.c.id == photos.c.root_id))
            .order_by(changes.c.number)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [Change(*row) for row in connection.execute(query)]

    def followed(self, number: int, arrived: Iterable[str] = ()) -> None:
        """Every change up to this number has been followed; the photos that have `arrived` now wait for a job."""
        rows = [{"photoid": each} for each in arrived]
        with self._engine.connect() as connection, writing(connection):
            if rows:
                connection.execute(upsert(arrivals).on_conflict_do_nothing(), rows)
            connection.execute(delete(changes).where(changes.c.number <= number))
