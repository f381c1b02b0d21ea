"""What the front door calls for a photo that no cache has: asks a worker for it, and waits.

One render of a key is under way at a time, over all front ends. In this process its waiters share one `_Wait`;
between processes the registry of flights decides who asks the worker. A word can get lost (Redis restarted, a
worker killed), so whoever waits looks again each second, and asks anew where nobody is at it any more.
"""

import logging
import secrets
import threading
import time

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

import metrics
from cache.key import RenderKey
from cache.tiers import RenderCache
from catalog.photos import Photo
from workers.celery import INTERACTIVE, PING, RENDER
from workers.errors import Busy, Damaged, Failed, RenderError, SourceChanged, SourceMissing, Unsupported
from workers.flights import DONE, DROPPED, Flights, FlightsDown, Word

LOOK_AGAIN = 1.0  # seconds
ANSWERED_LATELY = 5.0  # seconds for which a worker's last word proves that workers work

ERRORS: dict[str, type[RenderError]] = {
    error.kind: error for error in (Damaged, Unsupported, SourceMissing, SourceChanged, Busy, Failed)
}

log = logging.getLogger("darkroom.dispatch")


class _Wait:
    """What the waiters of one key in this process share."""

    def __init__(self) -> None:
        self.waiters = 0
        self.landed = threading.Event()
        self.word: Word | None = None
        self.render: bytes | None = None

    def end(self, word: Word, render: bytes | None) -> None:
        """Wakes all who wait, unless they were woken before."""
        if not self.landed.is_set():
            self.word, self.render = word, render
            self.landed.set()


class Dispatcher:
    """Asks workers for renders. `places` requests may wait at once, each for `timeout` seconds at most."""

    def __init__(self, app: Celery, flights: Flights, cache: RenderCache, *, timeout: float, places: int) -> None:
        self._app = app
        self._flights = flights
        self._cache = cache
        self._timeout = timeout
        self._places = threading.BoundedSemaphore(places)
        self._waits: dict[str, _Wait] = {}
        self._lock = threading.Lock()
        self._last_word = float("-inf")
        flights.listen(self._heard)

    def render(self, photo: Photo, key: RenderKey) -> bytes:
        """The render of `photo` under `key`, made by a worker.

        Raises:
            Busy: no place to wait, no worker in time, or the queue is down.
            RenderError: what the worker says of the photo.
        """
        if not self._places.acquire(blocking=False):
            metrics.shed.labels("places").inc()
            raise Busy("Too many requests wait for renders already.")
        try:
            return self._wait_for(photo, key)
        finally:
            self._places.release()

    def worker_answers(self, timeout: float) -> bool:
        """Whether a worker has taken a task and been heard lately, or does so within `timeout` seconds."""
        if time.monotonic() - self._last_word < ANSWERED_LATELY:
            return True
        name = f"ping:{secrets.token_hex(8)}"
        wait, _ = self._join(name)
        try:
            self._app.send_task(PING, (name,), queue=INTERACTIVE, expires=timeout)
            return wait.landed.wait(timeout)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("no worker could be asked: %s", error)
            return False
        finally:
            self._leave(name, wait)

    def _wait_for(self, photo: Photo, key: RenderKey) -> bytes:
        deadline = time.monotonic() + self._timeout
        wait, first = self._join(key.name)
        try:
            if first:
                self._ask(photo, key, wait)
            while not wait.landed.wait(min(LOOK_AGAIN, max(0.0, deadline - time.monotonic()))):
                if time.monotonic() >= deadline:
                    metrics.shed.labels("timeout").inc()
                    raise Busy(f"The render was not ready within {self._timeout:g} seconds.", retry_after=5)
                self._look_again(photo, key, wait)
            return self._result(key, wait)
        finally:
            self._leave(key.name, wait)

    def _join(self, name: str) -> tuple[_Wait, bool]:
        """Where to wait for the word on `name`, and whether nobody did before."""
        with self._lock:
            wait = self._waits.get(name)
            first = wait is None
            if wait is None:
                wait = self._waits[name] = _Wait()
                metrics.flights.inc()
            wait.waiters += 1
            return wait, first

    def _leave(self, name: str, wait: _Wait) -> None:
        """Gives up a place; whoever comes after the word was heard begins anew, as the cache has changed."""
        with self._lock:
            wait.waiters -= 1
            if self._waits.get(name) is wait and (not wait.waiters or wait.landed.is_set()):
                del self._waits[name]
                metrics.flights.dec()

    def _ask(self, photo: Photo, key: RenderKey, wait: _Wait) -> None:
        """Sends a worker the task, unless another front end has."""
        down = Word(key.name, Busy.kind, "The queue of renders is down.")
        try:
            if not self._flights.claim(key.name, self._timeout):
                return
        except FlightsDown as error:
            self._shed(wait, down, error)
            return
        message = (key.name, photo.root, photo.path, INTERACTIVE, time.time() + self._timeout)
        try:
            self._app.send_task(RENDER, message, queue=INTERACTIVE)
        except (OperationalError, RedisError, OSError) as error:
            self._shed(wait, down, error)
            self._flights.land(down, None, kept=True)

    @staticmethod
    def _shed(wait: _Wait, down: Word, error: Exception) -> None:
        log.warning("a render could not be queued: %s", error)
        metrics.shed.labels("queue_down").inc()
        wait.end(down, None)

    def _look_again(self, photo: Photo, key: RenderKey, wait: _Wait) -> None:
        """Heals what a lost word or a lost task left behind."""
        render = self._cache.get(key, counted=False)
        if render is not None:
            wait.end(Word(key.name, DONE), render)
            return
        try:
            under_way = self._flights.under_way(key.name)
        except FlightsDown as error:
            self._shed(wait, Word(key.name, Busy.kind, "The queue of renders is down."), error)
            return
        if not under_way:
            self._ask(photo, key, wait)

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
        if word.outcome != Busy.kind:  # a front end says that too, of a task that it could not send
            self._last_word = time.monotonic()
        with self._lock:
            wait = self._waits.get(word.key)
        # Of a task that was dropped there may be waiters who came later: they ask anew as they look again.
        if wait is not None and word.outcome != DROPPED:
            wait.end(word, render)
