"""Renders under way: who makes one, and how those who wait for it hear how it went.

A flight is one render of one key from the moment somebody claims it until it lands. It is queued as long as somebody
waits for it, and begun as long as a worker is at it. Front ends say again each second that they wait, and a worker
that it lives: a flight of which nobody says anything runs out, and the next who looks claims it anew.

What is to be made in advance is reserved: nobody waits for it so far, and it lies in a lower queue. Whoever comes to
wait for it claims it as if it were not there; then two tasks lie about, of which the first to begin makes the render.

`MemoryFlights` serves one process, `RedisFlights` (`redis_flights.py`) all processes and hosts that share a Redis;
both behave alike.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

DONE = "done"
DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Completion:
    """How a flight went.

    `outcome` is "done"; or "dropped" where the task came too late to be worth it, or its worker died; or the kind of
    the error, whose sentence is `reason`. `carried` says that the render itself waits in the registry, because no
    shared cache could take it.
    """

    key: str
    outcome: str
    reason: str = ""
    carried: bool = False


class Claim(StrEnum):
    """What one who wants a render hears from the registry."""

    FIRST = "first"  # nobody is at it: the caller has to see to the render
    QUEUED = "queued"  # somebody has asked a worker
    ASTRAY = "astray"  # so they have, yet the queue is empty: a worker has just taken it, or it is lost
    BEGUN = "begun"  # a worker makes it
    FULL = "full"  # nobody is at it, and the queue has no room
    POISON = "poison"  # each worker that began it has died


class Start(StrEnum):
    """What a worker hears that wants to begin a render."""

    BEGUN = "begun"  # it is to make it
    ELSEWHERE = "elsewhere"  # another worker makes it
    UNWANTED = "unwanted"  # nobody waits for it any more, or had it reserved
    POISON = "poison"  # each worker that began it has died


@dataclass(frozen=True, slots=True)
class Leases:
    """For how many seconds the registry believes what it was told, and how many workers a render may cost."""

    queued: float = 3.0
    begun: float = 5.0
    deaths: float = 600.0
    most_deaths: int = 3


Listener = Callable[[Completion, bytes | None], None]


class FlightsDown(Exception):
    """The registry of flights can't be reached."""


class Flights(Protocol):
    """The registry of flights and the channel on which they are announced. All methods may raise FlightsDown, but
    for `land`, `lost`, `listen` and `close`.
    """

    def claim(self, key: str, waiter: str, room: int) -> Claim:
        """Says that `waiter` waits for the render, to be said again each second.

        A flight is claimed anew only where the queue is shorter than `room`.
        """

    def release(self, key: str, waiter: str) -> None:
        """Says that `waiter` no longer waits. A flight that nobody waits for ends, unless it has begun."""

    def reserve(self, key: str, room: int, seconds: float) -> Claim:
        """Says that the render is to be made in advance, within so many seconds; never astray.

        Queued is also what is reserved already. It is reserved anew only where the queue `prefetch` is shorter than
        `room`. A claim ends it: from then on the render is made for those who wait, or not at all.
        """

    def begin(self, key: str, *, wanted: bool) -> Start:
        """Asks whether to make a render; `wanted` ones only while somebody waits for them or has them reserved.

        A flight that is begun stays so until it lands or this process dies.
        """

    def land(self, completion: Completion, render: bytes | None, *, kept: bool) -> None:
        """Ends the flight and tells all who listen.

        `kept` says that a cache which the listeners share has the render; where none has it, the completion carries it.
        """

    def lost(self, key: str) -> None:
        """Says that the worker is dead which had begun the flight, and tells all who listen that it was dropped."""

    def waiting(self) -> int:
        """How many renders somebody waits for, begun ones too."""

    def listen(self, listener: Listener) -> None:
        """Calls `listener` with each completion from now on, and with the render where the completion carries it."""

    def close(self) -> None:
        """Stops listening."""


@dataclass
class _Flight:
    begun: bool = False
    waiters: set[str] = field(default_factory=set)


class MemoryFlights:
    """Flights of one process: the embedded way. No lease can run out, since worker and registry die together."""

    def __init__(self) -> None:
        self._flights: dict[str, _Flight] = {}
        self._reserved: dict[str, float] = {}  # until when, by time.monotonic
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []

    def claim(self, key: str, waiter: str, room: int) -> Claim:
        """As in `Flights`; never astray, and never poison."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is None:
                if sum(not flight.begun for flight in self._flights.values()) >= room:
                    return Claim.FULL
                self._reserved.pop(key, None)
                self._flights[key] = _Flight(waiters={waiter})
                return Claim.FIRST
            flight.waiters.add(waiter)
            return Claim.BEGUN if flight.begun else Claim.QUEUED

    def release(self, key: str, waiter: str) -> None:
        """As in `Flights`."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                flight.waiters.discard(waiter)
                if not flight.waiters and not flight.begun:
                    del self._flights[key]

    def reserve(self, key: str, room: int, seconds: float) -> Claim:
        """As in `Flights`; never poison."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return Claim.BEGUN if flight.begun else Claim.QUEUED
            now = time.monotonic()
            self._reserved = {name: until for name, until in self._reserved.items() if until > now}
            if key in self._reserved:
                return Claim.QUEUED
            if len(self._reserved) >= room:
                return Claim.FULL
            self._reserved[key] = now + seconds
            return Claim.FIRST

    def begin(self, key: str, *, wanted: bool) -> Start:
        """As in `Flights`; never poison."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None and flight.begun:
                return Start.ELSEWHERE
            reserved = self._reserved.pop(key, 0.0) > time.monotonic()
            if flight is None and wanted and not reserved:
                return Start.UNWANTED
            self._flights.setdefault(key, _Flight()).begun = True
            return Start.BEGUN

    def land(self, completion: Completion, render: bytes | None, *, kept: bool) -> None:  # noqa: ARG002
        """As in `Flights`; the render is at hand, so every completion carries it."""
        with self._lock:
            self._flights.pop(completion.key, None)
            self._reserved.pop(completion.key, None)
        for listener in self._listeners:
            listener(completion, render)

    def lost(self, key: str) -> None:
        """As in `Flights`."""
        self.land(Completion(key, DROPPED), None, kept=True)

    def waiting(self) -> int:
        """As in `Flights`."""
        with self._lock:
            return sum(bool(flight.waiters) for flight in self._flights.values())

    def listen(self, listener: Listener) -> None:
        """As in `Flights`."""
        self._listeners.append(listener)

    def close(self) -> None:
        """As in `Flights`."""
        self._listeners.clear()
