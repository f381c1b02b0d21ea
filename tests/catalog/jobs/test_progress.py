"""How far a job is: a photo is outstanding or counted, and counted once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import schema
from catalog.jobs.jobs import Job, Jobs, JobSpec, Origin, State
from catalog.jobs.progress import FailedPhoto, JobPhoto, JobProgress
from catalog.lists.snapshots import CHUNK
from tests.catalog.library import Library
from tests.catalog.sides import ids, rows

SPEC = JobSpec(Origin.ASKED, "*", ("160x160",))


@pytest.fixture
def progress(library: Library) -> JobProgress:
    return JobProgress(library.engine)


def made(library: Library, count: int) -> Job:
    return Jobs(library.engine).make(SPEC, "", ids(count))


def now(library: Library, job: Job) -> Job:
    return Jobs(library.engine).by_id(job.id)


def failed(photo: JobPhoto) -> FailedPhoto:
    return FailedPhoto(photo.place, photo.photoid, "No.")


def test_photos_come_in_their_order_a_chunk_at_a_time(library: Library, progress: JobProgress) -> None:
    job = made(library, CHUNK + 3)
    seen: list[int] = []
    while photos := progress.next(job):
        seen += [photo.place for photo in photos]
        progress.take(job, photos, [], [])
        job = now(library, job)
    assert seen == list(range(CHUNK + 3))
    assert (job.taken, job.skipped) == (CHUNK + 3, CHUNK + 3)


def test_taken_twice_is_counted_once(library: Library, progress: JobProgress) -> None:
    job = made(library, 5)
    photos = progress.next(job)
    for _ in range(2):  # the second time as one would who has not seen the first
        progress.take(job, photos, photos[:2], [failed(photos[4])], bytes=77)
    job = now(library, job)
    assert (job.taken, job.skipped, job.failed, job.bytes) == (5, 2, 1, 77)
    assert progress.outstanding(job) == photos[:2]


def test_settled_twice_is_counted_once(library: Library, progress: JobProgress) -> None:
    job = made(library, 4)
    photos = progress.next(job)
    progress.take(job, photos, photos, [])
    for _ in range(2):
        progress.settle(job, [0, 1], [failed(photos[2])], rate=2.5)
    job = now(library, job)
    assert (job.done, job.failed, job.rate, job.left) == (2, 1, 2.5, 1)
    assert (progress.outstanding(job), rows(library, schema.job_failures)) == ([photos[3]], 1)


def test_tries_are_noted_and_reset(library: Library, progress: JobProgress) -> None:
    one, other = made(library, 3), made(library, 3)
    for job in (one, other):
        photos = progress.next(job)
        progress.take(job, photos, photos, [])
        progress.begun(job, [0, 2])
        progress.begun(job, [2])
    assert [photo.tries for photo in progress.outstanding(one)] == [1, 0, 2]
    progress.reset_tries(one)
    assert [photo.tries for photo in progress.outstanding(one)] == [0, 0, 0]
    assert [photo.tries for photo in progress.outstanding(other)] == [1, 0, 2]
    progress.reset_tries()
    assert [photo.tries for photo in progress.outstanding(other)] == [0, 0, 0]


def test_what_somebody_has_ended_stays_ended(library: Library, progress: JobProgress) -> None:
    job = made(library, 0)
    progress.set_message(job, "Soon.")
    assert now(library, job).message == "Soon."
    progress.finish(job)
    ended = now(library, job)
    assert (ended.state, ended.message) == (State.DONE, "")
    other = made(library, 0)
    Jobs(library.engine).cancel(other.id)
    progress.finish(other)
    assert now(library, other).state is State.CANCELLED


ACTS = st.lists(st.tuples(st.sampled_from(["take", "settle", "fail"]), st.integers(0, 9)), max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_whatever_comes_in_whatever_order_the_sum_is_true(library: Library, acts: list[tuple[str, int]]) -> None:
    progress, job = JobProgress(library.engine), made(library, 10)
    for act, place in acts:
        photos = progress.next(job)
        if act == "take" and photos:
            progress.take(job, photos, photos[:place], [])
        else:
            known = [failed(JobPhoto(place, "A" * 22))] if act == "fail" else []
            progress.settle(job, [] if known else [place], known)
        job = now(library, job)
        assert job.done + job.skipped + job.failed + len(progress.outstanding(job)) == job.taken
