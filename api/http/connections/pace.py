"""How long a client may take for what its connection is at. Pure: what the time is, the caller says."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Phase(Enum):
    """What a connection is at. Which goes first where there are too many is their order."""

    IDLE = 0
    """Between two requests."""
    HEAD = 1
    """The line and the head of a request are coming; the first one's from the first moment on."""
    BODY = 2
    """Its body is coming."""
    TAKING = 3
    """The client is taking the rest of an answer."""
    SERVED = 4
    """It is being answered, however long that takes: to wait for a render is no idleness."""


class Sight(NamedTuple):
    """What is to be seen of a connection at one moment: how many requests came on it, and how many bytes its client
    has sent in all, or taken, where it takes an answer.
    """

    phase: Phase
    requests: int
    moved: int


@dataclass(frozen=True)
class Patience:
    """Seconds for a request's head (`receive`), and for the next request to begin (`idle`). In every `receive` seconds
    a body, in every `send` seconds an answer has to go on by `rate` bytes a second.
    """

    receive: float
    send: float
    idle: float
    rate: float


class Pace:
    """How a connection gets on, from one look at it to the next."""

    def __init__(self, now: float) -> None:
        self._phase, self._requests = Phase.HEAD, 0
        self._since = self._from = now
        self._moved_before = self._moved_from = 0

    def look(self, sight: Sight, now: float, patience: Patience) -> bool:
        """Whether it has become too slow."""
        if not self._knows(sight):
            self._phase, self._requests = sight.phase, sight.requests
            self._since = self._from = now
            self._moved_before = self._moved_from = sight.moved
        seconds = {
            Phase.IDLE: patience.idle,
            Phase.HEAD: patience.receive,
            Phase.BODY: patience.receive,
            Phase.TAKING: patience.send,
        }.get(sight.phase)
        if seconds is None or now - self._from < seconds:
            return False
        if sight.phase in (Phase.IDLE, Phase.HEAD) or sight.moved - self._moved_from < patience.rate * seconds:
            return True
        self._from, self._moved_from = now, sight.moved
        return False

    def since(self, sight: Sight, now: float) -> float:
        """When it was first seen at this."""
        return self._since if self._knows(sight) else now

    def rate(self, sight: Sight, now: float) -> float:
        """Bytes a second since then; infinite where it has just begun."""
        passed = now - self._since
        return (sight.moved - self._moved_before) / passed if self._knows(sight) and passed > 0 else float("inf")

    def _knows(self, sight: Sight) -> bool:
        return (self._phase, self._requests) == (sight.phase, sight.requests)
