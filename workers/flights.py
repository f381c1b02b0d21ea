"""Renders under way: who makes one, and how those who wait for it hear how it went.

A flight is one render of one key from the moment somebody claims it until it lands. `MemoryFlights` serves one
process, `RedisFlights` all processes and hosts that share a Redis; both behave alike.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger("darkroom.flights")

DONE = "done"
DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Word:
    """How a flight went.

    `outcome` is "done"; or "dropped" where the task came too late to be worth it; or the kind of the error, whose
    sentence is `reason`. `carried` says that the render itself waits in the registry, because no shared cache
    could take it.
    """

    key: str
    outcome: str
    reason: str = ""
    carried: bool = False


Heard = Callable[[Word, bytes | None], None]


class FlightsDown(Exception):
    """The registry of flights can't be reached."""


class Flights(Protocol):
    """The registry of flights and the channel on which they are announced."""

    def claim(self, key: str, lease: float) -> bool:
        """Whether the caller is the first, and so has to see to the render; for `lease` seconds nobody else is."""

    def under_way(self, key: str) -> bool:
        """Whether somebody has claimed the key and it has neither landed nor run out."""

    def land(self, word: Word, render: bytes | None, *, kept: bool) -> None:
        """Ends the flight and tells all who listen.

        `kept` says that a cache which the listeners share has the render; where none has it, the word carries it.
        """

    def listen(self, heard: Heard) -> None:
        """Calls `heard` with each word from now on, and with the render where the word carries it."""

    def close(self) -> None:
        """Stops listening."""


class MemoryFlights:
    """Flights of one process: the embedded way."""

    def __init__(self) -> None:
        self._claimed: set[str] = set()
        self._lock = threading.Lock()
        self._listeners: list[Heard] = []

    def claim(self, key: str, lease: float) -> bool:  # noqa: ARG002
        """As in `Flights`; a lease can't run out, since worker and registry live and die together."""
        with self._lock:
            if key in self._claimed:
                return False
            self._claimed.add(key)
            return True

    def under_way(self, key: str) -> bool:
        """As in `Flights`."""
        return key in self._claimed

    def land(self, word: Word, render: bytes | None, *, kept: bool) -> None:  # noqa: ARG002
        """As in `Flights`; the render is at hand, so every word carries it."""
        with self._lock:
            self._claimed.discard(word.key)
        for heard in self._listeners:
            heard(word, render)

    def listen(self, heard: Heard) -> None:
        """As in `Flights`."""
        self._listeners.append(heard)

    def close(self) -> None:
        """As in `Flights`."""
        self._listeners.clear()


class RedisFlights:
    """Flights of all processes and hosts that share a Redis: the distributed way."""

    CHANNEL = "darkroom:words"
    CARRIED_SECONDS = 30
    TIMEOUT = 1.0
    RECONNECT_SECONDS = 0.5

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=self.TIMEOUT,
            socket_connect_timeout=self.TIMEOUT,
            retry=Retry(NoBackoff(), 1),
        )
        self._closed = threading.Event()
        self._subscribed = threading.Event()
        self._thread: threading.Thread | None = None

    def claim(self, key: str, lease: float) -> bool:
        """As in `Flights`.

        Raises:
            FlightsDown: Redis does not answer.
        """
        try:
            return bool(self._redis.set(self._flight(key), 1, nx=True, px=int(lease * 1000)))
        except redis.RedisError as error:
            raise FlightsDown("Redis does not answer") from error

    def under_way(self, key: str) -> bool:
        """As in `Flights`.

        Raises:
            FlightsDown: Redis does not answer.
        """
        try:
            return bool(self._redis.exists(self._flight(key)))
        except redis.RedisError as error:
            raise FlightsDown("Redis does not answer") from error

    def land(self, word: Word, render: bytes | None, *, kept: bool) -> None:
        """As in `Flights`. Where Redis is down nobody can be told: those who wait look again by themselves."""
        try:
            with self._redis.pipeline(transaction=True) as pipe:
                carried = None if kept else render
                if carried is not None:
                    pipe.set(self._carried(word.key), carried, ex=self.CARRIED_SECONDS)
                pipe.delete(self._flight(word.key))
                pipe.publish(self.CHANNEL, json.dumps(asdict(replace(word, carried=carried is not None))))
                pipe.execute()
        except redis.RedisError as error:
            log.warning("the end of a render could not be announced: %s", error)

    def listen(self, heard: Heard) -> None:
        """As in `Flights`; on a thread, which subscribes again whenever the connection breaks."""
        self._thread = threading.Thread(target=self._listen, args=(heard,), name="words", daemon=True)
        self._thread.start()
        self._subscribed.wait(self.TIMEOUT)

    def close(self) -> None:
        """As in `Flights`."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(2 * self.TIMEOUT)
        self._redis.close()

    def _listen(self, heard: Heard) -> None:
        while not self._closed.is_set():
            try:
                with self._redis.pubsub() as subscription:  # type: ignore[no-untyped-call]
                    subscription.subscribe(self.CHANNEL)
                    while not self._closed.is_set():
                        message = subscription.get_message(timeout=self.TIMEOUT / 2)
                        if message is not None and message["type"] == "subscribe":
                            self._subscribed.set()
                        elif message is not None and message["type"] == "message":
                            self._hear(message["data"], heard)
            except redis.RedisError as error:
                log.warning("the channel of finished renders is broken, subscribing again: %s", error)
                self._closed.wait(self.RECONNECT_SECONDS)

    def _hear(self, data: bytes, heard: Heard) -> None:
        try:
            word = Word(**json.loads(data))
            if not all(isinstance(text, str) for text in (word.key, word.outcome, word.reason)):
                raise TypeError("a word is made of text")
        except (ValueError, TypeError):
            log.warning("a word on %s can't be read: %.200r", self.CHANNEL, data)
            return
        render = self._redis.get(self._carried(word.key)) if word.carried else None
        heard(word, render if isinstance(render, bytes) else None)

    @staticmethod
    def _flight(key: str) -> str:
        return f"darkroom:flight:{key}"

    @staticmethod
    def _carried(key: str) -> str:
        return f"darkroom:carried:{key}"
