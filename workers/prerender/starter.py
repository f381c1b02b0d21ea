"""Who starts jobs: whoever asks for one, photos that are new or have changed, and the night."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from catalog.database import Limit
from catalog.jobs.jobs import AT_ONCE, Job, Jobs, JobSpec, Origin, State
from catalog.photoid import SIZE
from catalog.search import query
from catalog.search.sql import Search
from config import Settings
from workers.devices import Box, Devices
from workers.prerender.estimate import NO_CACHE, Estimate, Estimator, human_bytes

DAY = 86_400.0  # seconds

log = logging.getLogger("darkroom.prerender")


class Starter:
    """Starts jobs, the newest photos first. `clock` gives Unix time."""

    def __init__(
        self,
        settings: Settings,
        jobs: Jobs,
        search: Search,
        estimator: Estimator,
        devices: Devices,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._jobs = jobs
        self._search = search
        self._estimator = estimator
        self._devices = devices
        self._clock = clock
        self._began = clock()
        self._arrived = b""

    def start(
        self, text: str, sizes: Iterable[str] = (), origin: Origin = Origin.ASKED, limit: Limit | None = None
    ) -> Job:
        """A job over the photos that a query finds, in these sizes; without any, in the default ones.

        Raises:
            MalformedQuery, UnknownSize: the query, or a size.
            Exception: what the limit says, where it was over before they were found.
        """
        texts = list(sizes)
        boxes = self._devices.boxes(texts) if texts else self._devices.default
        photoids = self._search.find(query.parse(text), None, "-date", limit)
        return self._jobs.make(*self._spec(origin, text, boxes, photoids), photoids)

    def start_arrivals(self) -> Job | None:
        """A job over the photos that have arrived, once no more of them come; none while another one is at it."""
        last = self._jobs.last(Origin.ARRIVALS)
        if last is not None and last.state is State.RUNNING:
            return None
        photoids, before = self._jobs.arrived(), self._arrived
        self._arrived = photoids
        if not photoids or (photoids != before and len(photoids) < AT_ONCE * SIZE):
            return None
        return self._jobs.make_of_arrivals(*self._spec(Origin.ARRIVALS, "", self._devices.default, photoids), photoids)

    def start_nightly(self) -> Job | None:
        """A job over everything, where its hour has come since the last one, or since this process began."""
        now = datetime.fromtimestamp(self._clock())
        due = now.replace(hour=self._settings.prerender_hour, minute=0, second=0, microsecond=0)
        due -= timedelta(days=due > now)
        last = self._jobs.last(Origin.NIGHT)
        # One that began a day ahead was begun while the clock was wrong: nothing is to wait for that day.
        known = last is not None and last.started < self._clock() + DAY
        if due.timestamp() <= (last.started if last is not None and known else self._began):
            return None
        return None if last is not None and last.state is State.RUNNING else self.start("*", origin=Origin.NIGHT)

    def boxes(self, job: Job) -> tuple[Box, ...]:
        """The sizes of a job."""
        return self._devices.boxes(job.spec.sizes)

    def estimate(self, job: Job) -> Estimate:
        """What the job needs as it was told then, and what there is for it now."""
        return self._estimator.now(job.spec.need)

    def _spec(self, origin: Origin, text: str, boxes: tuple[Box, ...], photoids: bytes) -> tuple[JobSpec, str]:
        """What a job is to do, and what has to be said of it."""
        estimate = self._estimator.of(photoids, boxes)
        message = ""
        if not estimate.room:
            message = NO_CACHE
        elif estimate.bytes > estimate.limit:
            message = (
                f"This needs about {human_bytes(estimate.bytes)}, which is more than 80 % of what the cache may hold "
                f"({human_bytes(estimate.room)}): the job will stop there, with the newest photos rendered."
            )
        return JobSpec(origin, text, tuple(map(str, boxes)), estimate.bytes, estimate.room), message
