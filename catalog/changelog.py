"""What happened to photos, in order, for whoever follows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, case, delete, false, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.database import writing
from catalog.photoid import source_version
from catalog.schema import arrivals, changes, missing, photos, roots


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened to a photo; `version` is what stands for its file's content now, None where it is gone.

    `there` says whether the photo can be seen: one that is missing has the version that it will come back with, if it
    comes back as it was.
    """

    number: int
    photoid: str
    version: str | None
    there: bool


class Changelog:
    """Reads the changes that triggers wrote, and removes those that were followed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next(self, limit: int) -> list[Change]:
        """The oldest changes, at most so many."""
        # Not joined to `photos JOIN roots`: SQLite would make that whole table first, of each photo there is.
        joined = changes.outerjoin(photos, photos.c.photoid == changes.c.photoid)
        joined = joined.outerjoin(roots, roots.c.id == photos.c.root_id)
        joined = joined.outerjoin(missing, missing.c.photoid == changes.c.photoid)
        known = (
            case((roots.c.active, photos.c[name]), else_=missing.c[name]) for name in ("bytes", "mtime_ns", "edits")
        )
        query = (
            select(changes.c.number, changes.c.photoid, func.coalesce(roots.c.active, false()), *known)
            .select_from(joined)
            .order_by(changes.c.number)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [
                Change(number, photoid, None if file[0] is None else source_version(*file), bool(there))
                for number, photoid, there, *file in connection.execute(query)
            ]

    def followed(self, number: int, arrived: Iterable[str] = ()) -> None:
        """Every change up to this number has been followed; the photos that have `arrived` now wait for a job."""
        rows = [{"photoid": each} for each in arrived]
        with self._engine.connect() as connection, writing(connection):
            if rows:
                connection.execute(upsert(arrivals).on_conflict_do_nothing(), rows)
            connection.execute(delete(changes).where(changes.c.number <= number))
