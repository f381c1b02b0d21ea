"""A real Redis for the tests of the cache."""

from collections.abc import Iterator

import pytest
import redis

from tests.end_to_end.servers import PATIENCE, redis_server


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as (url, _):
        yield url


@pytest.fixture
def redis_url(shared_redis: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Redis with nothing in it, for which tiers wait as long as a noisy machine takes."""
    monkeypatch.setattr("cache.redis.TIMEOUT", PATIENCE)
    with redis.Redis.from_url(shared_redis) as client:
        client.flushall()
    return shared_redis
