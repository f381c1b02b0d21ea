"""Run: one job, as the process that walks it has it in hand. What it holds is in the catalogue too."""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from catalog.errors import CatalogError, Unreadable
from catalog.faults import Fault, Faults
from catalog.jobs.jobs import Job, Jobs
from catalog.jobs.progress import Failed, Ledger
from catalog.photos import Photo
from workers.devices import Box
from workers.errors import BRINGS_DOWN, Busy, Damaged, SourceChanged, Unsupported
from workers.flights.registry import DONE, DROPPED, Word
from workers.prerender.dispatch import WINDOW, Inbox, Post, Unreachable
from workers.prerender.estimate import FEWEST, NO_CACHE, Need, written
from workers.prerender.missing import Looked, Looker, Pending
from workers.prerender.rate import Pace

PLENTY = 8  # windows of photos for which there is room, where room is not short
MOST_TRIES = 3  # of a photo that changes all the time, or for which there is no time; or that ends its process

NO_WORKER = (
    "No worker takes background renders: start one with python -m workers run --queues background, or see why it is "
    "not heard."
)
NO_QUEUE = "The queue of renders is down; the job goes on when it is back."

log = logging.getLogger("darkroom.prerender")


@dataclass(frozen=True, slots=True)
class Shop:
    """What runs work with. `refresh` brings the catalogue up to date on one photo. `mortal` says that a render which
    crashes ends this very process, so that nobody else could count its deaths.
    """

    jobs: Jobs
    ledger: Ledger
    looker: Looker
    faults: Faults
    post: Post
    refresh: Callable[[Photo], Photo | None]
    mortal: bool


class Run:
    """Walks a job in steps. What `boxes` are, the job says as text; `need` is what the cache has for it."""

    def __init__(self, job: Job, boxes: Sequence[Box], need: Need, shop: Shop) -> None:
        self._boxes = boxes
        self._need = need
        self._shop = shop
        self._bytes = job.bytes
        self._rendered = job.done + job.skipped
        self._inbox: Inbox = deque()
        self._waiting: deque[Pending] = deque()
        self._suspects: deque[Pending] = deque()  # under way when a process died: sent alone
        self._sent: dict[str, Pending] = {}
        self._tries: Counter[int] = Counter()
        self._done: list[Pending] = []
        self._failed: list[Failed] = []
        self._full = False
        self._pace = Pace(time.monotonic())
        self._restore(job)

    def step(self, job: Job) -> bool:
        """Goes on, with the job as it stands now; gives whether there is more to do at once.

        Raises:
            CatalogProblem: nothing can be written down; what was in hand is outstanding all the same.
        """
        self._read()
        self._settle(job)
        more = self._take(job)
        self._send(job)
        if not (self._waiting or self._suspects or self._sent) and job.taken >= job.total:
            self._shop.ledger.finish(job)
        elif self._full and not self._sent:
            self._shop.jobs.cancel(job.id, self._why_full())
        elif self._shop.post.silent and job.message != NO_WORKER:
            log.warning("%s", NO_WORKER)
            self._shop.ledger.say(job, NO_WORKER)
        return more

    def leave(self, job: Job) -> None:
        """Lets go of the job: what no worker has begun is dropped, what has ended is counted."""
        self._read()
        self.drop()
        self._settle(job)
        if self._shop.mortal:
            self._shop.ledger.forgive(job)

    def drop(self) -> None:
        """Lets go of what is under way, and writes nothing down."""
        for name in self._sent:
            self._shop.post.ended(name)
        self._sent = {}

    def _restore(self, job: Job) -> None:
        """Takes up what another process, or this one, has left outstanding."""
        looked = self._shop.looker.look(self._shop.ledger.outstanding(job), self._boxes)
        self._bytes += looked.bytes
        self._rendered += len(looked.cached)
        self._shop.ledger.settle(job, [place.place for place in looked.cached], looked.failed, bytes=self._bytes)
        for pending in looked.missing:
            tries = pending.place.tries if self._shop.mortal else 0
            if tries >= MOST_TRIES:
                self._fail(pending, Damaged.kind, BRINGS_DOWN)
            else:
                (self._suspects if tries else self._waiting).append(pending)

    def _take(self, job: Job) -> bool:
        """Looks at the next few hundred photos, where those in hand do not last; gives whether there are more."""
        if self._full or len(self._waiting) >= WINDOW or job.taken >= job.total:
            return False
        places = self._shop.ledger.next(job)
        looked = self._shop.looker.look(places, self._boxes)
        self._bytes += looked.bytes
        self._rendered += len(looked.cached)
        rate = self._pace.add(len(looked.cached) + len(looked.failed), time.monotonic())
        missing = [pending.place for pending in looked.missing]
        self._shop.ledger.take(job, places, missing, looked.failed, bytes=self._bytes, rate=rate)
        self._waiting.extend(looked.missing)
        return True

    def _send(self, job: Job) -> None:
        """Sends what the post has room for; what may have ended a process, alone."""
        some: list[Pending] = []
        if self._suspects:
            if not self._sent:
                some.append(self._suspects.popleft())
        else:
            while self._waiting and self._shop.post.room > len(some) and self._fits(job, len(some)):
                some.append(self._waiting.popleft())
        if some and self._shop.mortal:
            self._shop.ledger.begun(job, [pending.place.place for pending in some])
        for at, pending in enumerate(some):
            name = f"order:{job.id}:{pending.place.place}:{pending.photo.photoid}.{pending.keys[0].version}"
            try:
                self._shop.post.send(name, pending, self._inbox)
            except Unreachable as error:
                self._waiting.extendleft(reversed(some[at:]))
                log.warning("the orders of job %d can't be sent: %s", job.id, error)
                if job.message != NO_QUEUE:
                    self._shop.ledger.say(job, NO_QUEUE)
                return
            self._sent[name] = pending

    def _fits(self, job: Job, more: int) -> bool:
        """Whether the renders of another photo are still within the job's share of the cache."""
        each = self._bytes / self._rendered if self._rendered else 0.0
        if self._rendered < FEWEST:
            each = max(each, self._need.bytes / job.total)
        under_way = len(self._sent) + more
        # Where room is short, no more are under way than were rendered: an estimate may be wrong by much.
        short = self._bytes + PLENTY * WINDOW * each > self._need.limit
        if short and under_way >= max(2, self._rendered):
            return False
        bytes_fit = self._bytes + each * (under_way + 1) <= self._need.limit
        self._full = not (bytes_fit and (self._rendered + under_way + 1) * len(self._boxes) <= self._need.renders)
        return not self._full

    def _why_full(self) -> str:
        if not self._need.room:
            return NO_CACHE
        return (
            f"The job has stopped at 80 % of what the cache may hold ({written(self._need.room)}), rather than push "
            "out what it has made: raise cache.disk.bytes or cache.disk.entries, make room on the disk, or ask for "
            "fewer sizes, and start it again."
        )

    def _read(self) -> None:
        """Takes what has come into the inbox."""
        self._shop.post.read()
        while self._inbox:
            word = self._inbox.popleft()
            self._shop.post.ended(word.key)
            pending = self._sent.pop(word.key, None)
            if pending is None:
                continue  # found by a look before it was heard
            place = pending.place.place
            if word.outcome == DONE:
                self._done.append(pending)
            elif word.outcome == DROPPED or (
                word.outcome in (Busy.kind, SourceChanged.kind) and self._tries[place] + 1 < MOST_TRIES
            ):
                self._tries[place] += word.outcome != DROPPED
                self._look_again(pending, word)
            else:
                self._fail(pending, word.outcome, word.reason)

    def _look_again(self, pending: Pending, word: Word) -> None:
        """Whether a photo whose order came to nothing has been rendered all the same, and what it is like now."""
        if word.outcome == SourceChanged.kind:
            try:
                self._shop.refresh(pending.photo)
            except (Unreadable, OSError) as error:  # the next scan lists it
                log.info("%s can't be read any more: %s", pending.photo.path, error)
                self._fail(pending, word.outcome, Unreadable.public)
                return
        looked: Looked = self._shop.looker.look([pending.place], self._boxes)
        if looked.cached:
            self._done.append(pending)
        self._failed += looked.failed
        self._waiting.extendleft(looked.missing)

    def _fail(self, pending: Pending, kind: str, reason: str) -> None:
        """Counts a photo as failed; what speaks against the photo itself is noted for everyone."""
        self._failed.append(Failed(pending.place.place, pending.photo.photoid, reason))
        if kind in (Damaged.kind, Unsupported.kind):
            try:
                self._shop.faults.remember(pending.photo, Fault(kind, reason))
            except CatalogError as trouble:  # then it is tried again the next time, which is all
                log.warning("a photo that can't be rendered could not be noted: %s", trouble)

    def _settle(self, job: Job) -> None:
        """Writes down what has ended."""
        if not (self._done or self._failed):
            return
        self._bytes += self._shop.looker.bytes(self._done)
        self._rendered += len(self._done)
        rate = self._pace.add(len(self._done) + len(self._failed), time.monotonic())
        places = [pending.place.place for pending in self._done]
        message = "" if job.message in (NO_WORKER, NO_QUEUE) else job.message
        self._shop.ledger.settle(job, places, self._failed, bytes=self._bytes, rate=rate, message=message)
        self._done, self._failed = [], []
