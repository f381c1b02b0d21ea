"""Photos that could not be rendered: remembered with the reason, so that each is tried once."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.database import delete_if_any, writing
from catalog.errors import CatalogError, Missing
from catalog.generations import Generation, Memo, always_another
from catalog.photoid import parse_photoid
from catalog.photos import BATCH, Photo
from catalog.schema import read_failures, render_failures

AS_READ = ("bytes", "mtime_ns", "ctime_ns", "inode")
FILE = ("bytes", "mtime_ns", "edits")
"""What says of a photo that its file is still the one that failed."""

log = logging.getLogger("darkroom.catalog")


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """Why a photo can't be rendered: `kind` is "damaged" or "unsupported", `reason` a sentence for everyone."""

    kind: str
    reason: str


class RenderFailures:
    """Remembers failures, each for one version of its photo's file.

    `generation` is another object where others may have noted a failure (see `Generations`): most photos have none, and
    they are not to cost a question. `setup` stands for what photos are rendered with, readers and limits: what failed
    under another one counts as untried.
    """

    def __init__(
        self, engine: Engine, generation: Callable[[], Generation] = always_another, *, setup: str = ""
    ) -> None:
        self._engine = engine
        self._setup = setup
        self._photoids = Memo(generation, self._all, 1)

    def of(self, photo: Photo) -> RenderFailure | None:
        """Why this version of the photo can't be rendered; None where nothing speaks against it."""
        if photo.photoid not in self._photoids(None):
            return None
        known = render_failures.c
        same = tuple(known[name] == getattr(photo, name) for name in ("photoid", *FILE))
        with self._engine.connect() as connection:
            query = select(known.kind, known.reason).where(*same, known.setup == self._setup)
            row = connection.execute(query).one_or_none()
        return None if row is None else RenderFailure(*row)

    def among(self, those: Mapping[str, Photo]) -> dict[str, RenderFailure]:
        """Which of these photos (by id) can't be rendered, as they are now, and why."""
        photoids, found = list(those), dict[str, RenderFailure]()
        known = render_failures.c
        columns = (known.photoid, known.kind, known.reason, *(known[name] for name in FILE))
        with self._engine.connect() as connection:
            for start in range(0, len(photoids), BATCH):
                some = photoids[start : start + BATCH]
                query = select(*columns).where(known.photoid.in_(some), known.setup == self._setup)
                for photoid, kind, reason, *file in connection.execute(query):
                    if [getattr(those[photoid], name) for name in FILE] == file:
                        found[photoid] = RenderFailure(kind, reason)
        return found

    def remember(self, photo: Photo, failure: RenderFailure) -> None:
        """Notes why this version of the photo could not be rendered."""
        row = {name: getattr(photo, name) for name in FILE} | {"kind": failure.kind, "reason": failure.reason}
        row |= {"since": f"{datetime.now(UTC):%FT%TZ}", "setup": self._setup}
        new = upsert(render_failures).values(photoid=photo.photoid, **row)
        with self._engine.connect() as connection, writing(connection):
            connection.execute(new.on_conflict_do_update(index_elements=["photoid"], set_=row))
        self._photoids(None).add(photo.photoid)

    def try_remember(self, photo: Photo, failure: RenderFailure) -> None:
        """As `remember`; where the catalogue can't be written the photo is tried again the next time, which is all."""
        try:
            self.remember(photo, failure)
        except CatalogError as trouble:
            log.warning("a photo that can't be rendered could not be noted: %s", trouble)

    def forget_other_setups(self) -> None:
        """Forgets what failed under another setup, lest it be told of photos that are rendered by now."""
        try:
            delete_if_any(self._engine, render_failures, render_failures.c.setup != self._setup)
        except CatalogError as trouble:
            log.warning("what could not be rendered with another set-up is still told of: %s", trouble)

    def forget(self, photoid: str | None = None) -> int:
        """Has a photo tried again, or all that could not be rendered or read; gives how many those are.

        Files that could not be read are so by the next scan.

        Raises:
            MalformedPhotoid: it can't be an id.
            Missing: nothing is known against that photo.
        """
        again, unread = delete(render_failures), update(read_failures).values(dict.fromkeys(AS_READ))
        if photoid is not None:
            photoid = parse_photoid(photoid)
            again = again.where(render_failures.c.photoid == photoid)
            unread = unread.where(read_failures.c.photoid == photoid)
        with self._engine.connect() as connection, writing(connection):
            count = connection.execute(again).rowcount + connection.execute(unread).rowcount
        if photoid is not None and not count:
            raise Missing("Nothing is known against this photo: it is rendered, or there is no such photo.")
        return count

    def _all(self, _: None) -> set[str]:
        with self._engine.connect() as connection:
            query = select(render_failures.c.photoid).where(render_failures.c.setup == self._setup)
            return set(connection.execute(query).scalars())
