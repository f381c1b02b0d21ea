"""The ledger: a photo is outstanding or counted, and counted once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import schema
from catalog.jobs.jobs import Job, Jobs, Origin, State, Terms
from catalog.jobs.progress import Failed, Ledger, Place
from catalog.lists.snapshots import CHUNK
from tests.catalog.library import Library
from tests.catalog.sides import ids, rows

TERMS = Terms(Origin.ASKED, "*", ("160x160",))


@pytest.fixture
def ledger(library: Library) -> Ledger:
    return Ledger(library.engine)


def made(library: Library, count: int) -> Job:
    return Jobs(library.engine).make(TERMS, "", ids(count))


def now(library: Library, job: Job) -> Job:
    return Jobs(library.engine).by_id(job.id)


def failed(place: Place) -> Failed:
    return Failed(place.place, place.photoid, "No.")


def test_photos_come_in_their_order_a_chunk_at_a_time(library: Library, ledger: Ledger) -> None:
    job = made(library, CHUNK + 3)
    seen: list[int] = []
    while places := ledger.next(job):
        seen += [place.place for place in places]
        ledger.take(job, places, [], [])
        job = now(library, job)
    assert seen == list(range(CHUNK + 3))
    assert (job.taken, job.skipped) == (CHUNK + 3, CHUNK + 3)


def test_taken_twice_is_counted_once(library: Library, ledger: Ledger) -> None:
    job = made(library, 5)
    places = ledger.next(job)
    for _ in range(2):  # the second time as one would who has not seen the first
        ledger.take(job, places, places[:2], [failed(places[4])], bytes=77)
    job = now(library, job)
    assert (job.taken, job.skipped, job.failed, job.bytes) == (5, 2, 1, 77)
    assert ledger.outstanding(job) == places[:2]


def test_settled_twice_is_counted_once(library: Library, ledger: Ledger) -> None:
    job = made(library, 4)
    places = ledger.next(job)
    ledger.take(job, places, places, [])
    for _ in range(2):
        ledger.settle(job, [0, 1], [failed(places[2])], rate=2.5)
    job = now(library, job)
    assert (job.done, job.failed, job.rate, job.left) == (2, 1, 2.5, 1)
    assert (ledger.outstanding(job), rows(library, schema.job_failures)) == ([places[3]], 1)


def test_tries_are_noted_and_forgiven(library: Library, ledger: Ledger) -> None:
    one, other = made(library, 3), made(library, 3)
    for job in (one, other):
        places = ledger.next(job)
        ledger.take(job, places, places, [])
        ledger.begun(job, [0, 2])
        ledger.begun(job, [2])
    assert [place.tries for place in ledger.outstanding(one)] == [1, 0, 2]
    ledger.forgive(one)
    assert [place.tries for place in ledger.outstanding(one)] == [0, 0, 0]
    assert [place.tries for place in ledger.outstanding(other)] == [1, 0, 2]
    ledger.forgive()
    assert [place.tries for place in ledger.outstanding(other)] == [0, 0, 0]


def test_what_somebody_has_ended_stays_ended(library: Library, ledger: Ledger) -> None:
    job = made(library, 0)
    ledger.say(job, "Soon.")
    assert now(library, job).message == "Soon."
    ledger.finish(job)
    ended = now(library, job)
    assert (ended.state, ended.message) == (State.DONE, "")
    other = made(library, 0)
    Jobs(library.engine).cancel(other.id)
    ledger.finish(other)
    assert now(library, other).state is State.CANCELLED


ACTS = st.lists(st.tuples(st.sampled_from(["take", "settle", "fail"]), st.integers(0, 9)), max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_whatever_comes_in_whatever_order_the_sum_is_true(library: Library, acts: list[tuple[str, int]]) -> None:
    ledger, job = Ledger(library.engine), made(library, 10)
    for act, place in acts:
        places = ledger.next(job)
        if act == "take" and places:
            ledger.take(job, places, places[:place], [])
        else:
            known = [failed(Place(place, "A" * 22))] if act == "fail" else []
            ledger.settle(job, [] if known else [place], known)
        job = now(library, job)
        assert job.done + job.skipped + job.failed + len(ledger.outstanding(job)) == job.taken
