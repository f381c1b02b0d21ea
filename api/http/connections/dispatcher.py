"""Which request a front end's threads answer next, and how many of them compute at once.

Python runs one thread at a time. A hundred that all have something to compute hand it to each other for milliseconds
each, and whoever has next to nothing to do, to serve a cached photo or to let a client in, waits for all the others.
So a few run at once, and of those who wait the next is a request of whoever has had least of this process: fifty
addresses that ask without end keep nobody waiting who looks at a photo now and then.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Protocol

from waitress.task import ThreadedTaskDispatcher

from api.http.connections.flows import Flows

AT_ONCE = 4  # threads that compute: one does, the others are at a call to the system
AWAY = 0.05  # seconds after which whoever is served is taken to wait for something, and not to compute
COMING = 0.0003  # seconds of the loop's thread that a request costs besides


class Request(Protocol):
    """What the dispatcher knows of a connection whose request waits."""

    def payer(self) -> str:
        """Who has asked: requests of one payer come in their order."""

    def service(self) -> None:
        """Answers the request, on the thread that calls it."""

    def cancel(self) -> None:
        """Gives it up."""


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
        with self.lock:
            self._flows.add(task.payer(), task)
            self._call()

    def handler_thread(self, thread_no: int) -> None:
        """Answers one request after the other. One of those who have nothing to do looks whether who is served has been
        at it for too long to be computing.
        """
        self._here.number = thread_no
        while True:
            with self.lock:
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
                if self._flows:
                    self._call()
            before = self._used()
            try:
                request.service()
            except BaseException:
                self.logger.exception("a request was not answered: %r", request)
            cost = self._used() - before + COMING
            with self.lock:
                self._flows.charge(payer, cost)
                self._running.pop(thread_no, None)

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
