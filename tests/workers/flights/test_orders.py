"""Orders: what stands, what is taken, what is lost; in memory and in Redis alike."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from tests.end_to_end.servers import free_port
from tests.workers.ways import Way, wait_until
from workers.flights.orders import MemoryOrders, Orders, RedisOrders, Standing
from workers.flights.registry import DONE, Completion, FlightsDown


@pytest.fixture
def orders(way: Way) -> Iterator[Orders]:
    made: Orders = RedisOrders(way.settings.redis_url) if way.distributed else MemoryOrders()
    yield made
    made.close()


def test_an_order_stands_until_it_is_taken(way: Way, orders: Orders) -> None:
    assert [orders.place("one") for _ in range(2)] == [Standing.NEW, Standing.QUEUED]
    assert orders.take("one")
    assert not orders.take("one")
    way.flights.begin("one", wanted=False)
    assert orders.place("one") is Standing.BEGUN
    assert not orders.take("one")
    way.flights.land(Completion("one", DONE), None, kept=True)
    orders.withdraw("one")
    assert orders.place("one") is Standing.NEW


def test_what_is_withdrawn_is_not_taken(orders: Orders) -> None:
    orders.place("one")
    orders.withdraw("one")
    orders.withdraw("another")
    assert not orders.take("one")


def test_one_of_many_takes_it(orders: Orders) -> None:
    orders.place("one")
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: orders.take("one"), range(8))) == 1


def test_an_order_that_nobody_speaks_of_runs_out(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.flights.orders.LEASE", 0.05)
    orders = RedisOrders(redis_url)
    orders.place("short")
    wait_until(lambda: not orders.take("short"))
    assert orders.place("short") is Standing.NEW
    orders.close()


def test_a_redis_that_forgot_has_no_orders(redis_url: str) -> None:
    orders = RedisOrders(redis_url)
    orders.place("one")
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    assert orders.place("one") is Standing.NEW
    orders.close()


def test_a_redis_that_is_down_is_said() -> None:
    orders = RedisOrders(f"redis://127.0.0.1:{free_port()}/0")
    for ask in (orders.place, orders.take, orders.withdraw):
        with pytest.raises(FlightsDown):
            ask("one")
    orders.close()
