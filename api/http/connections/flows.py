"""Requests that wait, of whom the next is one of whoever has had least: start-time fair queueing (Goyal, Vin, Cheng,
1996), whose costs are known only after a request was served.
"""

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar

Request = TypeVar("Request")

CREDIT = 0.02  # seconds that who comes has had less than those who were served meanwhile
MOST_IDLE = 4096  # flows without a request of which is kept what they had


@dataclass(slots=True)
class _Flow(Generic[Request]):
    finish: float  # what was had of the one server, until its last request ends
    waiting: deque[Request] = field(default_factory=deque)
    served: int = 0


class Flows(Generic[Request]):
    """Who waits for one server, everybody with any number of requests; of each the first one first.

    Everybody has had so many seconds of it. Time here goes by as the server's is given away: who comes back has had
    hardly less than what those had who were served meanwhile. That little has him come before them, and nobody saves up
    for a crowd of requests.
    """

    def __init__(self) -> None:
        self._flows: dict[str, _Flow[Request]] = {}
        self._order: list[tuple[float, int, str]] = []  # a heap of those who have a request that waits, each once
        self._arrivals = count()
        self._now = 0.0
        self._waiting = 0

    def __len__(self) -> int:
        """How many requests wait."""
        return self._waiting

    def add(self, whose: str, request: Request) -> None:
        """One more waits."""
        flow = self._of(whose)
        flow.waiting.append(request)
        self._waiting += 1
        if len(flow.waiting) == 1:
            flow.finish = max(flow.finish, self._now - CREDIT)
            self._list(whose, flow)

    def next(self) -> tuple[str, Request]:
        """Whose turn it is; IndexError where nobody waits. It is served until `charge` says so."""
        while True:
            finish, _, whose = heapq.heappop(self._order)
            flow = self._flows[whose]
            if flow.finish <= finish:
                break
            self._list(whose, flow)  # who has had something since
        request = flow.waiting.popleft()
        flow.served += 1
        self._now = max(self._now, flow.finish)
        self._waiting -= 1
        if flow.waiting:
            self._list(whose, flow)
        return whose, request

    def take(self, whose: str, seconds: float) -> bool:
        """Gives somebody so many seconds out of turn, who has had hardly more than others who wait, as newcomers do."""
        flow = self._of(whose)
        flow.finish = max(flow.finish, self._now - CREDIT)
        while self._order and self._order[0][2] == whose and self._order[0][0] < flow.finish:
            heapq.heappop(self._order)
            self._list(whose, flow)  # as in `next`
        if self._order and self._order[0][2] != whose and self._order[0][0] + CREDIT < flow.finish:
            return False
        flow.finish += seconds
        return True

    def charge(self, whose: str, seconds: float) -> None:
        """A request was served, in that time of the server's."""
        flow = self._flows[whose]
        flow.served -= 1
        flow.finish += seconds

    def _of(self, whose: str) -> _Flow[Request]:
        flow = self._flows.get(whose)
        if flow is None:
            self._forget_some()
            flow = self._flows[whose] = _Flow(self._now - CREDIT)
        return flow

    def _list(self, whose: str, flow: _Flow[Request]) -> None:
        heapq.heappush(self._order, (flow.finish, next(self._arrivals), whose))

    def _forget_some(self) -> None:
        """Of who has had no more than all others nothing has to be known."""
        if len(self._flows) > MOST_IDLE + self._waiting:
            kept = {whose: flow for whose, flow in self._flows.items() if flow.waiting or flow.served}
            ahead = [(flow.finish, whose) for whose, flow in self._flows.items() if flow.finish > self._now - CREDIT]
            for _, whose in heapq.nlargest(MOST_IDLE // 2, ahead):
                kept[whose] = self._flows[whose]
            self._flows = kept
