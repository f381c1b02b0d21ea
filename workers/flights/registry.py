"""Renders under way: who makes one, and how those who wait for it hear how it went.

A flight is one render of one key from the moment somebody claims it until it lands. It is queued as long as somebody
waits for it, and begun as long as a worker is at it. Front ends say again each second that they wait, and a worker
that it lives: a flight of which nobody says anything runs out, and the next who looks claims it anew.

What is to be made in advance is reserved: nobody waits for it so far, and it lies in a lower queue. Whoever comes to
wait for it claims it as if it were not there; then two tasks lie about, of which the first to begin makes the render.

`MemoryFlights` (`memory.py`) serves one process, `RedisFlights` (`redis.py`) all processes and hosts that share a
Redis; both behave alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

DONE = "done"
DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Completion:
    """How a flight went.

    `outcome` is "done"; or "dropped" where the task came too late to be worth it, or its worker died; or the kind of
    the error, whose sentence is `reason`. `carried` says that the render itself waits in the registry, because no
    shared cache could take it. `damage` is a word of `catalog.kinds.damage` where the render shows what there is of a
    damaged photo.
    """

    key: str
    outcome: str
    reason: str = ""
    carried: bool = False
    damage: str = ""


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
    """The registry of flights can't be reached, or takes nothing. `str(error)` is a sentence, without a full stop."""


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

    def check(self) -> None:
        """Raises FlightsDown where the registry does not answer, or refuses what flights write; writes nothing."""

    def listen(self, listener: Listener) -> None:
        """Calls `listener` with each completion from now on, and with the render where the completion carries it."""

    def close(self) -> None:
        """Stops listening."""
