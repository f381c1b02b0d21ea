"""Sends the orders of jobs to the workers of the queue `background`, a few at a time, and hears what comes of each.
What is lost on the way it finds out by looking.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

import redis_errors
from workers.flights.orders import Orders, Standing
from workers.flights.registry import DROPPED, Completion, Flights, FlightsDown
from workers.prerender.missing import Pending
from workers.queue.app import BACKGROUND, LADDER, QueueLengths

# Orders sent and not ended: enough that no worker runs out of them between two looks, few enough that a job which is
# stopped leaves nothing behind.
WINDOW = 16
LOOK_AGAIN = 1.0  # seconds between two looks whether the orders still stand
SILENCE = 10.0  # seconds without any sign of a worker, after which there seems to be none

log = logging.getLogger("darkroom.prerender")

Inbox = deque[Completion]
"""Where a job finds what became of its orders; "dropped" stands for lost, too."""


class Unreachable(Exception):
    """The queue or the registry can't be reached."""


@dataclass(slots=True)
class _Sent:
    inbox: Inbox
    astray: bool = False  # whether the last look found the queue empty, and no worker at it


class OrderDispatcher:
    """Sends and hears. `wakeup` is set where there is much to do."""

    def __init__(self, app: Celery, flights: Flights, orders: Orders, wakeup: threading.Event) -> None:
        self._app = app
        self._orders = orders
        self._wakeup = wakeup
        self._lengths = QueueLengths(app)
        self._sent: dict[str, _Sent] = {}
        self._unread = 0
        self._look_at = self._rest_until = 0.0
        self._sign = time.monotonic()
        flights.listen(self._on_completion)

    @property
    def room(self) -> int:
        """How many more orders may be sent."""
        return 0 if time.monotonic() < self._rest_until else WINDOW - len(self._sent)

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._sent)

    @property
    def silent(self) -> bool:
        """Whether there has been no sign of a worker for long, though orders wait for one."""
        return bool(self._sent) and time.monotonic() - self._sign > SILENCE

    def send(self, name: str, pending: Pending, inbox: Inbox) -> None:
        """Sends an order; what becomes of it comes into the inbox.

        Raises:
            Unreachable: it can't be sent.
        """
        if not self._sent:
            self._sign = time.monotonic()
        photo = pending.photo
        message = (name, [key.name for key in pending.keys], photo.root, photo.path)
        self._sent[name] = _Sent(inbox)  # before a worker can be heard
        try:
            if self._orders.place(name) is Standing.NEW:
                self._app.send_task(LADDER, message, queue=BACKGROUND)
        except (FlightsDown, OperationalError, RedisError, OSError) as error:
            del self._sent[name]
            self._rest_until = time.monotonic() + LOOK_AGAIN  # nobody asks what has just failed
            raise Unreachable(redis_errors.sentence(error)) from error

    def look(self) -> None:
        """Finds what is lost, where it is time for that: it comes into the inbox as dropped.

        Raises:
            Unreachable: it can't be told.
        """
        now = time.monotonic()
        if not self._sent or now < self._look_at:
            return
        self._look_at = now + LOOK_AGAIN
        try:
            standing = {name: self._orders.place(name) for name in list(self._sent)}
            waits = Standing.QUEUED in standing.values()
            empty = waits and not dict(self._lengths).get(BACKGROUND)
        except (FlightsDown, OperationalError, RedisError, OSError) as error:
            raise Unreachable(redis_errors.sentence(error)) from error
        for name, how in standing.items():
            sent = self._sent.get(name)
            if sent is None:
                continue
            # Once the queue may be empty because a worker has this very moment taken the task.
            lost = how is Standing.NEW or (how is Standing.QUEUED and empty and sent.astray)
            sent.astray = how is Standing.QUEUED and empty
            if how is Standing.BEGUN:
                self._sign = now
            if lost:
                sent.inbox.append(Completion(name, DROPPED))

    def forget(self, name: str) -> None:
        """Forgets an order that came into the inbox."""
        if self._sent.pop(name, None) is not None:
            self._withdraw(name)

    def read(self) -> None:
        """Whoever reads inboxes says so: `wakeup` is set again when there is more."""
        self._unread = 0

    def _withdraw(self, name: str) -> None:
        try:
            self._orders.withdraw(name)
        except FlightsDown as error:
            log.info("an order that nobody wants any more runs out by itself: %s", error)

    def _on_completion(self, completion: Completion, _: bytes | None) -> None:
        sent = self._sent.get(completion.key)
        if sent is None:
            return
        sent.inbox.append(completion)
        self._sign = time.monotonic()
        if completion.outcome == DROPPED:
            # It is sent again: whatever makes workers drop what they are sent, it is no more than a window a second.
            self._rest_until = self._sign + LOOK_AGAIN
        self._unread += 1
        if 2 * self._unread >= len(self._sent):
            self._wakeup.set()
