"""Whether Redis has the memory that the cache may take of it. One that is full and evicts nothing takes no tasks."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 1.0  # seconds
NO_EVICTION = "noeviction"


def shortage(most: int, policy: str, budget: int) -> str | None:
    """What is wrong with Redis's `maxmemory` of so many bytes (0: no bound) under that policy, and what to do; None
    where nothing is. `budget` is what the cache may take, in bytes.
    """
    if not 0 < most < budget or policy != NO_EVICTION:
        return None
    return (
        f"Redis's maxmemory is {most / 1e6:.0f} MB, less than the {budget / 1e6:.0f} MB of cache.redis.bytes, and its "
        f"maxmemory-policy is {NO_EVICTION}: once it is full it takes no tasks. Set the policy to volatile-lru, or "
        "lower cache.redis.bytes"
    )


class RedisMemory:
    """The memory of the Redis at `url`, of which the cache may take `budget` bytes."""

    def __init__(self, url: str, budget: int) -> None:
        self._url = url
        self._budget = budget

    def shortage(self) -> str | None:
        """As the function of that name; None, too, where Redis does not say it, of which others tell."""
        retry = Retry(NoBackoff(), 0)
        try:
            with redis.Redis.from_url(
                self._url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=retry
            ) as asking:
                known = asking.info("memory")
        except (redis.RedisError, OSError):
            return None
        return shortage(int(known.get("maxmemory", 0)), str(known.get("maxmemory_policy", "")), self._budget)
