"""The memory that all renders of a process share: each says beforehand what it takes, and waits until there is room.

A photo of 200 megapixels takes up to 4 GB while it is rendered, so that a few of them at once would end a process whose
memory suffices for each alone.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import Settings
from workers.errors import Busy, Unsupported

PART_OF_THE_MACHINE = 0.6  # beside it there are the caches, the catalogue, and what else runs there
WAITING = 4  # renders that may wait for memory beside those that are made, so that smaller ones still get a thread
MOST_PASSED = 16  # so many may go before one that waits; then it is its turn
AHEAD_SHARE = 2  # renders in advance have one part of so many, so that a person's finds room

CGROUPS, MINE, MEMORY = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup"), Path("/proc/meminfo")
UNBOUND = 1 << 62

NOT_NOW = "There is not enough memory for the photo now."


class _Waiter:
    """A render that there is no room for yet; `passed` counts those that came later and went before it."""

    def __init__(self, bytes: int, ahead: bool) -> None:
        self.bytes = bytes
        self.ahead = ahead
        self.passed = 0


class MemoryBudget:
    """`bytes` for all renders at once, 0 for as many as there are. For people `places` renders are made at once, 0 for
    any number, and `waiting` more may wait for memory without taking the place of another.

    Whoever waits lets smaller ones go before, for which there is room, but not for ever: see MOST_PASSED. Renders in
    advance take a part of the memory, or all of it where nothing else is made, and wait while people do.
    """

    def __init__(self, bytes: int = 0, places: int = 0, waiting: int = WAITING) -> None:
        self._bytes = bytes or UNBOUND
        self._places = places or UNBOUND
        self._most_waiting = waiting
        self._changed = threading.Condition()
        self._taken = self._taken_ahead = self._running = 0
        self._waiters: list[_Waiter] = []

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places, as soon as there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < self._places and not self._is_claimed())
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextmanager
    def reserved(self, bytes: int, seconds: float, *, ahead: bool = False) -> Iterator[None]:
        """So many bytes, as soon as there is room for them; for a person within `place`, which is given up meanwhile.

        Raises:
            Unsupported: there is never room for them.
            Busy: there was none within so many seconds, or too many wait already.
        """
        if bytes > self._bytes:
            takes, allowed = f"{bytes / 1e6:,.0f} MB", f"{self._bytes / 1e6:,.0f} MB"
            raise Unsupported(
                f"The photo takes {takes} of memory to render, where {allowed} are allowed (workers.memory.bytes)."
            )
        with self._changed:
            self._take(_Waiter(bytes, ahead), seconds)
        try:
            yield
        finally:
            with self._changed:
                self._taken -= bytes
                self._taken_ahead -= bytes * ahead
                self._changed.notify_all()

    def _take(self, mine: _Waiter, seconds: float) -> None:
        if not self._fits(mine):
            if not mine.ahead and sum(not each.ahead for each in self._waiters) >= self._most_waiting:
                raise Busy(NOT_NOW)
            self._wait(mine, time.monotonic() + seconds)
        for each in self._waiters:  # all of whom came before, or could not go
            each.passed += not mine.ahead
        self._taken += mine.bytes
        self._taken_ahead += mine.bytes * mine.ahead

    def _wait(self, mine: _Waiter, until: float) -> None:
        self._waiters.append(mine)
        self._running -= not mine.ahead
        self._changed.notify_all()
        try:
            while not (self._fits(mine) and (mine.ahead or self._running < self._places)):
                left = until - time.monotonic()
                if left <= 0:
                    raise Busy(NOT_NOW)
                self._changed.wait(min(left, threading.TIMEOUT_MAX))
        finally:
            self._waiters.remove(mine)
            self._running += not mine.ahead
            self._changed.notify_all()

    def _is_claimed(self) -> bool:
        """Whether somebody who waits could go on now: his place is not for one who comes later."""
        return any(not each.ahead and self._fits(each) for each in self._waiters)

    def _fits(self, mine: _Waiter) -> bool:
        """Whether there is room for it, and nobody who waits is to go first."""
        if self._taken + mine.bytes > self._bytes:
            return False
        before = self._waiters[: self._waiters.index(mine)] if mine in self._waiters else self._waiters
        people = [each for each in before if not each.ahead]
        if not mine.ahead:
            return all(each.passed < MOST_PASSED for each in people)
        alone = self._taken == 0
        room = alone or self._taken_ahead + mine.bytes <= self._bytes // AHEAD_SHARE
        return room and all(each.ahead for each in self._waiters)


def budget_of(settings: Settings, *, embedded: bool = True) -> MemoryBudget:
    """The budget of a process by the settings; where it is `embedded`, it makes several renders at once."""
    return MemoryBudget(allowed(settings, embedded=embedded), settings.concurrency if embedded else 0)


def allowed(settings: Settings, *, embedded: bool) -> int:
    """Bytes for all renders of a process at once, 0 where there is no bound: what the settings say, but in the
    `embedded` way no more than a part of the memory there is, as the process has other things to do."""
    bytes = int(settings.workers_memory_bytes)
    most = int(PART_OF_THE_MACHINE * machine_memory()) if embedded else 0
    return min(bytes, most) if bytes and most else bytes


def machine_memory(memory: Path = MEMORY, cgroups: Path = CGROUPS, mine: Path = MINE) -> int:
    """Bytes of memory that this process may have: the machine's, or what its control group (version 2 or 1), or one
    around it, may have; 0 where nobody says."""
    found = [int(line.split()[1]) * 1024 for line in _lines(memory) if line.startswith("MemTotal:")]
    for line in _lines(mine):
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        # In a container the path may be one of the host's: then the mount is the group itself.
        base, name = (cgroups, "memory.max") if not controllers else (cgroups / "memory", "memory.limit_in_bytes")
        group = base / path.strip("/")
        for folder in (base, group, *group.parents):
            if folder.is_relative_to(base):
                found += [int(limit) for limit in _lines(folder / name) if limit.isdecimal()]
    return min(found, default=0)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
