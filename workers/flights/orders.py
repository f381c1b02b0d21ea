"""What a job has ordered and no worker has begun: so that what is cancelled is dropped, and what is lost is noticed.

An order is all sizes of one photo, which are made from one decode. The driver of jobs says again each second that it
stands; the worker that takes the order ends it, and begins a flight of that name. So where neither is there, the task
is lost, and the driver sends another.

`MemoryOrders` serves one process, `RedisOrders` all that share a Redis; both behave alike.
"""

import threading
from enum import StrEnum
from typing import Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from workers.flights.redis import flight_key, reached

LEASE = 3.0  # seconds for which an order stands that nobody speaks of


class Standing(StrEnum):
    """How an order stood until it was placed again."""

    NEW = "new"  # it did not: the task has to be sent
    QUEUED = "queued"  # no worker has taken it so far
    BEGUN = "begun"  # a worker is at it


class Orders(Protocol):
    """The registry of orders. All methods may raise FlightsDown."""

    def place(self, name: str) -> Standing:
        """Says that the order stands, to be said again each second; gives how it stood before."""

    def withdraw(self, name: str) -> None:
        """Ends an order. What a worker has begun, it finishes."""

    def take(self, name: str) -> bool:
        """Ends an order, as a worker begins it; gives whether it stood."""

    def close(self) -> None:
        """Lets go of connections."""


class MemoryOrders:
    """Orders of one process. None can get lost: who places them and who takes them die together."""

    def __init__(self) -> None:
        self._begun: dict[str, bool] = {}
        self._lock = threading.Lock()

    def place(self, name: str) -> Standing:
        """As in `Orders`."""
        with self._lock:
            before = self._begun.get(name)
            self._begun[name] = bool(before)
        return Standing.NEW if before is None else Standing.BEGUN if before else Standing.QUEUED

    def withdraw(self, name: str) -> None:
        """As in `Orders`; one that is begun has to be withdrawn too when it has ended."""
        with self._lock:
            self._begun.pop(name, None)

    def take(self, name: str) -> bool:
        """As in `Orders`."""
        with self._lock:
            stands = self._begun.get(name) is False
            if stands:
                self._begun[name] = True
        return stands

    def close(self) -> None:
        """Nothing."""


PLACE = """
local flight, order = unpack(KEYS)
if redis.call('EXISTS', flight) == 1 then return 'begun' end
local stood = redis.call('EXISTS', order)
redis.call('SET', order, 1, 'PX', ARGV[1])
return stood == 1 and 'queued' or 'new'
"""


class RedisOrders:
    """Orders of all processes and hosts that share a Redis."""

    TIMEOUT = 1.0

    def __init__(self, url: str) -> None:
        # As in `RedisFlights`: one more try where a connection is broken, none where Redis is silent.
        retry = Retry(NoBackoff(), 1, (redis.ConnectionError,))
        self._redis = redis.Redis.from_url(
            url, socket_timeout=self.TIMEOUT, socket_connect_timeout=self.TIMEOUT, retry=retry
        )
        self._place = self._redis.register_script(PLACE)

    def place(self, name: str) -> Standing:
        """As in `Orders`."""
        with reached():
            answer = self._place((flight_key(name), _order(name)), (int(LEASE * 1000),))
            return Standing(answer.decode() if isinstance(answer, bytes) else str(answer))

    def withdraw(self, name: str) -> None:
        """As in `Orders`."""
        with reached():
            self._redis.delete(_order(name))

    def take(self, name: str) -> bool:
        """As in `Orders`."""
        with reached():
            return bool(self._redis.delete(_order(name)))

    def close(self) -> None:
        """As in `Orders`."""
        self._redis.close()


def _order(name: str) -> str:
    return f"darkroom:order:{name}"
