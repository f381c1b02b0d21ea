"""What has changed in the photo roots, gathered until it is quiet: a file that is being written is not read half."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from catalog.scan.walk import WHOLE, Part, reduced

QUIET = 1.0
"""Seconds without news of a path after which it is scanned."""

OPEN = 4.0
"""The same for a file that was written to, and that nobody has said to have closed."""

State = Literal["open", "settled", "gone"]
"""`open`: somebody may still write to it; `settled`: whoever wrote it has closed it; `gone`: it was taken away."""

Taken = dict[str, list[Part]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was last heard of a part, and when (seconds of the clock)."""

    state: State
    since: float


class Debouncer:
    """Parts of photo roots that wait to be scanned. Threads may share it.

    `many`: after so many events from one root all of it is looked at, since the system forgets events when they are
    too many, without a word.
    """

    def __init__(
        self,
        *,
        quiet: float = QUIET,
        open_for: float = OPEN,
        many: int = 4000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience: dict[State, float] = {"open": open_for, "settled": quiet, "gone": quiet}
        self.quiet = quiet
        self._many = many
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: dict[tuple[str, Part], Waiting] = {}
        self._events: dict[str, int] = {}
        self._ended = False

    def note(self, alias: str, part: Part, state: State) -> None:
        """Something has happened to a part of that root."""
        with self._changed:
            now = self._clock()
            self._waiting[alias, part] = Waiting(state, now)
            self._events[alias] = self._events.get(alias, 0) + 1
            if self._events[alias] > self._many:
                self._waiting[alias, WHOLE] = Waiting("settled", now)
            self._changed.notify_all()

    def written(self, alias: str, path: str) -> None:
        """A file was written to, or something else was changed in it, which sounds the same."""
        with self._changed:
            known = self._waiting.get((alias, Part(path, deep=False)))
        # Whoever sets the time of a file does so after closing it, often.
        self.note(alias, Part(path, deep=False), "settled" if known and known.state == "settled" else "open")

    def busy(self, alias: str, path: str) -> bool:
        """Whether a file is not to be read yet."""
        with self._changed:
            waiting = self._waiting.get((alias, Part(path, deep=False)))
            return waiting is not None and self._due(waiting) > self._clock()

    def wait(self, seconds: float) -> None:
        """Waits until a part may be scanned, or it is over; at most so many seconds."""
        end = self._clock() + seconds
        with self._changed:
            while not self._ended:
                first = min((self._due(each) for each in self._waiting.values()), default=end)
                left = min(first, end) - self._clock()
                if left <= 0:
                    return
                self._changed.wait(left)

    def take(self) -> Taken:
        """What may be scanned now, by alias, no part inside another.

        With it goes all that was taken away, however lately: a file that was moved is known by what it was.
        """
        with self._changed:
            now = self._clock()
            due = {key for key, waiting in self._waiting.items() if self._due(waiting) <= now}
            if due:
                due |= {key for key, waiting in self._waiting.items() if waiting.state == "gone"}
            found: dict[str, list[Part]] = {}
            for alias, part in due:
                del self._waiting[alias, part]
                found.setdefault(alias, []).append(part)
                if part == WHOLE:
                    self._events.pop(alias, None)
            if not self._waiting:
                self._events.clear()
        return {alias: reduced(parts) for alias, parts in found.items()}

    def end(self) -> None:
        """It is over: nobody waits any longer."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._ended

    def _due(self, waiting: Waiting) -> float:
        return waiting.since + self._patience[waiting.state]
