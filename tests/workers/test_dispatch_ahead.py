"""Work in advance, as the front end asks for it; and people who come to wait for what lies in that queue. Both ways."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cache.render_cache import RenderCache
from catalog.photos import Photo
from tests.cache.keys import render as some_render
from tests.photos import decoded
from tests.workers.test_dispatch import DOWN, Down, app_at, made, shed
from tests.workers.ways import WAIT, Impatient, Way, key_of, sample, save_photo, wait_until
from workers import errors
from workers.dispatch import Dispatcher, Prefetched, PrefetchLimits
from workers.flights.memory import MemoryFlights
from workers.flights.redis import RedisFlights
from workers.flights.registry import DONE, Claim
from workers.queue.app import INTERACTIVE, PREFETCH

RENDERED = some_render()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A photo root."""
    return tmp_path / "photos"


@pytest.fixture
def photo(folder: Path) -> Photo:
    """A photo in it."""
    return save_photo(folder)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for those who wait."""
    with ThreadPoolExecutor(8) as threads:
        yield threads


def prefetched() -> float:
    """Renders made in advance so far."""
    return sample("darkroom_renders_total", queue=PREFETCH, result="ok")


def test_what_is_wanted_in_advance_is_queued_once(way: Way, photo: Photo) -> None:
    one, two = way.dispatcher(), way.dispatcher()
    assert [each.prefetch(photo, key_of(photo)) for each in (one, two, one)] == [Prefetched.QUEUED] * 3
    assert (way.queued(PREFETCH), way.queued()) == (1, 0)
    task = way.take(PREFETCH)
    assert (task.name, task.path, task.queue) == (key_of(photo).name, photo.path, PREFETCH)


def test_what_is_cached_is_not_queued(way: Way, photo: Photo) -> None:
    way.cache.put(key_of(photo), RENDERED)
    assert way.dispatcher().prefetch(photo, key_of(photo)) is Prefetched.CACHED
    assert way.queued(PREFETCH) == 0


def test_what_somebody_waits_for_is_not_queued_in_advance(way: Way, photo: Photo, pool: ThreadPoolExecutor) -> None:
    dispatcher = way.dispatcher()
    waiter = pool.submit(dispatcher.render, photo, key_of(photo))
    wait_until(lambda: way.queued() == 1)
    assert dispatcher.prefetch(photo, key_of(photo)) is Prefetched.QUEUED
    assert way.queued(PREFETCH) == 0
    way.land(way.take(), DONE, render=RENDERED)
    assert waiter.result(WAIT) == RENDERED


def test_a_queue_that_is_long_takes_no_more_in_advance(way: Way, photo: Photo) -> None:
    dispatcher = way.dispatcher(prefetch=PrefetchLimits(room=2))
    before = sample("darkroom_shed_total", reason="queue_full")
    came = [dispatcher.prefetch(photo, key_of(photo, width)) for width in (40, 44, 48)]
    assert came == [Prefetched.QUEUED, Prefetched.QUEUED, Prefetched.REFUSED]
    assert way.queued(PREFETCH) == 2
    assert sample("darkroom_shed_total", reason="queue_full") == before  # no request was refused


def test_a_worker_makes_it_and_counts_it(way: Way, folder: Path, photo: Photo) -> None:
    before, interactive = prefetched(), sample("darkroom_renders_total", queue=INTERACTIVE, result="ok")
    with way.working(folder):
        assert way.dispatcher().prefetch(photo, key_of(photo)) is Prefetched.QUEUED
        wait_until(lambda: way.cache.has(key_of(photo)))
    assert prefetched() == before + 1
    assert sample("darkroom_renders_total", queue=INTERACTIVE, result="ok") == interactive


def test_what_comes_too_late_is_dropped(way: Way, folder: Path, photo: Photo) -> None:
    before = made()
    way.dispatcher(prefetch=PrefetchLimits(seconds=0.001)).prefetch(photo, key_of(photo))
    late = time.time() + 0.01
    wait_until(lambda: time.time() > late)
    with way.working(folder):
        wait_until(lambda: not way.queued(PREFETCH))
    assert (made(), way.cache.has(key_of(photo))) == (before, False)


def test_whoever_comes_to_wait_does_not_wait_behind_that_queue(
    way: Way, folder: Path, photo: Photo, pool: ThreadPoolExecutor
) -> None:
    """Promotion: nobody serves the lower queue, and the person gets the render. Then its task finds nothing to do."""
    dispatcher, before, ahead = way.dispatcher(), made(), prefetched()
    dispatcher.prefetch(photo, key_of(photo))
    waiter = pool.submit(way.dispatcher().render, photo, key_of(photo))
    task = way.take()
    assert task.queue == INTERACTIVE
    renderer = way.renderer(folder)
    renderer.render(task.name, task.root, task.path, task.queue)
    assert decoded(waiter.result(WAIT)).width == 40
    late = way.take(PREFETCH)
    assert late.name == task.name
    renderer.render(late.name, late.root, late.path, late.queue)
    assert (made(), prefetched()) == (before + 1, ahead)


def test_a_person_gets_what_the_lower_queue_s_worker_was_the_first_to_begin(
    way: Way, folder: Path, photo: Photo, pool: ThreadPoolExecutor
) -> None:
    dispatcher, before, ahead = way.dispatcher(), made(), prefetched()
    dispatcher.prefetch(photo, key_of(photo))
    waiter = pool.submit(dispatcher.render, photo, key_of(photo))
    interactive, task = way.take(), way.take(PREFETCH)
    assert interactive.name == task.name
    renderer = way.renderer(folder, patient=False)
    renderer.render(task.name, task.root, task.path, task.queue)
    assert decoded(waiter.result(WAIT)).width == 40
    renderer.render(*(getattr(interactive, name) for name in ("name", "root", "path", "queue")))
    assert (made(), prefetched()) == (before, ahead + 1)


def test_who_waits_for_work_in_advance_waits_in_its_queue(
    way: Way, folder: Path, photo: Photo, pool: ThreadPoolExecutor
) -> None:
    dispatcher, before = way.dispatcher(), prefetched()
    waiters = [pool.submit(dispatcher.render, photo, key_of(photo), queue=PREFETCH) for _ in range(3)]
    wait_until(lambda: way.queued(PREFETCH) == 1)
    assert (way.queued(), way.flights.waiting()) == (0, 0)
    with way.working(folder):
        assert len({waiter.result(WAIT) for waiter in waiters}) == 1
    assert prefetched() == before + 1


def test_a_person_joins_one_who_waits_for_work_in_advance(way: Way, photo: Photo, pool: ThreadPoolExecutor) -> None:
    """In the same front end: both get the one render, and the person did not wait behind the lower queue."""
    dispatcher = way.dispatcher()
    early = pool.submit(dispatcher.render, photo, key_of(photo), queue=PREFETCH)
    wait_until(lambda: way.queued(PREFETCH) == 1)
    person = pool.submit(dispatcher.render, photo, key_of(photo))
    way.land(way.take(), DONE, render=RENDERED)
    assert {early.result(WAIT), person.result(WAIT)} == {RENDERED}


def test_who_waits_for_work_in_advance_asks_anew_where_it_was_given_up(
    way: Way, photo: Photo, pool: ThreadPoolExecutor
) -> None:
    """A person came to wait for it, and went away."""
    dispatcher, client = way.dispatcher(), Impatient()
    early = pool.submit(dispatcher.render, photo, key_of(photo), queue=PREFETCH)
    way.take(PREFETCH)
    person = pool.submit(dispatcher.render, photo, key_of(photo), client)
    way.take()
    client.hang_up()
    assert isinstance(person.exception(WAIT), errors.Busy)
    way.land(way.take(PREFETCH), DONE, render=RENDERED)
    assert early.result(WAIT) == RENDERED


def test_who_waits_for_work_in_advance_leaves_places_for_people(
    way: Way, photo: Photo, pool: ThreadPoolExecutor
) -> None:
    dispatcher, before = way.dispatcher(places=2), shed("places")
    early = pool.submit(dispatcher.render, photo, key_of(photo), queue=PREFETCH)
    wait_until(lambda: way.queued(PREFETCH) == 1)
    with pytest.raises(errors.Busy, match="Too many"):
        dispatcher.render(photo, key_of(photo, 44), queue=PREFETCH)
    assert shed("places") == before + 1
    person = pool.submit(dispatcher.render, photo, key_of(photo, 48))
    way.land(way.take(), DONE, render=RENDERED)
    assert person.result(WAIT) == RENDERED
    way.land(way.take(PREFETCH), DONE, render=RENDERED)
    assert early.result(WAIT) == RENDERED


@DOWN
def test_a_redis_that_is_down_refuses_and_is_left_alone(photo: Photo, down: Down) -> None:
    with down() as url:
        flights = RedisFlights(url)
        dispatcher = Dispatcher(app_at(url), flights, RenderCache([]), timeout=60, places=2)
        assert [dispatcher.prefetch(photo, key_of(photo)) for _ in range(3)] == [Prefetched.REFUSED] * 3
    flights.close()


@DOWN
def test_a_queue_that_is_down_leaves_nothing_reserved(photo: Photo, down: Down) -> None:
    with down() as url:
        flights = MemoryFlights()  # what fails is not the registry but the sending
        dispatcher = Dispatcher(app_at(url), flights, RenderCache([]), timeout=60, places=2)
        assert dispatcher.prefetch(photo, key_of(photo)) is Prefetched.REFUSED
        with pytest.raises(errors.Busy, match="down"):
            dispatcher.render(photo, key_of(photo), queue=PREFETCH)
    assert flights.reserve(key_of(photo).name, 1, 60) is Claim.FIRST
    assert sample("darkroom_flights") == 0
