"""One Redis for the tests that have both ways; each finds it empty."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from tests.end_to_end.servers import redis_server
from tests.workers.ways import PatientFlights, Way, open_way, sample
from workers.flights.redis import RedisFlights
from workers.flights.registry import Flights


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real Redis, with whatever the test before left there."""
    with redis_server(tmp_path_factory.mktemp("redis")) as (url, _):
        yield url


@pytest.fixture
def redis_url(shared_redis: str) -> str:
    """The URL of a real Redis with nothing in it."""
    with Redis.from_url(shared_redis) as client:
        client.flushdb()
    return shared_redis


@pytest.fixture(scope="session")
def listening(shared_redis: str) -> Iterator[list[Flights]]:
    """The registries that listen on that Redis; closed all at once, as each takes half a second."""
    registries: list[Flights] = []
    yield registries
    with ThreadPoolExecutor(max(1, len(registries))) as pool:
        list(pool.map(lambda each: each.close(), registries))


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Way]:
    """The embedded way. However the test went, nobody waits for a render after it; likewise below."""
    with open_way(tmp_path / "data", []) as opened:
        yield opened
    assert sample("darkroom_flights") == 0


@pytest.fixture
def distributed(tmp_path: Path, listening: list[Flights], redis_url: str) -> Iterator[Way]:
    """The distributed way."""
    with open_way(tmp_path / "data", listening, redis_url) as opened:
        yield opened
    assert sample("darkroom_flights") == 0


@pytest.fixture(params=["embedded", "distributed"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each way in turn."""
    opened = request.getfixturevalue(request.param)
    assert isinstance(opened, Way)
    return opened


@pytest.fixture
def redis_flights(redis_url: str) -> Iterator[RedisFlights]:
    """An empty registry in Redis."""
    registry = PatientFlights(redis_url)
    yield registry
    registry.close()
