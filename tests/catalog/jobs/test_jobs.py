"""Jobs: what is known of them, and who may stop which."""

import pytest
from sqlalchemy import insert

from catalog import schema
from catalog.database import writing
from catalog.errors import Conflict, Missing
from catalog.jobs.jobs import KEPT, JobFailure, Jobs, JobSpec, Origin, State
from catalog.jobs.progress import FailedPhoto, JobProgress
from catalog.lists.snapshots import ids
from catalog.photoid import encode
from tests.catalog.library import Library, jpeg, put
from tests.catalog.sides import ids as numbered
from tests.catalog.sides import rows
from tests.clock import Clock

SPEC = JobSpec(Origin.ASKED, "sea", ("160x160", "x160"), 1000, 2000)


@pytest.fixture
def jobs(library: Library, clock: Clock) -> Jobs:
    return Jobs(library.engine, clock)


def test_a_job_begins_with_its_photos(jobs: Jobs, clock: Clock) -> None:
    job = jobs.make(SPEC, "A sentence.", numbered(700))
    assert (job.spec, job.message, job.state, job.total, job.left) == (SPEC, "A sentence.", State.RUNNING, 700, 700)
    assert (job.started, job.ended, job.rate, job.seconds_left) == (clock.now, None, None, None)
    second = jobs.make(SPEC, "", b"")
    assert [each.id for each in jobs.everyone()] == [second.id, job.id]
    assert jobs.running() == jobs.everyone()
    assert jobs.by_id(job.id) == job
    assert jobs.last(Origin.ASKED) == second
    assert jobs.last(Origin.NIGHT) is None
    for number in (0, -1, second.id + 1, 10**30):
        with pytest.raises(Missing):
            jobs.by_id(number)


def test_pause_resume_cancel(jobs: Jobs, clock: Clock) -> None:
    number = jobs.make(SPEC, "", numbered(3)).id
    assert jobs.pause(number).state is State.PAUSED
    assert (jobs.running(), jobs.by_id(number).seconds_left) == ([], None)
    assert jobs.resume(number).state is State.RUNNING
    clock.now += 60
    cancelled = jobs.cancel(number, "Because.")
    assert (cancelled.state, cancelled.ended, cancelled.message) == (State.CANCELLED, clock.now, "Because.")
    assert jobs.cancel(number) == cancelled
    for turn in (jobs.pause, jobs.resume):
        with pytest.raises(Conflict):
            turn(number)
    with pytest.raises(Missing):
        jobs.pause(number + 1)


def test_how_long_the_rest_takes(jobs: Jobs, library: Library) -> None:
    job = jobs.make(SPEC, "", numbered(100))
    progress = JobProgress(library.engine)
    progress.take(job, progress.next(job)[:20], [], [], rate=4.0)
    assert jobs.by_id(job.id).seconds_left == 20


def test_the_oldest_jobs_go_and_their_photos_with_them(jobs: Jobs, library: Library) -> None:
    first = jobs.make(SPEC, "", numbered(5))
    progress = JobProgress(library.engine)
    progress.take(first, progress.next(first), [], [FailedPhoto(0, encode(bytes(16)), "No.")])
    jobs.cancel(first.id)
    for _ in range(KEPT):
        jobs.cancel(jobs.make(SPEC, "", numbered(6)).id)
    jobs.make(SPEC, "", numbered(7))
    assert len(jobs.everyone()) == KEPT + 1
    assert (rows(library, schema.snapshots), rows(library, schema.job_failures)) == (2, 0)


def test_photos_that_arrived_become_a_job_newest_first(jobs: Jobs, library: Library) -> None:
    assert jobs.arrived() == b""
    for name in ("one", "two"):
        put(library.a / f"{name}.jpg", jpeg(size=(len(name) + 9, 8)))
    library.scan()
    photos = library.photos()
    known = [photo.photoid for photo in sorted(photos.values(), key=lambda each: (each.created, each.path))]
    with library.engine.connect() as connection, writing(connection):
        lines = [{"photoid": each} for each in (*known, encode(bytes(16)))]
        connection.execute(insert(schema.arrivals), lines)
    arrived = jobs.arrived()
    assert ids(arrived) == known[::-1]
    job = jobs.make_of_arrivals(SPEC, "", arrived)
    assert (job.total, jobs.arrived(), rows(library, schema.arrivals)) == (2, b"", 0)


def test_failures_are_listed_in_the_job_s_order(jobs: Jobs, library: Library) -> None:
    job = jobs.make(SPEC, "", numbered(4))
    progress = JobProgress(library.engine)
    photos = progress.next(job)
    failed = [FailedPhoto(each.place, each.photoid, f"No {each.place}.") for each in photos]
    progress.take(job, photos, [], failed[::-1])
    assert jobs.failures(job.id, 2) == [JobFailure(each.photoid, each.reason) for each in failed[:2]]
