"""Health, readiness and metrics: what those who run a server ask."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import falcon
from prometheus_client import Counter

import metrics
import redis_errors
from api.http.server import REMEMBER, Recipe
from api.library import Library
from api.render_backend import RenderBackend
from cache.redis_memory import RedisMemory
from catalog.errors import CatalogProblem
from catalog.vanished import Vanished
from config import Settings
from workers.dispatch import Dispatcher, QueueDown
from workers.queue.app import QueueLengths

WORKER_SECONDS = 2.0

# A part of the way of a request: a sentence of what is wrong, or None where all is well.
Check = Callable[[], str | None]

log = logging.getLogger("darkroom.api")


class Health:
    """`GET /health`: this process lives and answers."""

    def on_get(self, _: falcon.Request, response: falcon.Response) -> None:
        """Always 200."""
        response.media = {"status": "ok"}


class Ready:
    """`GET /ready`: whether the whole way of a request works, each part with its state. What `advice` says of a part
    keeps nobody from being served now, and does not count.
    """

    def __init__(self, checks: Mapping[str, Check], advice: Mapping[str, Check] = MappingProxyType({})) -> None:
        self._checks = checks
        self._advice = advice

    def on_get(self, _: falcon.Request, response: falcon.Response) -> None:
        """200 where all parts work, else 503."""
        parts = {name: check() or "ok" for name, check in self._checks.items()}
        ready = all(state == "ok" for state in parts.values())
        parts |= {name: check() or "ok" for name, check in self._advice.items()}
        response.status = 200 if ready else 503
        if not ready:
            response.set_header("Retry-After", "5")
        response.set_header("Cache-Control", "no-store")
        response.data = json.dumps({"ready": ready, "parts": parts}).encode()
        response.content_type = "application/json"


class Metrics:
    """`GET /metrics`: all figures, in the Prometheus text format."""

    def __init__(self, lengths: QueueLengths, vanished: Callable[[], Iterable[Vanished]]) -> None:
        self._lengths = lengths
        self._vanished = vanished

    def on_get(self, _: falcon.Request, response: falcon.Response) -> None:
        """The figures; those of the queues are left out while the broker does not answer, those of photo roots while
        the catalogue does not."""
        try:
            lengths = list(self._lengths)
        except Exception as error:  # noqa: BLE001 - kombu raises its transport's own errors; the other figures stand
            log.warning("the queues' lengths are not to be had: %s", redis_errors.sentence(error))
            lengths = []
        try:
            lost = [(each.root, each.held, each.missing) for each in self._vanished()]
        except CatalogProblem as error:
            log.warning("what has vanished is not to be had: %s", error)
            lost = []
        response.data = metrics.exposition(lengths, lost)
        response.content_type = "text/plain; version=0.0.4; charset=utf-8"


class CountRequests:
    """Counts each answer by function and status."""

    def __init__(self) -> None:
        self._counters: dict[tuple[str, int], Counter] = {}

    def process_response(
        self, request: falcon.Request, response: falcon.Response, _resource: object, _succeeded: bool
    ) -> None:
        """Falcon calls it at the end of each request."""
        function = getattr(request.context, "function", None) or request.uri_template or "unknown"
        counter = self._counters.get((function, response.status_code))
        if counter is None:
            # Looked up once: there are few of them, and the look-up costs more than the count.
            counter = metrics.requests.labels(function.lstrip("/"), str(response.status_code))
            self._counters[function, response.status_code] = counter
        counter.inc()
        recipe: Recipe | None = request.env.get(REMEMBER)
        if recipe is not None:
            recipe.again.append(counter.inc)


def checks(settings: Settings, library: Library, render_backend: RenderBackend) -> dict[str, Check]:
    """The parts of the way of a request, by name."""
    return {
        "broker": broker_takes_tasks(render_backend.lengths, render_backend.dispatcher.check),
        "worker": worker_answers(render_backend.dispatcher),
        "catalog": catalog_opens(library.photos.count),
        "disk": disk_takes_a_write(settings.data_dir),
    }


def advice(settings: Settings) -> dict[str, Check]:
    """What works, and will not for ever, by name; what there is to say at the start is said in the log."""
    if not (settings.distributed and settings.cache_redis_bytes):
        return {}
    memory = RedisMemory(settings.redis_url, settings.cache_redis_bytes)
    if said := memory.shortage():
        log.warning("%s", said)
    return {"redis memory": memory.shortage}


def broker_takes_tasks(lengths: QueueLengths, check_registry: Callable[[], None]) -> Check:
    """Whether the broker says how long its queues are, and takes what a render would write."""

    def check() -> str | None:
        try:
            list(lengths)
            check_registry()
        except Exception as error:  # noqa: BLE001 - as above: whatever it is, it is the answer
            said = redis_errors.sentence(error)
            log.warning("no render can be queued: %s", said)
            return said if redis_errors.answers(error) else "the broker does not answer"
        return None

    return check


def worker_answers(dispatcher: Dispatcher) -> Check:
    """Whether a worker takes a task and is heard."""

    def check() -> str | None:
        try:
            return None if dispatcher.worker_answers(WORKER_SECONDS) else "no worker answers"
        except QueueDown as error:
            log.warning("no worker could be asked: %s", error)
            return "no worker can be asked, as no task can be queued"

    return check


def catalog_opens(count: Callable[[], int]) -> Check:
    """Whether the catalogue can be read."""

    def check() -> str | None:
        try:
            count()
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("the catalogue can't be read: %s", error)
            return "the catalogue can't be read"
        return None

    return check


def disk_takes_a_write(folder: Path) -> Check:
    """Whether a file can be written in the data folder."""

    def check() -> str | None:
        probe = folder / ".ready"
        try:
            probe.write_bytes(b"x" * 4096)
            probe.unlink(missing_ok=True)  # another request may have been faster
        except OSError as error:
            log.warning("%s takes no file: %s", folder, error.strerror)
            return "the disk takes no write"
        return None

    return check
