"""A run: whatever comes of its orders, each photo is counted once and none is left."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.jobs.jobs import Job, State
from catalog.render_failures import RenderFailure, RenderFailures
from tests.catalog.library import Library, jpeg
from tests.workers.prerender.played import BOXES, RENDER, House
from workers.errors import BRINGS_DOWN
from workers.prerender.estimate import NO_CACHE, Estimate
from workers.prerender.order_dispatcher import WINDOW
from workers.prerender.run import MOST_TRIES, NO_QUEUE, NO_WORKER, Run

PLENTY = Estimate(1000, 10**9, 10**9)


@pytest.fixture
def house(library: Library) -> House:
    return House(library)


def begun(house: House, job: Job, estimate: Estimate = PLENTY, *, in_process: bool = False) -> Run:
    return Run(job, BOXES, estimate, house.components(in_process=in_process))


def step(house: House, run: Run, job: Job, times: int = 3) -> Job:
    """Steps until nothing more can be done at once; gives the job as it stands."""
    for _ in range(times):
        current = house.jobs.by_id(job.id)
        if current.state is State.RUNNING:
            run.step(current)
    return house.jobs.by_id(job.id)


def counts(job: Job) -> tuple[int, int, int]:
    return job.done, job.skipped, job.failed


def test_what_is_cached_is_skipped_and_the_rest_is_rendered(house: House) -> None:
    house.render(house.photos[:2])
    job = house.job()
    run = begun(house, job)
    job = step(house, run, job)
    assert (counts(job), job.state, len(house.dispatcher.sent)) == ((0, 2, 0), State.RUNNING, 3)
    for name in list(house.dispatcher.sent):
        house.work(name)
    job = step(house, run, job)
    assert (counts(job), job.state, job.bytes) == ((3, 2, 0), State.DONE, 10 * len(RENDER))
    assert job.rate is not None


def test_all_cached_needs_no_worker(house: House) -> None:
    house.render(house.photos)
    job = house.job()
    assert step(house, begun(house, job), job).state is State.DONE
    assert house.dispatcher.history == []


def test_no_more_is_under_way_than_the_window(library: Library) -> None:
    house = House(library, 40)
    job = house.job()
    step(house, begun(house, job), job)
    assert len(house.dispatcher.sent) == WINDOW


def test_a_damaged_photo_is_failed_with_its_reason_and_noted(house: House) -> None:
    job = house.job()
    run = begun(house, job)
    step(house, run, job)
    first, *rest = list(house.dispatcher.sent)
    bad = house.dispatcher.sent[first][0].photo
    house.dispatcher.say(first, "damaged", "It is broken.")
    for name in rest:
        house.work(name)
    job = step(house, run, job)
    assert (counts(job), job.state) == ((4, 0, 1), State.DONE)
    assert [each.reason for each in house.jobs.failures(job.id, 9)] == ["It is broken."]
    assert RenderFailures(house.engine).of(bad) == RenderFailure("damaged", "It is broken.")
    again = house.job()
    assert counts(step(house, begun(house, again), again)) == (0, 4, 1)


@pytest.mark.parametrize("rendered", [True, False])
def test_what_is_lost_is_looked_for_and_sent_again(house: House, rendered: bool) -> None:
    job = house.job()
    run = begun(house, job)
    step(house, run, job)
    name, (pending, _) = next(iter(house.dispatcher.sent.items()))
    if rendered:
        house.render([pending.photo])
    house.dispatcher.say(name, "dropped")
    job = step(house, run, job)
    assert (job.done, house.dispatcher.history.count(name)) == ((1, 1) if rendered else (0, 2))


def test_what_is_busy_is_tried_a_few_times(house: House) -> None:
    job = house.job()
    run = begun(house, job)
    step(house, run, job)
    name = next(iter(house.dispatcher.sent))
    for _ in range(MOST_TRIES):
        house.dispatcher.say(name, "busy", "No time.")
        job = step(house, run, job)
    assert (job.failed, house.dispatcher.history.count(name)) == (1, MOST_TRIES)


def test_a_photo_that_was_edited_is_rendered_as_it_is_now(house: House) -> None:
    job = house.job()
    run = begun(house, job)
    step(house, run, job)
    name, (pending, _) = next(iter(house.dispatcher.sent.items()))
    (house.library.a / pending.photo.path).write_bytes(jpeg("blue", (30, 20)))
    house.dispatcher.say(name, "changed", "The file has changed.")
    step(house, run, job)
    (again,) = [each for each, _ in house.dispatcher.sent.values() if each.photo.photoid == pending.photo.photoid]
    assert again.photo.version != pending.photo.version
    assert again.keys == house.keys(again.photo)


def test_a_photo_that_is_none_any_more_is_failed(house: House) -> None:
    job = house.job()
    run = begun(house, job)
    step(house, run, job)
    name, (pending, _) = next(iter(house.dispatcher.sent.items()))
    (house.library.a / pending.photo.path).write_bytes(b"no photo any more")
    house.dispatcher.say(name, "changed", "The file has changed.")
    assert step(house, run, job).failed == 1


def test_a_job_outlives_its_process(house: House) -> None:
    job = house.job()
    step(house, begun(house, job), job)
    under_way = dict(house.dispatcher.sent)
    name = next(iter(under_way))
    house.render([under_way[name][0].photo])  # its completion was never heard
    house.dispatcher.sent.clear()
    run = begun(house, house.jobs.by_id(job.id))
    job = step(house, run, job)
    assert (job.done, set(house.dispatcher.sent)) == (1, set(under_way) - {name})
    for each in list(house.dispatcher.sent):
        house.work(each)
    assert counts(step(house, run, job)) == (5, 0, 0)


def test_a_photo_that_ends_its_process_each_time_is_damaged_and_no_other(house: House) -> None:
    job = house.job()
    poison = house.photos[3].photoid
    for _ in range(20):
        run = begun(house, house.jobs.by_id(job.id), in_process=True)
        for _ in range(9):
            job = step(house, run, job)
            if any(pending.photo.photoid == poison for pending, _ in house.dispatcher.sent.values()):
                break  # and all that this process had in hand is gone
            for each in list(house.dispatcher.sent):
                house.work(each)
        house.dispatcher.sent.clear()
        if job.state is State.DONE:
            break
    assert (counts(job), job.state) == ((4, 0, 1), State.DONE)
    assert [(each.photoid, each.reason) for each in house.jobs.failures(job.id, 9)] == [(poison, BRINGS_DOWN)]


def test_whoever_leaves_in_order_puts_no_blame_on_photos(house: House) -> None:
    job = house.job()
    for _ in range(MOST_TRIES + 1):
        run = begun(house, house.jobs.by_id(job.id), in_process=True)
        step(house, run, job)
        assert len(house.dispatcher.sent) == 5
        run.leave(job)
        assert house.dispatcher.sent == {}
    assert house.jobs.by_id(job.id).failed == 0


def test_it_stops_at_its_share_of_the_cache(library: Library) -> None:
    house = House(library, 30)
    size = 2 * len(RENDER)
    job = house.job()
    estimate = Estimate(size * 30, size * 20, 10**9)
    run = begun(house, job, estimate)
    for _ in range(12):
        job = step(house, run, job, 1)
        for name in list(house.dispatcher.sent):
            house.work(name)
    assert (job.state, job.done, job.bytes) == (State.CANCELLED, 16, 16 * size)
    assert "80 %" in job.message
    # Run again it does not begin: nothing is rendered by which what it has rendered would go.
    again = house.job()
    assert counts(step(house, begun(house, again, estimate), again, 6))[0] == 0


def test_it_stops_at_its_share_of_entries_and_without_a_cache(house: House) -> None:
    for estimate, made in ((replace(PLENTY, renders=5), 2), (Estimate(10, 0, 10**9), 0)):
        job = house.job()
        run = begun(house, job, estimate)
        for _ in range(5):
            job = step(house, run, job, 1)
            for name in list(house.dispatcher.sent):
                house.work(name)
        assert (job.state, job.done) == (State.CANCELLED, made)
    assert job.message == NO_CACHE


def test_a_worker_that_is_not_there_is_said(house: House) -> None:
    job = house.job()
    run = begun(house, job)
    step(house, run, job, 1)
    house.dispatcher.alone = True
    assert step(house, run, job).message == NO_WORKER
    house.dispatcher.alone = False
    house.work(next(iter(house.dispatcher.sent)))
    assert step(house, run, job).message == ""


def test_a_queue_that_is_down_is_said_and_waited_for(house: House) -> None:
    job = house.job()
    run = begun(house, job)
    house.dispatcher.down = True
    job = step(house, run, job)
    assert (job.message, job.state, house.dispatcher.sent) == (NO_QUEUE, State.RUNNING, {})
    house.dispatcher.down = False
    step(house, run, job)
    for name in list(house.dispatcher.sent):
        house.work(name)
    job = step(house, run, job)
    assert (counts(job), job.state, job.message) == ((5, 0, 0), State.DONE, "")


OUTCOMES = st.sampled_from(["work", "dropped", "busy", "damaged", "failed", "leave", "die"])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(OUTCOMES, max_size=25))
def test_whatever_happens_every_photo_is_counted_once(house: House, acts: list[str]) -> None:
    with house.engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM faults")
        connection.commit()
    job = house.job()
    run = begun(house, job)
    for act in acts:
        job = step(house, run, job, 1)
        name = next(iter(house.dispatcher.sent), None)
        if act in ("leave", "die"):
            if act == "leave":
                run.leave(job)
            house.dispatcher.sent.clear()
            run = begun(house, house.jobs.by_id(job.id))
        elif name is not None and act == "work":
            house.work(name)
        elif name is not None:
            house.dispatcher.say(name, act, "A reason.")
    for _ in range(60):
        job = step(house, run, job, 1)
        for name in list(house.dispatcher.sent):
            house.work(name)
    assert (job.state, sum(counts(job))) == (State.DONE, job.total)
    assert house.progress.outstanding(job) == []
