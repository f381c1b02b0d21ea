"""Who may come in, and who has to go: all connections of one front end, and the bounds that they are kept to.

A client is not refused for being one too many, as long as there is another who does nothing. The clock is looked at
twice a second for all connections at once, so that a request costs none of it.
"""

import logging
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Protocol

import metrics
from api.http.connections.pace import Pace, Patience, Phase, Sight
from api.http.connections.shares import Shares

NETWORK = 64  # bits of an IPv6 address: who has one has all of those
AT_ONCE = 16  # one in so many of an address's connections goes where there are too many
FEW = 4  # or one in so many, where it has not many, and no more than those
EXCHANGE_EVERY = 1.0  # seconds in which whoever has as many connections as any gets another one in place of one
MOST_NETWORKS = 4096  # addresses that are not taken apart each time
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
    CROWD = "crowd"
    BUFFERS = "buffers"


SAID = {
    Cut.RECEIVE: "whose request did not come within server.receive.timeout",
    Cut.SEND: "whose client did not take its answer within server.send.timeout",
    Cut.TIGHT: "that did nothing while server.connections were open",
    Cut.SHARE: "beyond server.connections.per.address",
    Cut.CROWD: "of addresses that had as many as any while server.connections were open",
    Cut.BUFFERS: "that were the slowest of those that held more than server.buffer.bytes",
}
CUT = {why: metrics.connections_cut.labels(why.value) for why in Cut}
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

    def phase(self) -> Phase:
        """What it is at."""

    def sight(self) -> Sight:
        """What is to be seen of it."""

    def cut(self, why: Cut) -> None:
        """Closes it."""


class Door:
    """Keeps connections to `bounds` and `patience`. `excepted` says of an address that it may have any number of them;
    `soon` calls something on the loop's thread, on which all methods but `hold` are to be called.

    Where all places are taken, one of those makes room of whom most are here: however many connections somebody makes
    from one address, others have theirs.
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
        self._shares: Shares[Connection] = Shares()
        self._exchange_at: dict[str, float] = {}
        self._share = lru_cache(MOST_NETWORKS)(self._share_of)
        self._unlooked: deque[Connection] = deque()
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

    def clear(self, number: int) -> bool:
        """Closes at most so many of those that do least; gives whether there was one."""
        return self._close(self._inside, number, Cut.TIGHT)

    def admits(self, address: str) -> bool:
        """Whether somebody of that address may come in; closes some that do nothing where it could not otherwise.

        Raises:
            NoRoom: nobody may.
        """
        share, most = self._share(address), self.bounds.per_address
        if share and most and self._shares.count(share) >= most:
            if self._close(self._shares.of(share), 1, Cut.SHARE):
                return True
            self._note(Cut.SHARE)
            return False
        if len(self._inside) < self.bounds.connections:
            return True
        enough = bool(share) and self._has_enough(share)
        if self._exchange(share) if enough else self._make_room():
            return True
        if not enough:
            raise NoRoom
        self._note(Cut.CROWD)
        return False

    def came(self, connection: Connection) -> None:
        """It has come in."""
        share = self._share(connection.address)
        self._inside[connection] = share
        self._shares.add(share, connection)

    def left(self, connection: Connection) -> None:
        """It is closed."""
        share = self._inside.pop(connection, None)
        if share is None:
            return
        self._shares.remove(share, connection)
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

    def look(self, part: float = 1.0) -> None:
        """Looks at this part of the connections, those next whose turn it is, and closes who has become too slow. To be
        called again and again, so that each is looked at twice a second or so.
        """
        now = self._clock()
        for _ in range(math.ceil(part * len(self._inside))):
            if not self._unlooked:
                self._unlooked.extend(self._inside)
            each = self._unlooked.popleft()
            if each in self._inside:
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

    def _make_room(self) -> bool:
        """Closes some of whoever has most that can be closed; whether there were any."""
        return any(
            self._close(self._shares.of(share), _at_once(count), Cut.TIGHT) for share, count in self._shares.by_size()
        )

    def _has_enough(self, share: str) -> bool:
        """Whether nobody would have more than it with one more."""
        return len(self._shares) > 1 and self._shares.count(share) + 1 >= self._shares.most()

    def _exchange(self, share: str) -> bool:
        """Closes one of whoever has most; its own, where that is itself. Whether there was one.

        That is done now and then: else each of the connections that who has as many as any makes without end would cost
        a look at these.
        """
        now = self._clock()
        if now < self._exchange_at.get(share, now):
            return False
        if len(self._exchange_at) > MOST_NETWORKS:
            self._exchange_at.clear()
        self._exchange_at[share] = now + EXCHANGE_EVERY
        most = self._shares.most()
        rivals = [share] if self._shares.count(share) == most else self._shares.who_have(most)
        return any(self._close(self._shares.of(other), 1, Cut.TIGHT) for other in rivals)

    def _close(self, among: Iterable[Connection], number: int, why: Cut) -> bool:
        """Closes so many of those that do least, and gives whether there was one."""
        now = self._clock()
        waiting, taking = [], []
        for each in among:
            phase = each.phase()
            if phase is Phase.TAKING:
                taking.append(each)
            elif phase is not Phase.SERVED:
                waiting.append((phase.value, each.pace.since(each.sight(), now), each))
        waiting.sort(key=lambda one: one[:2])
        chosen = [each for _, _, each in waiting[:number]]
        if len(chosen) < number and taking:  # how much they take only the system knows, which takes its time
            sights = ((each, each.sight()) for each in taking)
            dawdling = [
                (each.pace.since(sight, now), each) for each, sight in sights if self._dawdles(each, sight, now)
            ]
            dawdling.sort(key=lambda one: one[0])
            chosen += [each for _, each in dawdling[: number - len(chosen)]]
        for each in chosen:
            self._cut(each, why)
        return bool(chosen)

    def _dawdles(self, connection: Connection, sight: Sight, now: float) -> bool:
        return sight.phase is not Phase.SERVED and connection.pace.rate(sight, now) < DAWDLING * self._patience.rate

    def _cut(self, connection: Connection, why: Cut) -> None:
        self._note(why)
        connection.cut(why)
        self.left(connection)

    def _note(self, why: Cut) -> None:
        if why is not Cut.IDLE:  # which is nothing to tell of
            CUT[why].inc()
            self._told[why] += 1

    def _say(self, now: float) -> None:
        """At most once a minute: whoever makes connections does not make the log."""
        if self._told and now >= self._say_at:
            self._say_at = now + SAY_EVERY
            for why, number in self._told.items():
                log.warning("closed %d connections %s", number, SAID[why])
            self._told.clear()

    def _share_of(self, address: str) -> str:
        """Whose share an address counts to; empty: nobody's."""
        return "" if self._excepted(address) else network(address)


def _at_once(count: int) -> int:
    """How many of somebody's connections go for one that comes: so many that not each that comes has to look."""
    return max(1, count // AT_ONCE, min(FEW, count // FEW))


class NoRoom(Exception):
    """All places are taken, by those who are being served."""


@lru_cache(MOST_NETWORKS)
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
