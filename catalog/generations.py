"""Notices that the catalogue has changed, whoever changed it, so that answers can be kept in memory until then."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import CatalogError, CatalogProblem

# What was taken away is out of sight after at most so many seconds, and one look more.
LOOK_EVERY = 0.5

UNSEEN = -1

LOOK = text(
    "SELECT (SELECT number FROM access), (SELECT seq FROM sqlite_sequence WHERE name = 'changes'),"
    " (SELECT group_concat(id) FROM roots WHERE active),"
    " (SELECT count(*) FROM faults), (SELECT max(since) FROM faults),"
    " (SELECT count(*) FROM damages), (SELECT max(since) FROM damages)"
)

log = logging.getLogger("darkroom.catalog")

K = TypeVar("K")
V = TypeVar("V")


Generation = tuple[object, ...]


def always_another() -> Generation:
    """The generation for whoever is not told when it changes: nothing is remembered."""
    return (object(),)


class PeriodicThread:
    """Does something every so many seconds, on a thread of its own; what it raises is logged, and it goes on."""

    def __init__(self, name: str, seconds: float, action: Callable[[], object]) -> None:
        self._seconds = seconds
        self._action = action
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins, after the first so many seconds."""
        self._thread.start()

    def close(self) -> None:
        """Ends it; what is being done is done."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            try:
                self._action()
            except CatalogProblem as error:
                log.error("%s", error)
            except Exception:
                log.exception("%s failed", self._thread.name)


class Generations:
    """What the catalogue was like when it was last looked at.

    `access` is another object after every change of who may see what, with each session that is ended; `photos` after
    every change of photos, and of which roots are in sight; `render_failures` after whatever came to be known against a
    photo, that it is damaged too. While the catalogue can't be looked at all of them change with each look, so that
    nothing remembered counts.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._blind = 0
        self._file = self._identity()
        self.access: Generation = ()
        self.photos: Generation = ()
        self.render_failures: Generation = ()
        self.look()

    def all(self) -> Generation:
        """All three, as one that compares as another after each change."""
        return self.access, self.photos, self.render_failures

    def look(self) -> None:
        """Looks now. To be called every LOOK_EVERY seconds, and by whoever wants to see what he has just changed."""
        with self._lock:
            try:
                self._follow()
                with self._engine.connect() as connection:
                    access, photos, roots, *failures = connection.execute(LOOK).one()
            except (CatalogError, SQLAlchemyError) as error:
                if self.access[:1] != (UNSEEN,):
                    log.error("%s", error)
                self._blind += 1
                access, photos, roots, failures = UNSEEN, UNSEEN, None, []
            # Replaced only where they differ: memos compare by identity.
            if (access, self._blind) != self.access:
                self.access = (access, self._blind)
            if (photos, roots, self._blind) != self.photos:
                self.photos = (photos, roots, self._blind)
            if (*failures, self._blind) != self.render_failures:
                self.render_failures = (*failures, self._blind)

    def _follow(self) -> None:
        """Where another file has taken the catalogue's place (a copy that was restored), that one counts from now on.

        Connections would go on with the old one, which has no name any more. What is merely away is waited for.
        """
        identity = self._identity()
        if identity != self._file and identity is not None:
            log.warning("the file of the catalogue is another one: what was known of the old one is forgotten")
            self._engine.dispose()
            self._file = identity
            self._blind += 1

    def _identity(self) -> tuple[int, int] | None:
        """Device and inode of the catalogue's file; None where it is not there."""
        try:
            status = Path(str(self._engine.url.database)).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


class Memo(Generic[K, V]):
    """What `ask` answered, remembered while `generation` gives the same object. At most `size` answers.

    Errors are not kept, nor is None: what is not there may be there at the next look without a new generation, and
    strangers must not be able to have it remembered as missing. An answer counts only for the generation that was in
    force before it was asked for: one that was under way while something changed is never taken for newer than it is.
    """

    def __init__(self, generation: Callable[[], Generation], ask: Callable[[K], V], size: int = 50_000) -> None:
        self._generation = generation
        self._ask = ask
        self._size = size
        self._answers: dict[K, tuple[Generation, V]] = {}

    def remembered(self, key: K) -> V | None:
        """The answer for `key` where it is known, without asking."""
        kept = self._answers.get(key)
        return kept[1] if kept is not None and kept[0] is self._generation() else None

    def __call__(self, key: K, ask: Callable[[K], V] | None = None) -> V:
        """The answer for `key`, asked for by `ask` where it is given; raises what that raises."""
        generation = self._generation()
        kept = self._answers.get(key)
        if kept is not None and kept[0] is generation:
            return kept[1]
        answer = (ask or self._ask)(key)
        if answer is None:
            return answer
        if len(self._answers) >= self._size:
            # Rare, and cheaper than to keep an order of use on every hit.
            self._answers.clear()
        self._answers[key] = (generation, answer)
        return answer
