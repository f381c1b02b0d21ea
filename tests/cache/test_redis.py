"""The Redis tier: time to live, books, and a Redis that is away, silent or full."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from breaker import Breaker
from cache.errors import TierError
from cache.redis import RedisTier
from tests.cache.keys import key, render
from tests.end_to_end.servers import free_port, redis_server


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as made:
        yield made


@pytest.fixture
def tier(redis_url: str) -> Iterator[RedisTier]:
    made = RedisTier(redis_url, 10_000, ttl=600)
    yield made
    made.close()


def clockless() -> Breaker:
    """A breaker for which no time passes."""
    return Breaker(clock=lambda: 0.0)


def test_a_render_has_a_time_to_live_begun_anew_at_each_use(tier: RedisTier, client: redis.Redis) -> None:
    tier.put(key(), render())
    name = f"darkroom:render:{key().name}"
    assert 590 < client.ttl(name) <= 600
    client.expire(name, 5)
    assert tier.get(key()) == render()
    assert 590 < client.ttl(name) <= 600


def test_nothing_is_left_of_what_has_expired(tier: RedisTier, client: redis.Redis) -> None:
    for number in range(5):
        tier.put(key(number), render())
    for number in range(4):
        client.zincrby("darkroom:renders:uses", -601, f"{key(number).photoid} {key(number).name}")
        client.delete(f"darkroom:render:{key(number).name}")
    assert tier.figures().entries == 1
    assert tier.figures().bytes == 1000
    tier.drop(key(4))
    assert client.keys("darkroom:render*") in ([], [b"darkroom:renders:bytes"])


def test_what_an_operator_s_limit_took_is_a_miss_and_leaves_the_books(tier: RedisTier, client: redis.Redis) -> None:
    for number in range(10):
        tier.put(key(number), render())
        client.delete(f"darkroom:render:{key(number).name}")
    assert tier.get(key(0)) is None
    for number in range(10, 20):
        tier.put(key(number), render())
    assert all(tier.get(key(number)) for number in range(10, 20))
    assert tier.figures().bytes == 10_000


def test_lost_books_lose_no_more_than_renders(tier: RedisTier, client: redis.Redis) -> None:
    for number in range(10):
        tier.put(key(number), render())
    client.delete("darkroom:renders:uses")
    for number in range(20, 50):
        assert tier.put(key(number), render())
        assert tier.figures().bytes <= 10_000
    assert all(tier.get(key(number)) for number in range(41, 50))


def test_unused_ones_go(redis_url: str) -> None:
    tier = RedisTier(redis_url, 10**7, ttl=600)
    for number in range(1200):
        tier.put(key(number), render(10))
    assert tier.drop_unused(3600) == 0
    assert tier.drop_unused(0) == 1200
    assert tier.figures().entries == tier.figures().bytes == 0
    tier.close()


def test_a_redis_that_is_full_refuses_but_gives(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as (url, _), redis.Redis.from_url(url) as client:
        tier = RedisTier(url, 10**9, ttl=600, breaker=clockless())
        tier.put(key(), render())
        client.config_set("maxmemory", 1)
        with pytest.raises(TierError, match="refuses"):
            tier.put(key(1), render())
        assert tier.get(key()) == render()
        tier.close()


def test_stopped_and_started(tmp_path: Path) -> None:
    port = free_port()
    clock = [0.0]
    tier = RedisTier(f"redis://127.0.0.1:{port}/0", 10**6, 600, Breaker(clock=lambda: clock[0]))
    for turn in range(2):
        with redis_server(tmp_path / f"redis{turn}", port):
            assert tier.get(key()) is None
            assert tier.put(key(), render())
            assert tier.get(key()) == render()
        with pytest.raises(TierError, match="does not answer"):
            tier.get(key())
        with pytest.raises(TierError, match="left alone for a moment: Redis does not answer"):
            tier.put(key(), render())
        clock[0] += 1.0
    tier.close()


def test_restarted_between_two_calls_costs_nothing(tmp_path: Path) -> None:
    port = free_port()
    tier = RedisTier(f"redis://127.0.0.1:{port}/0", 10**6, 600, clockless())
    for turn in range(2):
        with redis_server(tmp_path / f"redis{turn}", port):
            assert tier.get(key()) is None  # by a connection that the one before has closed
    tier.close()


@contextmanager
def silent() -> Iterator[tuple[str, list[socket.socket]]]:
    """Something that takes every connection and says nothing."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            try:
                while True:
                    taken.append(listening.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0", taken
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for each in taken:
                each.close()


def test_a_silent_one_is_asked_once(tmp_path: Path) -> None:
    with silent() as (url, taken):
        tier = RedisTier(url, 10**6, 600, clockless())
        for _ in range(50):
            with pytest.raises(TierError):
                tier.get(key())
            with pytest.raises(TierError):
                tier.put(key(), render())
        assert len(taken) <= 2
        tier.close()
