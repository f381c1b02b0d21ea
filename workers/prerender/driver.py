"""Driver: the thread that walks the jobs of the catalogue, in one process at a time."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import CatalogProblem
from catalog.files import try_locked
from catalog.jobs.jobs import Job
from workers.prerender.order_dispatcher import OrderDispatcher, Unreachable
from workers.prerender.run import Run, RunComponents
from workers.prerender.starter import Starter

LOCK = "prerender.lock"
LOOK_EVERY = 1.0  # seconds between two looks for jobs, or for the lock
BREATH = 0.25  # seconds that are waited for more completions at most, while orders are under way
ARRIVALS_EVERY = 4.0  # seconds; what arrives later than that is another job's

log = logging.getLogger("darkroom.prerender")

OpenDispatcher = Callable[[ExitStack, threading.Event], OrderDispatcher]
"""Opens the way to the workers, which may start some; what has to be ended goes on the stack."""

ComponentsOf = Callable[[OrderDispatcher], RunComponents]


@dataclass(slots=True)
class _InHand:
    job: Job
    run: Run


class Driver:
    """Walks jobs as long as it holds the lock in `folder`, which no other process has then.

    The system lets go of it however the process ends, so that the next takes over at once. `auto` says that photos
    which arrive, and the night, start jobs too.
    """

    def __init__(
        self,
        folder: Path,
        starter: Starter,
        open_dispatcher: OpenDispatcher,
        components_of: ComponentsOf,
        *,
        auto: bool,
    ) -> None:
        self._lock = folder / LOCK
        self._starter = starter
        self._open_dispatcher = open_dispatcher
        self._components_of = components_of
        self._auto = auto
        self._wakeup = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prerender", daemon=True)
        self._arrivals_at = 0.0
        self._led = False
        self.leads = False
        """Whether it is this process that walks the jobs."""

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def wake(self) -> None:
        """Has it look for jobs at once."""
        self._wakeup.set()

    def close(self) -> None:
        """Ends it in order: what workers have begun they finish, nothing is counted wrongly."""
        self._closed.set()
        self._wakeup.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                with try_locked(self._lock) as holds:
                    if holds:
                        self._lead()
            except (CatalogProblem, Unreachable) as error:
                log.error("%s", error)
            except Exception:
                log.exception("rendering in advance failed, and is taken up again")
            self.leads = False
            self._closed.wait(LOOK_EVERY)

    def _lead(self) -> None:
        """Walks jobs until it is told to end. After an error nothing in hand is trusted: all is in the catalogue."""
        with ExitStack() as closing:
            dispatcher = self._open_dispatcher(closing, self._wakeup)
            components = self._components_of(dispatcher)
            if self._led:
                components.progress.reset_tries()
            self.leads = self._led = True
            in_hand: dict[int, _InHand] = {}
            try:
                while not self._closed.is_set():
                    self._wakeup.clear()
                    more = self._step(components, in_hand)
                    if not more:
                        self._wakeup.wait(BREATH if dispatcher.busy else LOOK_EVERY)
                for each in in_hand.values():
                    each.run.leave(each.job)
            finally:
                for each in in_hand.values():
                    each.run.drop()

    def _step(self, components: RunComponents, in_hand: dict[int, _InHand]) -> bool:
        if self._auto and time.monotonic() >= self._arrivals_at:
            self._arrivals_at = time.monotonic() + ARRIVALS_EVERY
            self._starter.start_arrivals()
            self._starter.start_nightly()
        running = {job.id: job for job in components.jobs.running()}
        for number in in_hand.keys() - running.keys():  # paused, cancelled, or done
            gone = in_hand.pop(number)
            gone.run.leave(gone.job)
        try:
            components.dispatcher.look()
        except Unreachable as error:
            log.warning("what became of orders can't be told: %s", error)
        more = False
        for number, job in running.items():  # the newest first: what is asked for does not wait behind the night's
            if number not in in_hand:
                run = Run(job, self._starter.boxes(job), self._starter.estimate(job), components)
                in_hand[number] = _InHand(job, run)
            in_hand[number].job = job
            more = in_hand[number].run.step(job) or more
        return more
