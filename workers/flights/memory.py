"""MemoryFlights: renders under way in one process, and who waits for them."""

import threading
import time
from dataclasses import dataclass, field

from workers.flights.registry import DROPPED, Claim, Completion, Listener, Start


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

    def check(self) -> None:
        """As in `Flights`."""

    def listen(self, listener: Listener) -> None:
        """As in `Flights`."""
        self._listeners.append(listener)

    def close(self) -> None:
        """As in `Flights`."""
        self._listeners.clear()
