"""Photos that are damaged and shown all the same, as far as they go: remembered, so that every answer says so."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.database import delete_if_any, writing
from catalog.errors import CatalogError, TryLater
from catalog.generations import Generation, Memo, always_another
from catalog.photos import Photo
from catalog.schema import damages, photos

FLUSH_EVERY = 0.5  # seconds

log = logging.getLogger("darkroom.catalog")


class Damages:
    """Remembers words of `catalog.kinds.damage`, each for one version of its photo's file.

    It is no refusal: the renders are there, and kept. `generation` is another object where others may have noted
    something (see `Generations`): most photos are whole, and a cached render is not to cost a question. `revision` is
    that of what renders: what was noted under another one counts for nothing, as those renders are gone.
    """

    def __init__(
        self, engine: Engine, generation: Callable[[], Generation] = always_another, *, revision: str = ""
    ) -> None:
        self._engine = engine
        self._revision = revision
        self._known = Memo(generation, self._all, 1)
        self._heard: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()  # over the writing of `_heard`

    def of(self, photo: Photo) -> str:
        """What this version of the photo lacks; empty where nothing is known of it."""
        return self._word(photo, self._known(None))

    def is_still(self, photo: Photo, damage: str) -> bool:
        """Whether `of` says that of the photo, as far as that is known without asking the catalogue."""
        known = self._known.remembered(None)
        return known is not None and self._word(photo, known) == damage

    def among(self, those: Mapping[str, Photo]) -> dict[str, str]:
        """Which of these photos (by id) are damaged, as they are now, and how."""
        return {photoid: damage for photoid, photo in those.items() if (damage := self.of(photo))}

    def hear(self, photo: Photo, damage: str) -> None:
        """Notes that this version of the photo is damaged: from now on `of` says so. It is written down by `flush`, as
        whoever hears of a render has no time to wait for the catalogue.
        """
        if self.of(photo) != damage:
            self._heard[photo.photoid] = (photo.version, damage)

    def flush(self) -> None:
        """Writes down what was heard. Where the catalogue can't be written, the next one does."""
        with self._lock:
            heard = dict(self._heard)
            if not heard:
                return
            try:
                self._write(heard)
            except (CatalogError, TryLater) as trouble:
                log.warning("that photos are damaged could not be noted yet: %s", trouble)
                return
            self._known(None).update(heard)
            for photoid, each in heard.items():
                if self._heard.get(photoid) == each:
                    del self._heard[photoid]

    def forget_other_revisions(self) -> None:
        """Forgets what was noted of renders of another revision, lest it be told of photos that are whole by now."""
        try:
            delete_if_any(self._engine, damages, damages.c.revision != self._revision)
        except CatalogError as trouble:
            log.warning("what was damaged for another revision is still told of: %s", trouble)

    def _word(self, photo: Photo, known: Mapping[str, tuple[str, str]]) -> str:
        found = self._heard.get(photo.photoid) or known.get(photo.photoid)
        return found[1] if found is not None and found[0] == photo.version else ""

    def _write(self, heard: Mapping[str, tuple[str, str]]) -> None:
        since = f"{datetime.now(UTC):%FT%TZ}"
        with self._engine.connect() as connection, writing(connection):
            for photoid, (version, damage) in heard.items():
                row = {"version": version, "damage": damage, "since": since, "revision": self._revision}
                # A photo may have gone since it was heard of; then there is nothing to note.
                there = select(photos.c.photoid).where(photos.c.photoid == photoid)
                if connection.execute(there).first() is not None:
                    new = upsert(damages).values(photoid=photoid, **row)
                    connection.execute(new.on_conflict_do_update(index_elements=["photoid"], set_=row))

    def _all(self, _: None) -> dict[str, tuple[str, str]]:
        columns = (damages.c.photoid, damages.c.version, damages.c.damage)
        query = select(*columns).where(damages.c.revision == self._revision)
        with self._engine.connect() as connection:
            return {photoid: (version, damage) for photoid, version, damage in connection.execute(query)}
