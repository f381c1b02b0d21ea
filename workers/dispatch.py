"""What the front door calls for a photo that no cache has: asks a worker for it, and waits.

One render of a key is under way at a time, over all front ends. In this process its waiters share one `_Wait`;
between processes the registry of flights decides who asks the worker. A word can get lost (Redis restarted, a
worker killed), so whoever waits looks again each second, and asks anew where nobody is at it any more.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

import metrics
from cache.key import RenderKey
from cache.tiers import RenderCache
from catalog.photos import Photo
from workers.breaker import Breaker
from workers.celery import INTERACTIVE, PING, RENDER
from workers.errors import BRINGS_DOWN, Busy, Damaged, Failed, RenderError, SourceChanged, SourceMissing, Unsupported
from workers.flights import DONE, DROPPED, Claim, Flights, FlightsDown, Word
from workers.sending import sender

LOOK_UP = 0.2  # seconds between two looks whether the client is still there
LOOK_AGAIN = 1.0  # seconds between two looks at the registry
REST = 1.0  # seconds for which nobody asks a Redis that has just failed
SENDERS = 8  # tasks sent at once; Celery keeps ten connections, and would wait for one without end
ANSWERED_LATELY = 5.0  # seconds for which a worker's last word proves that workers work

ERRORS: dict[str, type[RenderError]] = {
    error.kind: error for error in (Damaged, Unsupported, SourceMissing, SourceChanged, Busy, Failed)
}

log = logging.getLogger("darkroom.dispatch")


class _Wait:
    """What the waiters of one key in this process share."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ident = secrets.token_hex(6)  # stands for all of them in the registry
        self.waiters = 0
        self.landed = threading.Event()
        self.word: Word | None = None
        self.render: bytes | None = None
        self.look_at = time.monotonic() + LOOK_AGAIN
        self.astray = False  # whether the last look found the queue empty

    def end(self, word: Word, render: bytes | None) -> None:
        """Wakes all who wait, unless they were woken before."""
        if not self.landed.is_set():
            self.word, self.render = word, render
            self.landed.set()


def _still_there() -> bool:
    return False


class Dispatcher:
    """Asks workers for renders.

    `places` requests may wait at once, each for `timeout` seconds at most; `room` renders may be queued, over all
    front ends.
    """

    def __init__(
        self, app: Celery, flights: Flights, cache: RenderCache, *, timeout: float, places: int, room: int = 500
    ) -> None:
        self._app = app
        self._send_task = sender(app)
        self._flights = flights
        self._cache = cache
        self._timeout = timeout
        self._places = threading.BoundedSemaphore(places)
        self._room = room
        self._waits: dict[str, _Wait] = {}
        self._lock = threading.Lock()
        self._senders = threading.BoundedSemaphore(SENDERS)
        self._breaker = Breaker(REST)
        self._last_word = float("-inf")
        flights.listen(self._heard)

    def render(self, photo: Photo, key: RenderKey, gone: Callable[[], bool] = _still_there) -> bytes:
        """The render of `photo` under `key`, made by a worker; `gone` says that nobody wants it any more.

        Raises:
            Busy: no place to wait, no room in the queue, no worker in time, the queue is down, or the caller is gone.
            RenderError: what the worker says of the photo.
        """
        if not self._places.acquire(blocking=False):
            raise _shed("places", "Too many requests wait for renders already.")
        try:
            return self._wait_for(photo, key, gone)
        finally:
            self._places.release()

    def give_up(self) -> None:
        """Ends all waiting, for the server ends: whoever waits for a render has it made by the next one."""
        with self._lock:
            waits = list(self._waits.values())
        for wait in waits:
            wait.end(Word(wait.name, Busy.kind, "The server is being stopped."), None)

    def worker_answers(self, timeout: float) -> bool:
        """Whether a worker has taken a task and been heard lately, or does so within `timeout` seconds."""
        if time.monotonic() - self._last_word < ANSWERED_LATELY:
            return True
        wait, _ = self._join(f"ping:{secrets.token_hex(8)}")
        try:
            self._app.send_task(PING, (wait.name,), queue=INTERACTIVE, expires=timeout)
            return wait.landed.wait(timeout)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("no worker could be asked: %s", error)
            return False
        finally:
            self._leave(wait)

    def _wait_for(self, photo: Photo, key: RenderKey, gone: Callable[[], bool]) -> bytes:
        deadline = time.monotonic() + self._timeout
        wait, first = self._join(key.name)
        try:
            if first:
                self._look(photo, wait)
            while not wait.landed.wait(min(LOOK_UP, max(0.0, deadline - time.monotonic()))):
                if gone():
                    raise _shed("hangup", "The client has hung up.")
                if time.monotonic() >= deadline:
                    raise _shed("timeout", f"The render was not ready within {self._timeout:g} seconds.", 5)
                if self._due(wait):
                    self._look_again(photo, key, wait)
            return self._result(key, wait)
        finally:
            if self._leave(wait) and not wait.landed.is_set():
                self._release(wait)

    def _join(self, name: str) -> tuple[_Wait, bool]:
        """Where to wait for the word on `name`, and whether nobody did before."""
        with self._lock:
            wait = self._waits.get(name)
            first = wait is None
            if wait is None:
                wait = self._waits[name] = _Wait(name)
                metrics.flights.inc()
            wait.waiters += 1
            return wait, first

    def _leave(self, wait: _Wait) -> bool:
        """Gives up a place, and says whether that was the last one. Whoever comes after the word was heard begins
        anew, as the cache has changed.
        """
        with self._lock:
            wait.waiters -= 1
            if self._waits.get(wait.name) is wait and (not wait.waiters or wait.landed.is_set()):
                del self._waits[wait.name]
                metrics.flights.dec()
            return not wait.waiters

    def _release(self, wait: _Wait) -> None:
        try:
            self._flights.release(wait.name, wait.ident)
        except FlightsDown as error:
            log.info("a flight that nobody waits for runs out by itself: %s", error)

    def _due(self, wait: _Wait) -> bool:
        """Whether the caller is the one of the waiters who is to look again now."""
        with self._lock:
            now = time.monotonic()
            if now < wait.look_at:
                return False
            wait.look_at = now + LOOK_AGAIN
            return True

    def _look_again(self, photo: Photo, key: RenderKey, wait: _Wait) -> None:
        """Heals what a lost word or a lost task left behind."""
        render = self._cache.get(key, counted=False)
        if render is not None:
            wait.end(Word(wait.name, DONE), render)
        else:
            self._look(photo, wait)

    def _look(self, photo: Photo, wait: _Wait) -> None:
        """Says in the registry that somebody waits, and asks a worker, unless somebody has."""
        if not self._breaker.lets():
            self._down(wait)
            return
        try:
            claim = self._flights.claim(wait.name, wait.ident, self._room)
        except FlightsDown as error:
            self._down(wait, error)
            return
        self._breaker.succeeded()
        # Once the queue may be empty because a worker has this very moment taken the task.
        lost = claim is Claim.ASTRAY and wait.astray
        wait.astray = claim is Claim.ASTRAY and not lost
        if claim is Claim.FIRST or lost:
            self._send(photo, wait)
        elif claim is Claim.FULL:
            wait.end(Word(wait.name, Busy.kind, "Too many renders are queued already."), None)
            metrics.shed.labels("queue_full").inc()
        elif claim is Claim.DEADLY:
            wait.end(Word(wait.name, Damaged.kind, BRINGS_DOWN), None)

    def _send(self, photo: Photo, wait: _Wait) -> None:
        message = (wait.name, photo.root, photo.path, INTERACTIVE, time.time() + self._timeout)
        try:
            with self._senders:
                if self._breaker.lets():
                    self._send_task(RENDER, message, INTERACTIVE)
                    self._breaker.succeeded()
                    return
        except (OperationalError, RedisError, OSError) as error:
            self._down(wait, error)
        else:
            self._down(wait)
        self._flights.land(Word(wait.name, Busy.kind, "The queue of renders is down."), None, kept=True)

    def _down(self, wait: _Wait, error: Exception | None = None) -> None:
        if error is not None:
            self._breaker.failed()
            log.warning("a render could not be queued: %s", error)
        metrics.shed.labels("queue_down").inc()
        wait.end(Word(wait.name, Busy.kind, "The queue of renders is down."), None)

    def _result(self, key: RenderKey, wait: _Wait) -> bytes:
        word = wait.word
        assert word is not None  # noqa: S101 - set before the event is
        if word.outcome != DONE:
            raise ERRORS.get(word.outcome, Failed)(word.reason)
        render = wait.render or self._cache.get(key, counted=False)
        if render is None:
            raise Busy("The render was made, but no cache that this server sees has it.")
        wait.render = render  # one read from the disk serves all who wait
        return render

    def _heard(self, word: Word, render: bytes | None) -> None:
        if word.outcome not in (Busy.kind, DROPPED):  # a front end says busy of a task that it could not send
            self._last_word = time.monotonic()
        with self._lock:
            wait = self._waits.get(word.key)
            if wait is not None and word.outcome == DROPPED:
                wait.look_at = time.monotonic()  # whoever waits all the same asks anew at once
        if wait is not None and word.outcome != DROPPED:
            wait.end(word, render)


def _shed(reason: str, sentence: str, retry_after: int = 1) -> Busy:
    metrics.shed.labels(reason).inc()
    return Busy(sentence, retry_after)
