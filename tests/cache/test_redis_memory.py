"""Whether Redis has the memory that the cache may take: a real one, as it is set."""

from collections.abc import Iterator

import pytest
import redis

from cache.redis_memory import RedisMemory, shortage
from tests.end_to_end.servers import free_port, redis_server


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as (made, _):
        yield made


@pytest.mark.parametrize(
    ("most", "policy", "low"),
    [
        ("100mb", "noeviction", True),
        ("300mb", "noeviction", False),
        ("0", "noeviction", False),
        ("100mb", "volatile-lru", False),
    ],
)
def test_its_memory_against_the_cache_s(url: str, most: str, policy: str, low: bool) -> None:
    with redis.Redis.from_url(url) as asking:
        asking.config_set("maxmemory", most)
        asking.config_set("maxmemory-policy", policy)
    said = RedisMemory(url, 256_000_000).shortage()
    assert (said is not None) is low
    assert not said or said.startswith("Redis's maxmemory is 105 MB, less than the 256 MB of cache.redis.bytes, and")


def test_one_that_does_not_answer_says_nothing() -> None:
    assert RedisMemory(f"redis://127.0.0.1:{free_port()}/0", 1).shortage() is None


def test_as_much_as_the_cache_may_take_is_enough() -> None:
    assert shortage(100, "noeviction", 100) is None
    assert shortage(99, "noeviction", 100)
