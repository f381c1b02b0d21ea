"""Both ways inside one process: a Celery app, flights, a cache, and a worker that is real or played by the test."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery import Celery
from prometheus_client import REGISTRY

from cache.disk import Budget, DiskTier
from cache.key import RenderKey
from cache.render_cache import RenderCache
from catalog.photos import Photo
from config import Settings
from tests.photos import save_jpeg, solid
from workers.dispatch import Dispatcher, PrefetchLimits
from workers.flights.memory import MemoryFlights
from workers.flights.redis import RedisFlights
from workers.flights.registry import Completion, Flights, Listener
from workers.pipeline.limits import Limits
from workers.queue.app import INTERACTIVE, PING, PREFETCH, RENDER, QueueLengths, create_celery
from workers.queue.embedded import EmbeddedWorker
from workers.tasks import Renderer, register
from workers.versions import key_version

ROOT = "photos"
WAIT = 20.0  # seconds after which a test gives up


class PatientFlights(RedisFlights):
    """A registry for a noisy machine: it waits for Redis as a test does, and has subscribed when it listens."""

    TIMEOUT = WAIT

    def listen(self, listener: Listener) -> None:
        super().listen(listener)
        assert self._subscribed.wait(WAIT)


@dataclass(frozen=True)
class Task:
    """A message to a worker, as it was sent."""

    task: str
    name: str
    root: str
    path: str
    queue: str


@dataclass
class Way:
    """What front ends and workers share; `flights` is the registry as the workers see it."""

    settings: Settings
    app: Celery
    flights: Flights
    cache: RenderCache
    opened: list[Flights]

    @property
    def distributed(self) -> bool:
        """Whether it is the one with Redis."""
        return self.settings.distributed

    def front_flights(self) -> Flights:
        """The registry as one more front end sees it."""
        if not self.distributed:
            return self.flights
        registry = PatientFlights(self.settings.redis_url)
        self.opened.append(registry)
        return registry

    def dispatcher(
        self,
        timeout: float = WAIT,
        places: int = 60,
        flights: Flights | None = None,
        room: int = 500,
        prefetch: PrefetchLimits = PrefetchLimits(),  # noqa: B008 - frozen
    ) -> Dispatcher:
        """A front end's."""
        registry = flights or self.front_flights()
        return Dispatcher(self.app, registry, self.cache, timeout=timeout, places=places, room=room, prefetch=prefetch)

    def renderer(self, folder: Path, *, patient: bool = True) -> Renderer:
        """A worker's, whose photo root is that folder."""
        return Renderer({ROOT: folder}, self.cache, self.flights, Limits(), patient=patient)

    @contextmanager
    def working(self, folder: Path, threads: int = 2) -> Iterator[None]:
        """Runs a worker meanwhile: Celery's own inside the process, or, as with Redis it is to be a process of its
        own, threads that do what it does.
        """
        renderer = self.renderer(folder)
        if self.distributed:
            ended = threading.Event()
            served = [*[INTERACTIVE] * threads, PREFETCH]
            with ThreadPoolExecutor(len(served)) as pool:
                workers = [pool.submit(self._work, renderer, ended, each) for each in served]
                try:
                    yield
                finally:
                    ended.set()
                    for each in served:  # waits for none of them to run out of patience
                        self.app.send_task(PING, ("the end",), queue=each)
                    for worker in workers:
                        worker.result(WAIT)
        else:
            register(self.app, lambda: renderer)
            embedded = EmbeddedWorker(self.app, threads)
            embedded.start()
            try:
                yield
            finally:
                embedded.stop()

    def take(self, queue: str = INTERACTIVE) -> Task:
        """The next message of a queue, taken as a worker takes it; waits until there is one."""
        name, arguments = self._message(WAIT, queue)
        return Task(name, *arguments)

    def _message(self, timeout: float, queue: str) -> tuple[str, list[Any]]:
        with self.app.connection_for_read() as connection:
            inbox = connection.SimpleQueue(self.app.amqp.queues[queue])
            inbox.consumer.qos(prefetch_count=1)
            try:
                message = inbox.get(timeout=timeout)
                message.ack()
            finally:
                inbox.close()
        return message.headers["task"], message.payload[0]

    def _work(self, renderer: Renderer, ended: threading.Event, served: str) -> None:
        while not ended.is_set():
            with suppress(queue.Empty):
                task, arguments = self._message(1.0, served)
                run: dict[str, Callable[..., None]] = {RENDER: renderer.render, PING: renderer.answer}
                run[task](*arguments)

    def land(self, task: Task, outcome: str, reason: str = "", render: bytes | None = None) -> None:
        """Says how a task went, as a worker says it; `render` goes with the completion."""
        self.flights.land(Completion(task.name, outcome, reason), render, kept=render is None)

    def queued(self, queue: str = INTERACTIVE) -> int:
        """How many messages wait in a queue."""
        return dict(QueueLengths(self.app))[queue]


@contextmanager
def open_way(folder: Path, opened: list[Flights], redis_url: str = "") -> Iterator[Way]:
    """A way with empty queues, no flights and an empty cache: with that empty Redis, or in memory.

    The registries that have to be closed are added to `opened`.
    """
    settings = Settings(data_dir=folder, redis_url=redis_url)
    app = create_celery(settings)
    with ExitStack() as closing:
        if redis_url:
            flights: Flights = PatientFlights(redis_url)
        else:
            flights = MemoryFlights()
            app.control.purge()  # queues in memory are the process's
        cache = RenderCache([DiskTier(folder / "renders", Budget(free=0))])
        closing.callback(cache.close)
        closing.callback(flights.close)
        closing.callback(app.close)
        yield Way(settings, app, flights, cache, opened)


class Impatient:
    """A client that can hang up."""

    def __init__(self) -> None:
        self._gone = threading.Event()
        self._watching: list[Callable[[], None]] = []

    def hang_up(self) -> None:
        """Does so, and whoever watches is told."""
        self._gone.set()
        for each in list(self._watching):
            each()

    def gone(self) -> bool:
        """Whether it did."""
        return self._gone.is_set()

    @contextmanager
    def watched(self, gone: Callable[[], None]) -> Iterator[None]:
        """As in `workers.flights.waits.Client`."""
        self._watching.append(gone)
        try:
            yield
        finally:
            self._watching.remove(gone)


def save_photo(folder: Path, path: str = "a.jpg", photoid: str = "A" * 22) -> Photo:
    """A real photo of 400 x 300 pixels in that folder, as the catalogue would know it."""
    return known(folder, save_jpeg(folder / path, solid(400, 300, (200, 30, 30))), photoid)


def known(folder: Path, file: Path, photoid: str = "A" * 22) -> Photo:
    """A file of the folder as the catalogue would know it."""
    status = file.stat()
    path = str(file.relative_to(folder))
    return Photo(photoid, ROOT, path, status.st_size, status.st_mtime_ns, 400, 300, "JPEG", "2015-07-02T14:35:33")


def key_of(photo: Photo, width: int = 40) -> RenderKey:
    """The key of the photo's render of that width."""
    return RenderKey(photo.photoid, key_version(photo.version), width, width * 3 // 4, 70)


def sample(name: str, **labels: str) -> float:
    """What a metric says now."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def wait_until(true: Callable[[], bool]) -> None:
    """Waits for what nothing announces."""
    deadline = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.001)
