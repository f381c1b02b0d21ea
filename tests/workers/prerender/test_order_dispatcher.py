"""The dispatcher, both ways: orders reach the queue, completions the inbox, and what is lost is noticed."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from catalog.jobs.progress import JobPhoto
from config import Settings
from tests.end_to_end.servers import free_port
from tests.workers.ways import ROOT, WAIT, Way, key_of, save_photo, wait_until
from workers.flights.memory import MemoryFlights
from workers.flights.orders import MemoryOrders, Orders, RedisOrders
from workers.flights.registry import DONE, DROPPED, Completion
from workers.prerender import order_dispatcher
from workers.prerender.missing import Pending
from workers.prerender.order_dispatcher import WINDOW, Inbox, OrderDispatcher, Unreachable
from workers.queue.app import BACKGROUND, LADDER, QueueLengths, create_celery


class Bench:
    """A dispatcher of one way; `take` is a worker that takes a task."""

    def __init__(self, way: Way, folder: Path) -> None:
        self.way = way
        self.wakeup, self.inbox = threading.Event(), Inbox()
        self.orders: Orders = RedisOrders(way.settings.redis_url) if way.distributed else MemoryOrders()
        self.dispatcher = OrderDispatcher(way.app, way.front_flights(), self.orders, self.wakeup)
        photo = save_photo(folder)
        self.pending = Pending(JobPhoto(0, photo.photoid), photo, (key_of(photo, 40), key_of(photo, 80)))

    def send(self, name: str = "one") -> None:
        self.dispatcher.send(name, self.pending, self.inbox)

    def take(self) -> list[Any]:
        with self.way.app.connection_for_read() as connection:
            inbox = connection.SimpleQueue(self.way.app.amqp.queues[BACKGROUND])
            try:
                message = inbox.get(timeout=WAIT)
                message.ack()
            finally:
                inbox.close()
        assert message.headers["task"] == LADDER
        return list(message.payload[0])

    def queued(self) -> int:
        return dict(QueueLengths(self.way.app))[BACKGROUND]

    def look(self) -> deque[Completion]:
        self.dispatcher._look_at = 0.0
        self.dispatcher.look()
        return self.inbox


@pytest.fixture
def bench(way: Way, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(way, tmp_path)
    yield made
    made.orders.close()


def test_an_order_is_a_task_with_all_that_a_worker_needs(bench: Bench) -> None:
    bench.send()
    names = [key.name for key in bench.pending.keys]
    assert bench.take() == ["one", names, ROOT, bench.pending.photo.path]
    assert (bench.dispatcher.room, bench.dispatcher.busy) == (WINDOW - 1, True)


def test_a_completion_comes_into_the_inbox_and_wakes(bench: Bench) -> None:
    bench.send()
    bench.take()
    bench.orders.take("one")
    bench.way.flights.begin("one", wanted=False)
    bench.way.flights.land(Completion("somebody's", DONE), None, kept=True)
    bench.way.flights.land(Completion("one", "damaged", "It is broken."), None, kept=True)
    assert bench.wakeup.wait(WAIT)
    assert list(bench.inbox) == [Completion("one", "damaged", "It is broken.")]
    bench.dispatcher.forget("one")
    assert not bench.dispatcher.busy


def test_an_order_that_is_withdrawn_is_dropped_by_the_worker(bench: Bench) -> None:
    bench.send()
    bench.dispatcher.forget("one")
    bench.take()
    assert not bench.orders.take("one")


def test_while_it_is_queued_or_begun_nothing_is_lost(bench: Bench) -> None:
    bench.send()
    assert not bench.look()
    assert not bench.look()
    bench.take()
    bench.orders.take("one")
    bench.way.flights.begin("one", wanted=False)
    for _ in range(3):
        assert not bench.look()
    assert bench.queued() == 0


def test_a_task_that_is_gone_is_noticed_at_the_second_look(bench: Bench) -> None:
    bench.send()
    bench.take()  # by a worker that dies before it begins
    assert not bench.look()
    assert list(bench.look()) == [Completion("one", DROPPED)]


def test_a_worker_that_died_is_noticed(distributed: Way, tmp_path: Path) -> None:
    bench = Bench(distributed, tmp_path)
    bench.send()
    bench.take()
    bench.orders.take("one")
    with Redis.from_url(distributed.settings.redis_url) as redis:
        redis.hset("darkroom:flight:one", "state", "begun")
        assert not bench.look()
        redis.delete("darkroom:flight:one")  # as it runs out
    assert list(bench.look()) == [Completion("one", DROPPED)]
    bench.orders.close()


def test_a_redis_that_comes_back_empty_is_noticed(distributed: Way, tmp_path: Path) -> None:
    bench = Bench(distributed, tmp_path)
    bench.send()
    with Redis.from_url(distributed.settings.redis_url) as redis:
        redis.flushdb()
    assert list(bench.look()) == [Completion("one", DROPPED)]
    bench.dispatcher.forget("one")
    bench.send()
    assert bench.queued() == 1
    bench.orders.close()


def test_looks_are_a_while_apart(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.send()
    bench.look()
    monkeypatch.setattr(bench.orders, "place", lambda _: pytest.fail("looked again at once"))
    bench.dispatcher.look()


def test_silence_is_noticed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not bench.dispatcher.silent
    bench.send()
    assert not bench.dispatcher.silent
    monkeypatch.setattr(order_dispatcher, "SILENCE", 0.01)
    wait_until(lambda: bench.dispatcher.silent)


def test_a_broker_that_is_down_is_said_and_left_alone(tmp_path: Path) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    settings = replace(Settings(), redis_url=url)
    dispatcher = OrderDispatcher(create_celery(settings), MemoryFlights(), RedisOrders(url), threading.Event())
    photo = save_photo(tmp_path)
    pending = Pending(JobPhoto(0, photo.photoid), photo, (key_of(photo),))
    before = time.monotonic()
    with pytest.raises(Unreachable):
        dispatcher.send("one", pending, Inbox())
    assert dispatcher.room == 0 or time.monotonic() - before > order_dispatcher.LOOK_AGAIN
    assert not dispatcher.busy
