"""Run: one job, as the process that walks it has it in hand. What it holds is in the catalogue too."""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from catalog.damages import Damages
from catalog.errors import Unreadable
from catalog.jobs.jobs import Job, Jobs
from catalog.jobs.progress import FailedPhoto, JobProgress
from catalog.photos import Photo
from catalog.render_failures import RenderFailure, RenderFailures
from workers.devices import Box
from workers.errors import BRINGS_DOWN, Busy, Damaged, SourceChanged, Unsupported
from workers.flights.registry import DONE, DROPPED, Completion
from workers.prerender.estimate import FEWEST, NO_CACHE, Estimate, human_bytes
from workers.prerender.missing import MissingRenders, Pending
from workers.prerender.order_dispatcher import WINDOW, Inbox, OrderDispatcher, Unreachable
from workers.prerender.rate import MovingRate

PLENTY = 8  # windows of photos for which there is room, where room is not short
MOST_TRIES = 3  # of a photo that changes all the time, or for which there is no time; or that ends its process

NO_WORKER = (
    "No worker takes background renders: start one with darkroom worker --queues background, or see why it is "
    "not heard."
)
NO_QUEUE = "The queue of renders is down; the job goes on when it is back."

log = logging.getLogger("darkroom.prerender")


@dataclass(frozen=True, slots=True)
class RunComponents:
    """What runs work with. `refresh` brings the catalogue up to date on one photo. `in_process` says that a render
    which crashes ends this very process, so that nobody else could count its deaths.
    """

    jobs: Jobs
    progress: JobProgress
    missing: MissingRenders
    render_failures: RenderFailures
    damages: Damages
    dispatcher: OrderDispatcher
    refresh: Callable[[Photo], Photo | None]
    in_process: bool


class Run:
    """Walks a job in steps. What `boxes` are, the job says as text; `estimate` is what it needs of the cache."""

    def __init__(self, job: Job, boxes: Sequence[Box], estimate: Estimate, components: RunComponents) -> None:
        self._boxes = boxes
        self._estimate = estimate
        self._jobs, self._progress, self._missing = components.jobs, components.progress, components.missing
        self._dispatcher, self._render_failures = components.dispatcher, components.render_failures
        self._damages = components.damages
        self._refresh, self._in_process = components.refresh, components.in_process
        self._bytes = job.bytes
        self._rendered = job.done + job.skipped
        self._inbox: Inbox = deque()
        self._waiting: deque[Pending] = deque()
        self._suspects: deque[Pending] = deque()  # under way when a process died: sent alone
        self._sent: dict[str, Pending] = {}
        self._tries: Counter[int] = Counter()
        self._done: list[Pending] = []
        self._failed: list[FailedPhoto] = []
        self._full = False
        self._rate = MovingRate(time.monotonic())
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
            self._progress.finish(job)
        elif self._full and not self._sent:
            self._jobs.cancel(job.id, self._why_full())
        elif self._dispatcher.silent and job.message != NO_WORKER:
            log.warning("%s", NO_WORKER)
            self._progress.set_message(job, NO_WORKER)
        return more

    def leave(self, job: Job) -> None:
        """Lets go of the job: what no worker has begun is dropped, what has ended is counted."""
        self._read()
        self.drop()
        self._settle(job)
        if self._in_process:
            self._progress.reset_tries(job)

    def drop(self) -> None:
        """Lets go of what is under way, and writes nothing down."""
        for name in self._sent:
            self._dispatcher.forget(name)
        self._sent = {}

    def _restore(self, job: Job) -> None:
        """Takes up what another process, or this one, has left outstanding."""
        triage = self._missing.triage(self._progress.outstanding(job), self._boxes)
        self._bytes += triage.bytes
        self._rendered += len(triage.cached)
        places = [each.place for each in triage.cached]
        self._progress.settle(job, places, triage.failed, bytes=self._bytes)
        for pending in triage.missing:
            tries = pending.job_photo.tries if self._in_process else 0
            if tries >= MOST_TRIES:
                self._fail(pending, Damaged.kind, BRINGS_DOWN)
            else:
                (self._suspects if tries else self._waiting).append(pending)

    def _take(self, job: Job) -> bool:
        """Looks at the next few hundred photos, where those in hand do not last; gives whether there are more."""
        if self._full or len(self._waiting) >= WINDOW or job.taken >= job.total:
            return False
        job_photos = self._progress.next(job)
        triage = self._missing.triage(job_photos, self._boxes)
        self._bytes += triage.bytes
        self._rendered += len(triage.cached)
        rate = self._rate.add(len(triage.cached) + len(triage.failed), time.monotonic())
        missing = [pending.job_photo for pending in triage.missing]
        self._progress.take(job, job_photos, missing, triage.failed, bytes=self._bytes, rate=rate)
        self._waiting.extend(triage.missing)
        return True

    def _send(self, job: Job) -> None:
        """Sends what the dispatcher has room for; what may have ended a process, alone."""
        some: list[Pending] = []
        if self._suspects:
            if not self._sent:
                some.append(self._suspects.popleft())
        else:
            while self._waiting and self._dispatcher.room > len(some) and self._fits(job, len(some)):
                some.append(self._waiting.popleft())
        if some and self._in_process:
            self._progress.begun(job, [pending.job_photo.place for pending in some])
        for at, pending in enumerate(some):
            name = f"order:{job.id}:{pending.job_photo.place}:{pending.photo.photoid}.{pending.keys[0].version}"
            try:
                self._dispatcher.send(name, pending, self._inbox)
            except Unreachable as error:
                self._waiting.extendleft(reversed(some[at:]))
                log.warning("the orders of job %d can't be sent: %s", job.id, error)
                if job.message != NO_QUEUE:
                    self._progress.set_message(job, NO_QUEUE)
                return
            self._sent[name] = pending

    def _fits(self, job: Job, more: int) -> bool:
        """Whether the renders of another photo are still within the job's share of the cache."""
        each = self._bytes / self._rendered if self._rendered else 0.0
        if self._rendered < FEWEST:
            each = max(each, self._estimate.bytes / job.total)
        under_way = len(self._sent) + more
        # Where room is short, no more are under way than were rendered: an estimate may be wrong by much.
        short = self._bytes + PLENTY * WINDOW * each > self._estimate.limit
        if short and under_way >= max(2, self._rendered):
            return False
        bytes_fit = self._bytes + each * (under_way + 1) <= self._estimate.limit
        self._full = not (bytes_fit and (self._rendered + under_way + 1) * len(self._boxes) <= self._estimate.renders)
        return not self._full

    def _why_full(self) -> str:
        if not self._estimate.room:
            return NO_CACHE
        return (
            f"The job has stopped at 80 % of what the cache may hold ({human_bytes(self._estimate.room)}), rather than "
            "push out what it has made: raise cache.disk.bytes or cache.disk.entries, make room on the disk, or ask "
            "for fewer sizes, and start it again."
        )

    def _read(self) -> None:
        """Takes what has come into the inbox."""
        self._dispatcher.read()
        while self._inbox:
            completion = self._inbox.popleft()
            self._dispatcher.forget(completion.key)
            pending = self._sent.pop(completion.key, None)
            if pending is None:
                continue  # found by a look before it was heard
            place = pending.job_photo.place
            if completion.outcome == DONE:
                self._done.append(pending)
                if completion.damage:
                    self._damages.hear(pending.photo, completion.damage)
            elif completion.outcome == DROPPED or (
                completion.outcome in (Busy.kind, SourceChanged.kind) and self._tries[place] + 1 < MOST_TRIES
            ):
                self._tries[place] += completion.outcome != DROPPED
                self._look_again(pending, completion)
            else:
                self._fail(pending, completion.outcome, completion.reason)

    def _look_again(self, pending: Pending, completion: Completion) -> None:
        """Whether a photo whose order came to nothing has been rendered all the same, and what it is like now."""
        if completion.outcome == SourceChanged.kind:
            try:
                self._refresh(pending.photo)
            except (Unreadable, OSError) as error:  # the next scan lists it
                log.info("%s can't be read any more: %s", pending.photo.path, error)
                self._fail(pending, completion.outcome, Unreadable.public)
                return
        triage = self._missing.triage([pending.job_photo], self._boxes)
        if triage.cached:
            self._done.append(pending)
        self._failed += triage.failed
        self._waiting.extendleft(triage.missing)

    def _fail(self, pending: Pending, kind: str, reason: str) -> None:
        """Counts a photo as failed; what speaks against the photo itself is noted for everyone."""
        self._failed.append(FailedPhoto(pending.job_photo.place, pending.photo.photoid, reason))
        if kind in (Damaged.kind, Unsupported.kind):
            self._render_failures.try_remember(pending.photo, RenderFailure(kind, reason))

    def _settle(self, job: Job) -> None:
        """Writes down what has ended."""
        if not (self._done or self._failed):
            return
        self._bytes += self._missing.bytes(self._done)
        self._rendered += len(self._done)
        rate = self._rate.add(len(self._done) + len(self._failed), time.monotonic())
        self._damages.flush()
        places = [pending.job_photo.place for pending in self._done]
        message = "" if job.message in (NO_WORKER, NO_QUEUE) else job.message
        self._progress.settle(job, places, self._failed, bytes=self._bytes, rate=rate, message=message)
        self._done, self._failed = [], []
