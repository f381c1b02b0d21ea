"""How the front end waits for renders, one suite over both ways; and what it does where things get lost."""

import queue
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from redis import Redis

from cache.key import RenderKey
from cache.render_cache import RenderCache
from catalog.photos import Photo
from config import Settings
from tests.cache.keys import render as some_render
from tests.end_to_end.servers import free_port, redis_server
from tests.photos import decoded
from tests.workers.ways import ROOT, WAIT, Impatient, Way, key_of, open_way, sample, save_photo, wait_until
from workers import errors, pipeline
from workers.dispatch import Dispatcher, QueueDown
from workers.flights.memory import MemoryFlights
from workers.flights.redis import RedisFlights
from workers.flights.registry import DONE, DROPPED, Claim, Completion, Flights, FlightsDown, Listener, Start
from workers.queue.app import INTERACTIVE, RENDER, create_celery

WAITERS = 40
RENDERED = some_render()

KINDS = [
    ("damaged", errors.Damaged),
    ("unsupported", errors.Unsupported),
    ("missing", errors.SourceMissing),
    ("changed", errors.SourceChanged),
    ("busy", errors.Busy),
    ("failed", errors.Failed),
    ("a kind of another version", errors.Failed),
]


class Watched:
    """A registry that lets the test see when somebody has asked for a flight."""

    def __init__(self, flights: Flights) -> None:
        self._flights = flights
        self.claims: queue.Queue[Claim] = queue.Queue()

    def claim(self, key: str, waiter: str, room: int) -> Claim:
        claim = self._flights.claim(key, waiter, room)
        self.claims.put(claim)
        return claim

    def release(self, key: str, waiter: str) -> None:
        self._flights.release(key, waiter)

    def begin(self, key: str, *, wanted: bool) -> Start:
        return self._flights.begin(key, wanted=wanted)

    def reserve(self, key: str, room: int, seconds: float) -> Claim:
        return self._flights.reserve(key, room, seconds)

    def lost(self, key: str) -> None:
        self._flights.lost(key)

    def waiting(self) -> int:
        return self._flights.waiting()

    def land(self, completion: Completion, render: bytes | None, *, kept: bool) -> None:
        self._flights.land(completion, render, kept=kept)

    def check(self) -> None:
        self._flights.check()

    def listen(self, listener: Listener) -> None:
        self._flights.listen(listener)

    def close(self) -> None:
        self._flights.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A photo root."""
    return tmp_path / "photos"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for waiters."""
    with ThreadPoolExecutor(WAITERS) as threads:
        yield threads


def shed(reason: str) -> float:
    return sample("darkroom_shed_total", reason=reason)


def made() -> float:
    return sample("darkroom_renders_total", queue=INTERACTIVE, result="ok")


def test_what_a_worker_is_told(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder, "2015/b ä.jpg")
    key = key_of(photo)
    waiter = pool.submit(way.dispatcher(timeout=15).render, photo, key)
    task = way.take()
    assert (task.task, task.name, task.root, task.path, task.queue) == (
        RENDER,
        key.name,
        ROOT,
        "2015/b ä.jpg",
        INTERACTIVE,
    )
    way.land(task, DONE, render=RENDERED)
    assert waiter.result(WAIT) == RENDERED


def test_a_render_that_the_cache_took_comes_from_there(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    waiter = pool.submit(way.dispatcher().render, photo, key_of(photo))
    task = way.take()
    way.cache.put(key_of(photo), RENDERED)
    way.land(task, DONE)
    assert waiter.result(WAIT) == RENDERED


def test_many_who_ask_at_once_cost_one_render(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    dispatcher, before = way.dispatcher(places=WAITERS), made()
    together = threading.Barrier(WAITERS)

    def ask() -> bytes:
        together.wait(WAIT)
        return dispatcher.render(photo, key_of(photo, 60))

    with way.working(folder):
        renders = {each.result(WAIT) for each in [pool.submit(ask) for _ in range(WAITERS)]}
    assert len(renders) == 1
    assert decoded(renders.pop()).size == (60, 45)
    assert made() == before + 1


def test_two_front_ends_send_one_task_and_both_hear_of_it(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    one, two = Watched(way.front_flights()), Watched(way.front_flights())
    waiters = [pool.submit(way.dispatcher(flights=each).render, photo, key_of(photo)) for each in (one, two)]
    first, second = sorted([one.claims.get(timeout=WAIT), two.claims.get(timeout=WAIT)])
    assert (first, second) in ((Claim.FIRST, Claim.QUEUED), (Claim.ASTRAY, Claim.FIRST))
    way.land(way.take(), DONE, render=RENDERED)
    assert [waiter.result(WAIT) for waiter in waiters] == [RENDERED] * 2
    assert way.queued() == 0


def test_different_renders_do_not_wait_for_each_other(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    dispatcher = way.dispatcher()
    waiters = {
        key_of(photo, width).name: pool.submit(dispatcher.render, photo, key_of(photo, width)) for width in (40, 80)
    }
    first, second = way.take(), way.take()
    way.land(second, DONE, render=RENDERED)
    assert waiters[second.name].result(WAIT) == RENDERED
    assert not waiters[first.name].done()
    way.land(first, "damaged", "It is broken.")
    with pytest.raises(errors.Damaged):
        waiters[first.name].result(WAIT)


@pytest.mark.parametrize(("outcome", "error"), KINDS)
def test_a_worker_s_error_reaches_every_waiter(
    way: Way, folder: Path, pool: ThreadPoolExecutor, outcome: str, error: type[errors.RenderError]
) -> None:
    photo = save_photo(folder)
    dispatcher = way.dispatcher()
    waiters = [pool.submit(dispatcher.render, photo, key_of(photo)) for _ in range(10)]
    # Who comes after the completion asks anew, so each task that comes is answered alike.
    while not all(waiter.done() for waiter in waiters):
        if way.queued():
            way.land(way.take(), outcome, "A sentence.")
    for waiter in waiters:
        caught = waiter.exception(WAIT)
        assert type(caught) is error
        assert str(caught) == "A sentence."


def test_a_lost_completion_is_made_good_by_the_cache(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    waiter = pool.submit(way.dispatcher().render, photo, key_of(photo))
    way.take()
    way.cache.put(key_of(photo), RENDERED)
    assert waiter.result(WAIT) == RENDERED


def test_a_flight_that_is_gone_is_asked_for_anew(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    waiter = pool.submit(way.dispatcher().render, photo, key_of(photo))
    lost = way.take()
    if way.distributed:
        with Redis.from_url(way.settings.redis_url) as redis:
            redis.flushdb()  # as if it had been restarted
    else:
        way.land(lost, DROPPED)
    again = way.take()
    assert (again.name, again.path) == (lost.name, lost.path)
    way.land(again, DONE, render=RENDERED)
    assert waiter.result(WAIT) == RENDERED


def test_a_lease_that_ran_out_is_in_nobody_s_way(distributed: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    """A worker that took the task and died says nothing: who asks later must not wait for it."""
    photo = save_photo(folder)
    with pytest.raises(errors.Busy):
        distributed.dispatcher(timeout=0.1).render(photo, key_of(photo))
    distributed.take()
    waiter = pool.submit(distributed.dispatcher().render, photo, key_of(photo))
    distributed.land(distributed.take(), DONE, render=RENDERED)
    assert waiter.result(WAIT) == RENDERED


def test_a_task_past_its_deadline_is_not_made_and_not_in_the_way(
    way: Way, folder: Path, pool: ThreadPoolExecutor
) -> None:
    photo = save_photo(folder)
    before, timeouts = made(), shed("timeout")
    for width in (40, 80):
        with pytest.raises(errors.Busy, match=r"within 0\.1 seconds") as caught:
            way.dispatcher(timeout=0.1).render(photo, key_of(photo, width))
        assert caught.value.retry_after == 5
    assert (way.queued(), shed("timeout")) == (2, timeouts + 2)
    with way.working(folder, threads=1):
        assert decoded(way.dispatcher().render(photo, key_of(photo, 40))).width == 40
        wait_until(lambda: not way.queued())
    assert made() == before + 1
    assert way.cache.get(key_of(photo, 80)) is None


def test_a_late_landing_is_in_the_cache_for_the_retry(
    way: Way, folder: Path, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, before, render = save_photo(folder), made(), pipeline.render
    waiter = pool.submit(way.dispatcher(timeout=3).render, photo, key_of(photo))

    def too_slow(*arguments: Any, **more: Any) -> bytes:
        assert isinstance(waiter.exception(WAIT), errors.Busy)
        return render(*arguments, **more)

    monkeypatch.setattr(pipeline, "render", too_slow)
    task = way.take()
    way.renderer(folder).render(task.name, task.root, task.path, task.queue)
    kept = way.cache.get(key_of(photo))
    assert kept is not None
    assert decoded(kept).size == (40, 30)
    with way.working(folder):
        assert way.dispatcher().render(photo, key_of(photo)) == kept
    assert made() == before + 1


def test_a_render_that_nobody_can_find_is_busy(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    waiter = pool.submit(way.dispatcher().render, photo, key_of(photo))
    way.land(way.take(), DONE)
    with pytest.raises(errors.Busy, match="no cache"):
        waiter.result(WAIT)


def test_without_a_free_place_busy_at_once(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    dispatcher, before = way.dispatcher(places=1), shed("places")
    for outcome in (DONE, "damaged"):
        waiter = pool.submit(dispatcher.render, photo, key_of(photo))
        task = way.take()
        for width in (40, 80):  # not even for the render that is under way
            with pytest.raises(errors.Busy, match="Too many"):
                dispatcher.render(photo, key_of(photo, width))
        way.land(task, outcome, render=RENDERED)
        waiter.exception(WAIT)  # the place is free again, however it went
    assert shed("places") == before + 4


def test_whoever_waits_is_told_when_the_server_ends(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo, dispatcher = save_photo(folder), way.dispatcher()
    waiters = [pool.submit(dispatcher.render, photo, key_of(photo, width)) for width in (40, 80)]
    task, _ = way.take(), way.take()
    dispatcher.give_up()
    for waiter in waiters:
        with pytest.raises(errors.Busy, match="stopped"):
            waiter.result(WAIT)
    way.renderer(folder).render(task.name, task.root, task.path, task.queue)
    assert way.cache.get(RenderKey.parse(task.name)) is not None  # for whoever comes again


def test_places_come_back_after_timeouts(way: Way, folder: Path) -> None:
    photo = save_photo(folder)
    dispatcher, before = way.dispatcher(timeout=0.05, places=1), shed("places")
    for width in range(40, 45):
        with pytest.raises(errors.Busy, match="seconds"):
            dispatcher.render(photo, key_of(photo, width))
    assert shed("places") == before


def test_names_that_are_not_utf8_and_photos_of_every_outcome_at_once(
    way: Way, folder: Path, pool: ThreadPoolExecutor
) -> None:
    good = [save_photo(folder, f"caf\udce9{number}.jpg", f"{number:022}") for number in range(8)]
    bad = [save_photo(folder, f"{number}.jpg", f"1{number:021}") for number in range(8)]
    for photo in bad:
        (folder / photo.path).unlink()
    dispatcher = way.dispatcher()
    with way.working(folder):
        waiters: list[tuple[bool, Future[bytes]]] = [
            (photo in good, pool.submit(dispatcher.render, photo, key_of(photo))) for photo in good + bad
        ]
        for fine, waiter in waiters:
            if fine:
                assert decoded(waiter.result(WAIT)).size == (40, 30)
            else:
                assert isinstance(waiter.exception(WAIT), errors.SourceMissing)


def test_nonsense_on_the_channel_keeps_nobody_from_hearing(
    folder: Path, tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    photo, opened = save_photo(folder), list[Flights]()
    with redis_server(tmp_path / "redis") as (url, _), open_way(tmp_path / "data", opened, url) as way:
        waiter = pool.submit(way.dispatcher().render, photo, key_of(photo))
        task = way.take()
        with Redis.from_url(url) as redis:
            for nonsense in (b"\xff", b"5", b"{}", b'{"key": [], "outcome": "done"}', b'{"key": "x", "outcome": {}}'):
                assert redis.publish(RedisFlights.CHANNEL, nonsense) == 1
            way.land(task, DONE, render=RENDERED)
            assert waiter.result(WAIT) == RENDERED
            assert redis.publish(RedisFlights.CHANNEL, b"{}") == 1  # it listens still
        opened[0].close()


def test_a_worker_that_works_is_known_to(way: Way, folder: Path) -> None:
    dispatcher = way.dispatcher()
    assert not dispatcher.worker_answers(0.05)
    with way.working(folder):
        assert dispatcher.worker_answers(WAIT)


def test_a_render_that_nobody_waits_for_is_not_made(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo, before, hangups = save_photo(folder), made(), shed("hangup")
    client = Impatient()
    dispatcher = way.dispatcher()
    hung_up = [pool.submit(dispatcher.render, photo, key_of(photo, width), client) for width in range(40, 60)]
    stays = pool.submit(dispatcher.render, photo, key_of(photo, 80))
    wait_until(lambda: way.queued() == 21)
    client.hang_up()
    for each in hung_up:
        assert isinstance(each.exception(WAIT), errors.Busy)
    assert shed("hangup") == hangups + 20
    with way.working(folder, threads=1):
        assert decoded(stays.result(WAIT)).width == 80
        wait_until(lambda: not way.queued())
    assert made() == before + 1


def test_who_stays_gets_the_render_though_others_hang_up(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    """In this front end and in another."""
    photo, client = save_photo(folder), Impatient()
    one, two = way.dispatcher(), way.dispatcher()
    waiters = [
        pool.submit(one.render, photo, key_of(photo), client),
        pool.submit(two.render, photo, key_of(photo), client),
        pool.submit(two.render, photo, key_of(photo)),
    ]
    wait_until(lambda: sample("darkroom_flights") == 2)
    client.hang_up()
    assert isinstance(waiters[0].exception(WAIT), errors.Busy)
    assert isinstance(waiters[1].exception(WAIT), errors.Busy)
    with way.working(folder):
        assert decoded(waiters[2].result(WAIT)).width == 40


def test_a_full_queue_is_said_at_once(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo, before = save_photo(folder), shed("queue_full")
    dispatcher = way.dispatcher(room=2)
    waiters = [pool.submit(dispatcher.render, photo, key_of(photo, width)) for width in (40, 44)]
    wait_until(lambda: way.queued() == 2)
    with pytest.raises(errors.Busy, match="queued already"):
        dispatcher.render(photo, key_of(photo, 48))
    assert shed("queue_full") == before + 1
    with way.working(folder):
        assert [decoded(each.result(WAIT)).width for each in waiters] == [40, 44]


def test_who_waits_for_a_task_that_was_dropped_asks_anew(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    waiter = pool.submit(way.dispatcher().render, photo, key_of(photo))
    task = way.take()
    assert way.flights.begin(task.name, wanted=True) is Start.BEGUN
    way.flights.lost(task.name)  # as the worker's parent says it
    again = way.take()
    way.land(again, DONE, render=RENDERED)
    assert waiter.result(WAIT) == RENDERED


def test_workers_that_drop_what_they_are_sent_are_not_flooded(way: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo = save_photo(folder)
    waiter = pool.submit(way.dispatcher(timeout=2).render, photo, key_of(photo))
    dropped = 0
    while not waiter.done():
        if way.queued():
            way.land(way.take(), DROPPED)
            dropped += 1
    assert isinstance(waiter.exception(WAIT), errors.Busy)
    assert 2 <= dropped <= 5


def test_a_failure_that_comes_when_nobody_waits_is_told_to_the_next(
    way: Way, folder: Path, pool: ThreadPoolExecutor
) -> None:
    """In any size; and to one alone, who notes it. Nothing is sent for it."""
    photo, dispatcher = save_photo(folder), way.dispatcher(timeout=1)
    waiter = pool.submit(dispatcher.render, photo, key_of(photo))
    task = way.take()
    assert way.flights.begin(task.name, wanted=True) is Start.BEGUN
    assert isinstance(waiter.exception(WAIT), errors.Busy)
    way.land(task, "unsupported", "It takes too long.")
    wait_until(lambda: bool(dispatcher._late_failures._failed))
    with pytest.raises(errors.Unsupported, match="It takes too long"):
        dispatcher.render(photo, key_of(photo, 80))
    assert way.queued() == 0
    again = pool.submit(dispatcher.render, photo, key_of(photo, 80))
    way.land(way.take(), DONE, render=RENDERED)
    assert again.result(WAIT) == RENDERED


def test_a_task_that_went_astray_is_sent_again(distributed: Way, folder: Path, pool: ThreadPoolExecutor) -> None:
    """Its worker was killed after it had taken the task, and before it began."""
    photo = save_photo(folder)
    waiter = pool.submit(distributed.dispatcher().render, photo, key_of(photo))
    distributed.take()
    distributed.land(distributed.take(), DONE, render=RENDERED)
    assert waiter.result(WAIT) == RENDERED


def test_a_photo_that_brings_three_workers_down_is_damaged(
    distributed: Way, folder: Path, pool: ThreadPoolExecutor
) -> None:
    photo = save_photo(folder)
    dispatcher = distributed.dispatcher()
    waiter = pool.submit(dispatcher.render, photo, key_of(photo))
    for _ in range(3):
        task = distributed.take()
        assert distributed.flights.begin(task.name, wanted=True) is Start.BEGUN
        distributed.flights.lost(task.name)
    caught = waiter.exception(WAIT)
    assert isinstance(caught, errors.Damaged)
    assert str(caught) == errors.BRINGS_DOWN
    with pytest.raises(errors.Damaged):  # that is remembered
        dispatcher.render(photo, key_of(photo))
    assert distributed.queued() == 0


Down = Callable[[], AbstractContextManager[str]]


def test_a_task_that_could_not_be_sent_is_no_sign_of_a_worker(folder: Path) -> None:
    photo = save_photo(folder)
    with nobody() as url:
        dispatcher = Dispatcher(app_at(url), MemoryFlights(), RenderCache([]), timeout=60, places=1)
        assert_busy(dispatcher, photo)
        with pytest.raises(QueueDown):
            dispatcher.worker_answers(0.1)


@contextmanager
def silence() -> Iterator[str]:
    """A Redis that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


@contextmanager
def nobody() -> Iterator[str]:
    """A port at which nobody listens."""
    yield f"redis://127.0.0.1:{free_port()}/0"


DOWN = pytest.mark.parametrize("down", [nobody, silence])


@DOWN
def test_a_registry_that_is_down_is_busy_long_before_the_timeout(folder: Path, tmp_path: Path, down: Down) -> None:
    photo, before = save_photo(folder), shed("queue_down")
    with down() as url:
        flights = RedisFlights(url)
        assert_busy(Dispatcher(app_at(url), flights, RenderCache([]), timeout=60, places=1), photo)
    flights.close()
    assert shed("queue_down") == before + 1


@DOWN
def test_a_queue_that_is_down_is_busy_and_gives_its_claim_back(folder: Path, tmp_path: Path, down: Down) -> None:
    photo, before = save_photo(folder), shed("queue_down")
    with down() as url:
        flights = MemoryFlights()  # what fails is not the claim but the sending
        dispatcher = Dispatcher(app_at(url), flights, RenderCache([]), timeout=60, places=1)
        assert_busy(dispatcher, photo)
        assert flights.claim(key_of(photo).name, "another", 1) is Claim.FIRST
    assert shed("queue_down") == before + 1
    assert sample("darkroom_flights") == 0


def test_redis_gone_while_somebody_waits(tmp_path: Path, folder: Path, pool: ThreadPoolExecutor) -> None:
    photo, opened = save_photo(folder), list[Flights]()
    with redis_server(tmp_path / "redis") as (url, process), open_way(tmp_path / "data", opened, url) as way:
        waiter = pool.submit(way.dispatcher(timeout=60).render, photo, key_of(photo))
        way.take()
        process.stop(signal.SIGKILL)
        with pytest.raises(errors.Busy, match="down"):
            waiter.result(WAIT)
        opened[0].close()


def app_at(url: str) -> Celery:
    return create_celery(Settings(redis_url=url))


def assert_busy(dispatcher: Dispatcher, photo: Photo) -> None:
    """It is refused within a few seconds, not after the timeout of a minute."""
    began = time.monotonic()
    with pytest.raises(errors.Busy, match="queue of renders is down"):
        dispatcher.render(photo, key_of(photo))
    assert time.monotonic() - began < WAIT
    assert sample("darkroom_flights") == 0


def test_after_a_failure_nobody_waits_for_redis_a_while(folder: Path) -> None:
    photo = save_photo(folder)
    asked: list[str] = []

    class Ill(MemoryFlights):
        def claim(self, key: str, waiter: str, room: int) -> Claim:
            asked.append(key)
            raise FlightsDown("Redis does not answer")

    dispatcher = Dispatcher(create_celery(Settings()), Ill(), RenderCache([]), timeout=60, places=1)
    for _ in range(5):
        assert_busy(dispatcher, photo)
    assert len(asked) == 1
