"""Who may come in, and who has to go: all connections of one front end, and the bounds that they are kept to.

A client is not refused for being one too many, as long as there is another who does nothing. The clock is looked at
twice a second for all connections at once, so that a request costs none of it.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Protocol

import metrics
from api.http.connections.pace import Pace, Patience, Phase, Sight

NETWORK = 64  # bits of an IPv6 address: who has one has all of those
AT_ONCE = 16  # one in so many connections goes where there are too many, so that not each that comes looks for one
DAWDLING = 10  # times server.least.rate: who takes an answer slower than that goes where there are too many
LOWERED = 7 / 8  # of what connections may hold together is what they hold after some had to go
SAY_EVERY = 60.0  # seconds

log = logging.getLogger("darkroom.api")


class Cut(Enum):
    """Why a connection was closed before its client did."""

    RECEIVE = "receive"
    SEND = "send"
    IDLE = "idle"
    TIGHT = "tight"
    SHARE = "share"
    BUFFERS = "buffers"


SAID = {
    Cut.RECEIVE: "whose request did not come within server.receive.timeout",
    Cut.SEND: "whose client did not take its answer within server.send.timeout",
    Cut.TIGHT: "that did nothing while server.connections were open",
    Cut.SHARE: "beyond server.connections.per.address",
    Cut.BUFFERS: "that were the slowest of those that held more than server.buffer.bytes",
}
OVERDUE = {Phase.IDLE: Cut.IDLE, Phase.HEAD: Cut.RECEIVE, Phase.BODY: Cut.RECEIVE, Phase.TAKING: Cut.SEND}


@dataclass(frozen=True)
class Bounds:
    """How many connections there may be in all and for one address (0: any number), and how many bytes of requests and
    answers they may hold together.
    """

    connections: int
    per_address: int
    held: int


class Connection(Protocol):
    """What the door knows of a connection."""

    address: str
    pace: Pace

    def sight(self) -> Sight:
        """What is to be seen of it."""

    def cut(self, why: Cut) -> None:
        """Closes it."""


class Door:
    """Keeps connections to `bounds` and `patience`. `excepted` says of an address that it may have any number of them;
    `soon` calls something on the loop's thread, on which all methods but `hold` are to be called.
    """

    def __init__(
        self,
        bounds: Bounds,
        patience: Patience,
        excepted: Callable[[str], bool],
        soon: Callable[[Callable[[], None]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bounds = bounds
        self._patience = patience
        self._excepted = excepted
        self._soon = soon
        self._clock = clock
        self._inside: dict[Connection, str] = {}
        self._shares: Counter[str] = Counter()
        self._held: dict[Connection, int] = {}
        self._held_by_all = 0
        self._holding = Lock()
        self._told: Counter[Cut] = Counter()
        self._say_at = float("-inf")

    def __len__(self) -> int:
        """How many connections there are."""
        return len(self._inside)

    def __iter__(self) -> Iterator[Connection]:
        """They, in the order in which they came."""
        return iter(list(self._inside))

    @property
    def held(self) -> int:
        """How many bytes of requests and answers they hold together."""
        return self._held_by_all

    def pace(self) -> Pace:
        """That of a connection which comes now."""
        return Pace(self._clock())

    def has_room(self) -> bool:
        """Whether one more may come in; closes some that do nothing where it could not otherwise."""
        return len(self._inside) < self.bounds.connections or self.clear(self.bounds.connections // AT_ONCE or 1)

    def clear(self, number: int) -> bool:
        """Closes at most so many of those that do least; gives whether there was one."""
        return self._close(self._inside, number, Cut.TIGHT)

    def admits(self, address: str) -> bool:
        """Whether somebody of that address may come in."""
        share, most = self._share(address), self.bounds.per_address
        if not share or not most or self._shares[share] < most:
            return True
        if self._close([each for each, other in self._inside.items() if other == share], 1, Cut.SHARE):
            return True
        self._note(Cut.SHARE)
        return False

    def came(self, connection: Connection) -> None:
        """It has come in."""
        share = self._share(connection.address)
        self._inside[connection] = share
        self._shares[share] += 1

    def left(self, connection: Connection) -> None:
        """It is closed."""
        share = self._inside.pop(connection, None)
        if share is None:
            return
        self._shares[share] -= 1
        if not self._shares[share]:
            del self._shares[share]
        self.hold(connection, 0)

    def hold(self, connection: Connection, size: int) -> None:
        """It holds so many bytes of a request or an answer from now on. From any thread."""
        with self._holding:
            before = self._held.pop(connection, 0)
            if size:
                self._held[connection] = size
            self._held_by_all += size - before
            too_much = size > before and self._held_by_all > self.bounds.held
        if too_much:
            self._soon(self._lower)

    def look(self) -> None:
        """Closes those that have become too slow. To be called again and again, twice a second or so."""
        now = self._clock()
        for each in list(self._inside):
            sight = each.sight()
            if each.pace.look(sight, now, self._patience):
                self._cut(each, OVERDUE[sight.phase])
        metrics.connections.set(len(self._inside))
        self._say(now)

    def _lower(self) -> None:
        """Closes the slowest of those that hold something, until all together hold less than they may."""
        now = self._clock()
        with self._holding:
            if self._held_by_all <= self.bounds.held:
                return
            holders = [(each, each.sight()) for each in self._held]
        movable = [(each.pace.rate(sight, now), each) for each, sight in holders if sight.phase is not Phase.SERVED]
        for _, each in sorted(movable, key=lambda one: one[0]):
            self._cut(each, Cut.BUFFERS)
            if self._held_by_all <= self.bounds.held * LOWERED:
                return

    def _close(self, among: Iterable[Connection], number: int, why: Cut) -> bool:
        now = self._clock()
        found = []
        for each in among:
            sight = each.sight()
            if sight.phase is Phase.SERVED:
                continue
            if sight.phase is Phase.TAKING and each.pace.rate(sight, now) >= DAWDLING * self._patience.rate:
                continue
            found.append((sight.phase.value, each.pace.since(sight, now), each))
        for _, _, each in sorted(found, key=lambda one: one[:2])[:number]:
            self._cut(each, why)
        return bool(found)

    def _cut(self, connection: Connection, why: Cut) -> None:
        self._note(why)
        connection.cut(why)
        self.left(connection)

    def _note(self, why: Cut) -> None:
        if why is not Cut.IDLE:  # which is nothing to tell of
            metrics.connections_cut.labels(why.value).inc()
            self._told[why] += 1

    def _say(self, now: float) -> None:
        """At most once a minute: whoever makes connections does not make the log."""
        if self._told and now >= self._say_at:
            self._say_at = now + SAY_EVERY
            for why, number in self._told.items():
                log.warning("closed %d connections %s", number, SAID[why])
            self._told.clear()

    def _share(self, address: str) -> str:
        """Whose share an address counts to; empty: nobody's."""
        return "" if self._excepted(address) else network(address)


def network(address: str) -> str:
    """All addresses that one client has at once: its own of IPv4, the network of an IPv6 one. Pure."""
    try:
        known = ip_address(address)
    except ValueError:  # none of either
        return address
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(IPv6Address(int(known) >> (128 - NETWORK) << (128 - NETWORK)))
    return str(known)
