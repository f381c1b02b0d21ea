"""What becomes of each photo of a job, counted exactly once: whatever dies, a photo is outstanding or counted."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from catalog.database import writing
from catalog.jobs.jobs import Job, State
from catalog.lists.snapshots import CHUNK, ids
from catalog.schema import chunks, job_failures, jobs, outstanding


@dataclass(frozen=True, slots=True)
class JobPhoto:
    """A photo of a job, and how often it was begun by a process that may not have lived to see the end of it."""

    place: int
    photoid: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class FailedPhoto:
    """A photo of a job that can't be rendered, and why."""

    place: int
    photoid: str
    reason: str


class JobProgress:
    """Keeps count. To be used by one process at a time, but for jobs that others pause and cancel meanwhile."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock

    def next(self, job: Job) -> list[JobPhoto]:
        """The photos that come next, a few hundred; none where all were taken."""
        chunk = select(chunks.c.photoids).where(
            chunks.c.snapshot_id == job.snapshot, chunks.c.number == job.taken // CHUNK
        )
        with self._engine.connect() as connection:
            photoids = connection.execute(chunk).scalar() or b""
        start = job.taken - job.taken % CHUNK
        return [JobPhoto(place, each) for place, each in enumerate(ids(photoids), start) if place >= job.taken]

    def take(
        self,
        job: Job,
        looked: Sequence[JobPhoto],
        missing: Iterable[JobPhoto],
        failed: Sequence[FailedPhoto],
        **more: int | float | None,
    ) -> None:
        """Takes photos that were looked at: those `missing` are outstanding, those `failed` are counted as that, the
        others as skipped. `more` are new values of columns.
        """
        rows = [{"job_id": job.id, "place": each.place, "photoid": each.photoid, "tries": 0} for each in missing]
        with self._engine.connect() as connection, writing(connection):
            fresh = connection.execute(
                update(jobs)
                .where(jobs.c.id == job.id, jobs.c.taken == job.taken)
                .values(
                    taken=jobs.c.taken + len(looked),
                    skipped=jobs.c.skipped + len(looked) - len(rows) - len(failed),
                    failed=jobs.c.failed + len(failed),
                    **more,
                )
            ).rowcount
            if fresh:
                if rows:
                    connection.execute(insert(outstanding), rows)
                _note(connection, job.id, failed)

    def outstanding(self, job: Job) -> list[JobPhoto]:
        """The photos that were taken and not counted, in order."""
        mine = outstanding.c
        query = select(mine.place, mine.photoid, mine.tries).where(mine.job_id == job.id).order_by(mine.place)
        with self._engine.connect() as connection:
            return [JobPhoto(*row) for row in connection.execute(query)]

    def begun(self, job: Job, places: Sequence[int]) -> None:
        """Notes that these photos are about to be rendered by this very process."""
        with self._engine.connect() as connection, writing(connection):
            of_job = outstanding.c.job_id == job.id
            more = update(outstanding).where(of_job, outstanding.c.place == bindparam("at"))
            connection.execute(more.values(tries=outstanding.c.tries + 1), [{"at": place} for place in places])

    def reset_tries(self, job: Job | None = None) -> None:
        """Forgets what `begun` has noted of a job, or of all: this process lives."""
        tried = update(outstanding).where(outstanding.c.tries > 0).values(tries=0)
        if job is not None:
            tried = tried.where(outstanding.c.job_id == job.id)
        with self._engine.connect() as connection, writing(connection):
            connection.execute(tried)

    def settle(
        self, job: Job, done: Sequence[int], failed: Sequence[FailedPhoto], **more: int | float | str | None
    ) -> None:
        """Counts photos that were outstanding; one that is so no longer was counted before. `more` as in `take`."""
        with self._engine.connect() as connection, writing(connection):
            ended = sum(_settled(connection, job.id, place) for place in done)
            fresh = [each for each in failed if _settled(connection, job.id, each.place)]
            values = {"done": jobs.c.done + ended, "failed": jobs.c.failed + len(fresh), **more}
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))
            _note(connection, job.id, fresh)

    def set_message(self, job: Job, message: str) -> None:
        """Says how a job stands."""
        with self._engine.connect() as connection, writing(connection):
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(message=message))

    def finish(self, job: Job) -> None:
        """Ends a job of which every photo is counted, unless somebody has ended it before."""
        running = (jobs.c.id == job.id, jobs.c.state == State.RUNNING)
        values = {"state": State.DONE, "ended": int(self._clock()), "message": ""}
        with self._engine.connect() as connection, writing(connection):
            connection.execute(update(jobs).where(*running).values(values))


def _settled(connection: Connection, job: int, place: int) -> int:
    """Whether a photo was outstanding, which it is no longer: 1 or 0."""
    gone = delete(outstanding).where(outstanding.c.job_id == job, outstanding.c.place == place)
    return connection.execute(gone).rowcount


def _note(connection: Connection, job: int, failed: Sequence[FailedPhoto]) -> None:
    rows = [{"job_id": job, "place": each.place, "photoid": each.photoid, "reason": each.reason} for each in failed]
    if rows:
        connection.execute(insert(job_failures), rows)
