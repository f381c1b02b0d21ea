"""What the front door calls for a photo that no cache has: asks a worker for it, and waits.

One render of a key is under way at a time, over all front ends. In this process its waiters share a `Wait`; between
processes the registry of flights decides who asks the worker. A completion can get lost (Redis restarted, a worker
killed), so whoever waits looks again each second, and asks anew where nobody is at it any more.

Work in advance lies in a queue of its own, `prefetch`, and is only reserved in the registry. A person who comes to wait
for such a render claims it and asks for it on the queue `interactive`, as if it were not there.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

import metrics
import redis_errors
from breaker import Breaker
from cache.key import RenderKey
from cache.render_cache import RenderCache
from catalog.photos import Photo
from workers.errors import BRINGS_DOWN, Busy, Damaged, Failed, RenderError, SourceChanged, SourceMissing, Unsupported
from workers.flights.late_failures import LateFailures
from workers.flights.places import Place, Places
from workers.flights.registry import DONE, DROPPED, Claim, Completion, Flights, FlightsDown
from workers.flights.turns import Turns
from workers.flights.waits import UNKNOWN_CLIENT, Client, Wait, Waits
from workers.queue.app import INTERACTIVE, PING, PREFETCH, RENDER
from workers.queue.publish import publisher

SENDERS = 8  # tasks sent at once; Celery keeps ten connections, and would wait for one without end
PREFETCH_SHARE = 2  # one of so many waiting places may be taken by those who wait for the queue `prefetch`
ANSWERED_LATELY = 5.0  # seconds for which a worker's last completion proves that workers work

QUEUE_DOWN = "The queue of renders is down."

# What sending a task raises: of Redis, of kombu, or of the system.
SENDING = (OperationalError, RedisError, OSError)

ERRORS: dict[str, type[RenderError]] = {
    error.kind: error for error in (Damaged, Unsupported, SourceMissing, SourceChanged, Busy, Failed)
}

log = logging.getLogger("darkroom.dispatch")


class QueueDown(Exception):
    """No task can be queued. `str(error)` says why, without a full stop."""


class Prefetched(StrEnum):
    """What comes of a render that is wanted in advance."""

    CACHED = "cached"  # it is there
    QUEUED = "queued"  # it is under way, in whatever queue
    REFUSED = "refused"  # the queue has no room or is down, or the photo brings workers down


@dataclass(frozen=True, slots=True)
class PrefetchLimits:
    """Work in advance: how many renders may lie in its queue, and for how many seconds each is worth making."""

    room: int = 200
    seconds: float = 60.0


def _never() -> bool:
    return False


OnDamage = Callable[[RenderKey, str], None]
"""Told of a render that shows what there is of a damaged photo: its key, and a word of `catalog.kinds.damage`."""


def _nobody(_: RenderKey, __: str) -> None:
    """Who is told of damages where nobody wants to know."""


class Dispatcher:
    """Asks workers for renders.

    `places` requests may wait at once, each for `timeout` seconds at most; `room` renders may be queued, over all
    front ends, and beside them as many in advance as `prefetch` says. One caller's are no more than `crowd` of these
    (`Turns`), and no more of the places than others leave (`Places`). `on_damage` hears of every render that any worker
    makes, whoever waits for it, before those who wait; it must not take long.
    """

    def __init__(
        self,
        app: Celery,
        flights: Flights,
        cache: RenderCache,
        *,
        timeout: float,
        places: int,
        room: int = 500,
        crowd: int = 500,
        prefetch: PrefetchLimits = PrefetchLimits(),
        on_damage: OnDamage = _nobody,
    ) -> None:
        self._app = app
        self._publish_task = publisher(app)
        self._flights = flights
        self._cache = cache
        self._timeout = timeout
        self._places = Places(places)
        self._prefetch_places = Places(max(1, places // PREFETCH_SHARE))
        self._room = room
        self._crowd = min(crowd, room)
        self._turns = Turns()
        self._prefetch_limits = prefetch
        self._waits = Waits()
        self._late_failures = LateFailures()
        # One who sends in advance does so at a time: people find a connection.
        self._senders = {INTERACTIVE: threading.BoundedSemaphore(SENDERS), PREFETCH: threading.BoundedSemaphore(1)}
        self._breaker = Breaker()
        self._on_damage = on_damage
        flights.listen(self._on_completion)

    def render(
        self,
        photo: Photo,
        key: RenderKey,
        client: Client = UNKNOWN_CLIENT,
        *,
        queue: str = INTERACTIVE,
        caller: str = "",
    ) -> bytes:
        """The render of `photo` under `key`, made by a worker, for as long as the client wants it. `caller` stands for
        whoever has a share of places and queue.

        On the queue `prefetch` it is work in advance, though the caller waits for it: people come first, and the render
        is made all the same where the caller is gone.

        Raises:
            Busy: no place to wait, or it was taken for others; no room in the queue, no worker in time, the queue is
                down, or the caller is gone.
            RenderError: what the worker says of the photo.
        """
        if queue == INTERACTIVE:
            with _place(self._places, caller) as place:
                return self._wait_for(photo, key, client, queue, place)
        with _place(self._prefetch_places, caller), _place(self._places, caller) as place:
            return self._wait_for(photo, key, client, queue, place)

    def prefetch(self, photo: Photo, key: RenderKey) -> Prefetched:
        """Has the render made in advance, unless it is cached or under way. Waits for no render, and raises nothing; a
        Redis that does not answer holds it up for a second or two.
        """
        if self._cache.has(key):
            return Prefetched.CACHED
        if not self._breaker.allows():
            return Prefetched.REFUSED
        try:
            claim = self._flights.reserve(key.name, self._prefetch_limits.room, self._prefetch_limits.seconds)
            self._breaker.succeeded()
            if claim is Claim.FIRST and not self._publish(photo, key.name, PREFETCH):
                return Prefetched.REFUSED
        except (FlightsDown, *SENDING) as error:
            self._breaker.failed()
            log.warning("a render could not be queued in advance: %s", redis_errors.sentence(error))
            return Prefetched.REFUSED
        return Prefetched.REFUSED if claim in (Claim.FULL, Claim.POISON) else Prefetched.QUEUED

    def give_up(self) -> None:
        """Ends all waiting, for the server ends: whoever waits for a render has it made by the next one."""
        for wait in self._waits.all():
            wait.end(Completion(wait.name, Busy.kind, "The server is being stopped."), None)

    def check(self) -> None:
        """Raises FlightsDown where the registry of flights does not answer, or takes nothing."""
        self._flights.check()

    def worker_answers(self, timeout: float) -> bool:
        """Whether a worker has taken a task and been heard lately, or does so within `timeout` seconds.

        Raises:
            QueueDown: none could be asked.
        """
        if time.monotonic() - self._waits.last_completion < ANSWERED_LATELY:
            return True
        wait, _ = self._waits.join(f"ping:{secrets.token_hex(8)}", INTERACTIVE)
        try:
            # It runs out at no time, since that would be told by the worker's clock, which may be another.
            self._publish_task(PING, (wait.name,), INTERACTIVE)
            return wait.until(timeout, _never)
        except SENDING as error:
            raise QueueDown(redis_errors.sentence(error)) from error
        finally:
            self._waits.leave(wait)

    def _wait_for(self, photo: Photo, key: RenderKey, client: Client, queue: str, place: Place) -> bytes:
        failure = self._late_failures.take(key)
        if failure is not None:
            raise ERRORS[failure.outcome](failure.reason)
        deadline = time.monotonic() + self._timeout
        wait, first = self._waits.join(key.name, queue)

        def enough() -> bool:
            return time.monotonic() >= wait.look_at or place.revoked or client.gone()

        place.wake = wait.wake
        try:
            if first or wait.held:  # for this caller it need not be
                self._look(photo, wait, place.caller)
            with client.watched(wait.wake):
                while not wait.until(max(0.0, min(wait.look_at, deadline) - time.monotonic()), enough):
                    if client.gone():
                        raise _shed("hangup", "The client has hung up.")
                    if place.revoked:
                        raise _shed("share", "Others wait for renders too, and this caller had more places than they.")
                    if time.monotonic() >= deadline:
                        raise _shed("timeout", f"The render was not ready within {self._timeout:g} seconds.", 5)
                    if self._waits.due(wait):
                        self._look_again(photo, key, wait, place.caller)
            return self._result(key, wait)
        finally:
            last = self._waits.leave(wait)
            if last or wait.completion is not None:
                self._turns.done(wait)
            if last and wait.completion is None:
                self._late_failures.expect(key)
                self._release(wait)

    def _release(self, wait: Wait) -> None:
        """What is reserved runs out by itself: whoever hung up will hardly have been the only one to want it soon."""
        if wait.queue != INTERACTIVE:
            return
        try:
            self._flights.release(wait.name, wait.ident)
        except FlightsDown as error:
            log.info("a flight that nobody waits for runs out by itself: %s", error)

    def _look_again(self, photo: Photo, key: RenderKey, wait: Wait, caller: str) -> None:
        """Heals what a lost completion or a lost task left behind."""
        render = self._cache.get(key, counted=False)
        if render is not None:
            wait.end(Completion(wait.name, DONE), render)
        else:
            self._look(photo, wait, caller)

    def _look(self, photo: Photo, wait: Wait, caller: str) -> None:
        """Says in the registry that somebody waits, and asks a worker, unless somebody has, or others come first."""
        if not self._breaker.allows():
            self._down(wait)
            return
        was_held = wait.held
        crowded = wait.queue == INTERACTIVE and not self._turns.enter(wait, caller)
        if crowded:
            if not was_held and self._turns.count() > self._room:
                self._full(wait)
                return
            if self._turns.next() is not wait:
                return
        try:
            claim = self._claim(wait, self._crowd if crowded else self._room)
        except FlightsDown as error:
            self._down(wait, error)
            return
        self._breaker.succeeded()
        if crowded:
            if claim is Claim.FULL:
                return  # of its turn it hears when a render is done
            self._turns.sent(wait, caller)
        # Once the queue may be empty because a worker has this very moment taken the task.
        lost = claim is Claim.ASTRAY and wait.astray
        wait.astray = claim is Claim.ASTRAY and not lost
        if claim is Claim.BEGUN:
            wait.owed = False
        elif claim is Claim.FULL:
            self._full(wait)
        elif claim is Claim.POISON:
            wait.end(Completion(wait.name, Damaged.kind, BRINGS_DOWN), None)
        elif claim is Claim.FIRST or lost or wait.owed:
            wait.owed = not wait.may_send()
            if not wait.owed:
                self._send(photo, wait)
        if crowded:
            self._call_next()  # there may be room for more

    def _full(self, wait: Wait) -> None:
        wait.end(Completion(wait.name, Busy.kind, "Too many renders are queued already."), None)
        metrics.shed.labels("queue_full").inc()

    def _call_next(self) -> None:
        """Has whose turn it is look whether the queue is short enough."""
        wait = self._turns.next()
        if wait is not None:
            wait.look_at = time.monotonic()
            wait.wake()

    def _claim(self, wait: Wait, room: int) -> Claim:
        if wait.queue == INTERACTIVE:
            return self._flights.claim(wait.name, wait.ident, room)
        return self._flights.reserve(wait.name, self._prefetch_limits.room, self._prefetch_limits.seconds)

    def _send(self, photo: Photo, wait: Wait) -> None:
        try:
            if not self._publish(photo, wait.name, wait.queue):
                self._down(wait)
        except SENDING as error:
            self._down(wait, error)

    def _publish(self, photo: Photo, name: str, queue: str) -> bool:
        """Sends a task; False where the queue has failed while this waited for its turn. Where none is sent, the flight
        lands, so that nobody waits for it, or the render is no longer reserved.
        """
        sent = False
        try:
            with self._senders[queue]:
                if self._breaker.allows():
                    # For how long it is worth making the registry knows, by one clock for all hosts.
                    self._publish_task(RENDER, (name, photo.root, photo.path, queue), queue)
                    self._breaker.succeeded()
                    sent = True
        finally:
            if not sent:
                outcome, reason = (Busy.kind, QUEUE_DOWN) if queue == INTERACTIVE else (DROPPED, "")
                self._flights.land(Completion(name, outcome, reason), None, kept=True)
        return sent

    def _down(self, wait: Wait, error: Exception | None = None) -> None:
        if error is not None:
            self._breaker.failed()
            log.warning("a render could not be queued: %s", redis_errors.sentence(error))
        metrics.shed.labels("queue_down").inc()
        wait.end(Completion(wait.name, Busy.kind, QUEUE_DOWN), None)

    def _result(self, key: RenderKey, wait: Wait) -> bytes:
        completion = wait.completion
        assert completion is not None  # noqa: S101 - that is what was waited for
        if completion.outcome != DONE:
            raise ERRORS.get(completion.outcome, Failed)(completion.reason)
        render = wait.render or self._cache.get(key, counted=False)
        if render is None:
            raise Busy("The render was made, but no cache that this server sees has it.")
        wait.render = render  # one read from the disk serves all who wait
        return render

    def _on_completion(self, completion: Completion, render: bytes | None) -> None:
        if completion.damage:
            self._tell_damage(completion)
        self._waits.complete(completion, render, (INTERACTIVE, PREFETCH))
        self._late_failures.heard(completion)
        self._call_next()

    def _tell_damage(self, completion: Completion) -> None:
        try:
            key = RenderKey.parse(completion.key)
        except ValueError:  # an order of a job: each of its renders is heard of by itself
            return
        self._on_damage(key, completion.damage)


@contextmanager
def _place(places: Places, caller: str) -> Iterator[Place]:
    """A place to wait in, for as long as it takes. Raises Busy where there is none for this caller."""
    place = places.take(caller)
    if place is None:
        raise _shed("places", "Too many requests wait for renders already.")
    try:
        yield place
    finally:
        places.leave(place)


def _shed(reason: str, sentence: str, retry_after: int = 1) -> Busy:
    metrics.shed.labels(reason).inc()
    return Busy(sentence, retry_after)
