"""Which request a front end's threads answer next, and how many of them compute at once.

Python runs one thread at a time. A hundred that all have something to compute hand it to each other for milliseconds
each, and whoever has next to nothing to do, to serve a cached photo or to let a client in, waits for all the others.
So one runs at once, or a few where those before wait for something, and the next is a request of whoever has had
least of this process: fifty addresses that ask without end keep nobody waiting who looks at photos.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Protocol

from waitress.task import ThreadedTaskDispatcher

from api.http.connections.flows import Flows

AT_ONCE = 1  # threads that compute: more only take the interpreter from each other
AWAY = 0.005  # seconds after which who is served is taken to wait for something, and one more may compute
COMING = 0.0003  # seconds of the loop's thread that a request costs besides
CACHED = 0.1  # of its cost counts of an answer from the cache: what is there already is for everybody


class Request(Protocol):
    """What the dispatcher knows of a connection whose request waits."""

    cached: bool
    """Whether the last answer was at hand, and cost nothing but to be sent."""

    def payer(self) -> str:
        """Who has asked: requests of one payer come in their order."""

    def service(self) -> None:
        """Answers the request, on the thread that calls it."""


class Dispatcher(ThreadedTaskDispatcher):
    """waitress's threads, which take requests from `Flows`."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, used: Callable[[], float] = time.thread_time
    ) -> None:
        super().__init__()
        self._clock = clock
        self._used = used
        self._flows: Flows[Request] = Flows()
        self._running: dict[int, float] = {}  # threads that compute, since when; in that order
        self._here = local()
        self._watching = False

    def add_task(self, task: Request) -> None:  # type: ignore[override]  # a connection is none of waitress's tasks
        """A request waits. From any thread."""
        payer = task.payer()
        with self.lock:
            self._flows.add(payer, task)
            self._call()

    def at_once(self, payer: str, seconds: float) -> bool:
        """Whether somebody may have so many seconds of the loop's thread now: always where nobody waits, else who has
        had no more than those who wait.
        """
        with self.lock:
            return not self._flows or self._flows.take(payer, seconds)

    def handler_thread(self, thread_no: int) -> None:
        """Answers one request after the other. One of those who have nothing to do looks whether who is served has been
        at it for too long to be computing.
        """
        self._here.number = thread_no
        payer, cost = "", None
        while True:
            with self.lock:
                if cost is not None:
                    self._flows.charge(payer, cost)
                    self._running.pop(thread_no, None)
                while not (self._flows and self._has_turn()) and not self.stop_count:
                    self._rest()
                if self.stop_count:
                    self.active_count -= 1
                    self.stop_count -= 1
                    self.threads.discard(thread_no)
                    self._call()
                    self.thread_exit_cv.notify()
                    return
                payer, request = self._flows.next()
                self._running[thread_no] = self._clock()
                self._call()
            before = self._used()
            try:
                request.service()
            except BaseException:
                self.logger.exception("a request was not answered: %r", request)
            cost = (self._used() - before + COMING) * (CACHED if request.cached else 1.0)

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """While what is served waits for something, others may compute. It goes on without waiting for its turn."""
        number: int = getattr(self._here, "number", -1)
        with self.lock:
            known = self._running.pop(number, None) is not None
            if known:
                self._call()
        try:
            yield
        finally:
            if known:
                with self.lock:
                    self._running[number] = self._clock()

    def _has_turn(self) -> bool:
        """Whether one more may compute."""
        if len(self._running) < AT_ONCE:
            return True
        number, since = next(iter(self._running.items()))
        if self._clock() - since < AWAY:
            return False
        del self._running[number]
        return True

    def _call(self) -> None:
        """Has somebody look who has nothing to do, where there is something, and nobody looks already."""
        if self._flows and (len(self._running) < AT_ONCE or not self._watching):
            self.queue_cv.notify()

    def _rest(self) -> None:
        """Until there is something to do."""
        self.active_count -= 1
        watches = bool(self._flows) and not self._watching
        self._watching = self._watching or watches
        self.queue_cv.wait(AWAY if watches else None)
        if watches:
            self._watching = False
        self.active_count += 1
