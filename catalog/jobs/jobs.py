"""Jobs: lists of photos that are rendered in advance, what becomes of them, and who stops them.

A job's photos are fixed as it starts. Each is counted once, as done (rendered), skipped (was cached) or failed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, delete, insert, select, update

from catalog.database import writing
from catalog.errors import Conflict, Missing
from catalog.lists import snapshots
from catalog.photoid import SIZE
from catalog.schema import arrivals, job_failures, jobs, outstanding, photos, roots

KEPT = 100  # jobs that have ended
AT_ONCE = 20_000  # arrivals that one job takes
BEYOND_SQLITE = 2**63


class State(StrEnum):
    """How a job stands. The last two are ends."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


ENDED = (State.CANCELLED, State.DONE)


class Origin(StrEnum):
    """Why there is a job."""

    ASKED = "asked"
    ARRIVALS = "arrivals"  # photos were new, or had changed
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What a job is to do: `sizes` are its sizes as text, `need` and `room` bytes: what the renders that are missing
    are thought to take, and what the cache may hold.
    """

    origin: Origin
    query: str
    sizes: tuple[str, ...]
    need: int = 0
    room: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. `bytes` are those of the renders that it has found or made, `rate` is photos a second.

    `taken` photos were looked at so far; times are seconds since 1970.
    """

    id: int
    spec: JobSpec
    state: State
    message: str
    snapshot: int
    total: int
    taken: int
    done: int
    skipped: int
    failed: int
    bytes: int
    rate: float | None
    started: int
    ended: int | None

    @property
    def left(self) -> int:
        """Photos that are not counted yet."""
        return self.total - self.done - self.skipped - self.failed

    @property
    def seconds_left(self) -> int | None:
        """How long the rest takes at this rate; None where that can't be said."""
        if self.state in ENDED:
            return 0
        return None if self.state is State.PAUSED or not self.rate else round(self.left / self.rate)


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A photo that could not be rendered, and why."""

    photoid: str
    reason: str


class Jobs:
    """Makes jobs, finds them, stops them. `clock` gives Unix time."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock

    def make(self, spec: JobSpec, message: str, photoids: bytes) -> Job:
        """Starts a job over the photos (ids of 16 bytes, one behind the other), in this order; the message says how it
        stands.
        """
        with self._engine.connect() as connection, writing(connection):
            return self._made(connection, spec, message, photoids)

    def arrived(self) -> bytes:
        """The ids of photos that wait for a job, the newest first; at most AT_ONCE. Forgets those that are gone."""
        with self._engine.connect() as connection:
            if connection.execute(select(arrivals).limit(1)).first() is None:
                return b""
        with self._engine.connect() as connection, writing(connection):
            here = select(photos.c.photoid).join(roots).where(roots.c.active)
            connection.execute(delete(arrivals).where(arrivals.c.photoid.not_in(here)))
            newest = (each.desc() for each in (photos.c.created, photos.c.alias, photos.c.path_key, photos.c.photoid))
            waiting = select(arrivals.c.photoid).join(photos, photos.c.photoid == arrivals.c.photoid)
            found = connection.execute(waiting.order_by(*newest).limit(AT_ONCE)).scalars()
            return snapshots.joined(found)

    def make_of_arrivals(self, spec: JobSpec, message: str, photoids: bytes) -> Job:
        """As `make`; the photos then wait no longer."""
        with self._engine.connect() as connection, writing(connection):
            rows = [{"gone": each} for each in snapshots.ids(photoids)]
            connection.execute(delete(arrivals).where(arrivals.c.photoid == bindparam("gone")), rows)
            return self._made(connection, spec, message, photoids)

    def by_id(self, number: int) -> Job:
        """The job of that id.

        Raises:
            Missing: there is none.
        """
        with self._engine.connect() as connection:
            return _found(connection, number)

    def everyone(self) -> list[Job]:
        """Every job, the newest first."""
        return self._read(_columns())

    def running(self) -> list[Job]:
        """Those that run, the newest first."""
        return self._read(_columns().where(jobs.c.state == State.RUNNING))

    def last(self, origin: Origin) -> Job | None:
        """The newest job of that origin."""
        return next(iter(self._read(_columns().where(jobs.c.origin == origin).limit(1))), None)

    def failures(self, number: int, limit: int) -> list[JobFailure]:
        """Photos of a job that could not be rendered, in its order; at most so many."""
        mine = job_failures.c
        query = select(mine.photoid, mine.reason).where(mine.job_id == number).order_by(mine.place).limit(limit)
        with self._engine.connect() as connection:
            return [JobFailure(*row) for row in connection.execute(query)]

    def pause(self, number: int) -> Job:
        """Begins nothing new, until the job is resumed.

        Raises:
            Missing: there is no such job.
            Conflict: it has ended.
        """
        return self._turn(number, State.PAUSED)

    def resume(self, number: int) -> Job:
        """Goes on with a job; raises as `pause` does."""
        return self._turn(number, State.RUNNING)

    def cancel(self, number: int, message: str = "") -> Job:
        """Ends a job; what has begun is finished. Raises as `pause` does, but not where it is cancelled already."""
        return self._turn(number, State.CANCELLED, message)

    def _turn(self, number: int, state: State, message: str = "") -> Job:
        with self._engine.connect() as connection, writing(connection):
            job = _found(connection, number)
            if job.state in ENDED:
                if job.state is state:
                    return job
                raise Conflict(
                    f"The job {number} has ended ({job.state}): start a new one, which does what is missing."
                )
            values: dict[str, Any] = {"state": state, "message": message, "rate": None}
            if state in ENDED:
                values["ended"] = int(self._clock())
            connection.execute(update(jobs).where(jobs.c.id == number).values(values))
            return _found(connection, number)

    def _made(self, connection: Connection, spec: JobSpec, message: str, photoids: bytes) -> Job:
        row: dict[str, Any] = {name: getattr(spec, name) for name in ("origin", "query", "need", "room")}
        row |= dict.fromkeys(("taken", "done", "skipped", "failed", "bytes"), 0)
        row |= {
            "message": message,
            "sizes": ",".join(spec.sizes),
            "state": State.RUNNING,
            "started": int(self._clock()),
        }
        row |= {"total": len(photoids) // SIZE, "snapshot_id": snapshots.put(connection, photoids)}
        number = connection.execute(insert(jobs), row).lastrowid
        over = select(jobs.c.id).where(jobs.c.state.in_(ENDED))
        connection.execute(delete(outstanding).where(outstanding.c.job_id.in_(over)))
        connection.execute(delete(jobs).where(jobs.c.id.in_(over.order_by(jobs.c.id.desc()).offset(KEPT))))
        return _found(connection, number)

    def _read(self, query: Select[Any]) -> list[Job]:
        with self._engine.connect() as connection:
            return [_job(row) for row in connection.execute(query)]


def _columns() -> Select[Any]:
    return select(*jobs.c).order_by(jobs.c.id.desc())


def _found(connection: Connection, number: int) -> Job:
    query = _columns().where(jobs.c.id == number)
    row = connection.execute(query).one_or_none() if 0 < number < BEYOND_SQLITE else None
    if row is None:
        raise Missing(f"There is no job {number}.")
    return _job(row)


def _job(row: Row[Any]) -> Job:
    sizes = tuple(each for each in row.sizes.split(",") if each)
    spec = JobSpec(Origin(row.origin), row.query, sizes, row.need, row.room)
    return Job(
        row.id,
        spec,
        State(row.state),
        row.message,
        row.snapshot_id,
        *(row.total, row.taken, row.done, row.skipped, row.failed, row.bytes),
        row.rate,
        row.started,
        row.ended,
    )
