"""What the front door needs for a render: the cache, and somebody to ask where that has none."""

from contextlib import ExitStack
from dataclasses import dataclass

from celery import Celery

from cache.tiers import RenderCache, build
from config import Settings
from workers.celery import QueueLengths, create_celery
from workers.dispatch import Ahead, Dispatcher
from workers.embedded import EmbeddedWorker
from workers.flights import Flights, MemoryFlights
from workers.housekeeping import sweep
from workers.pipeline.limits import Limits
from workers.redis_flights import RedisFlights
from workers.tasks import Renderer, register


@dataclass(frozen=True, slots=True)
class Rendering:
    """The cache, the dispatcher, and how long the queues are."""

    cache: RenderCache
    dispatcher: Dispatcher
    lengths: QueueLengths


def start_rendering(settings: Settings, closing: ExitStack) -> Rendering:
    """Opens cache and flights; starts a worker inside, where no Redis is set.

    What has to be ended goes on `closing`.
    """
    cache = build(settings)
    closing.callback(cache.close)
    sweep(cache)
    flights: Flights = RedisFlights(settings.redis_url) if settings.distributed else MemoryFlights()
    closing.callback(flights.close)
    celery = create_celery(settings)
    if not settings.distributed:
        _start_worker(settings, celery, cache, flights, closing)
    dispatcher = Dispatcher(
        celery,
        flights,
        cache,
        timeout=settings.render_timeout,
        places=settings.server_waiting_places,
        room=settings.render_queue_length,
        ahead=Ahead(settings.prefetch_queue_length, settings.prefetch_timeout),
    )
    return Rendering(cache, dispatcher, QueueLengths(celery))


def _start_worker(settings: Settings, celery: Celery, cache: RenderCache, flights: Flights, closing: ExitStack) -> None:
    limits = Limits.of(settings)
    renderer = Renderer(settings.root_paths, cache, flights, limits, links=settings.robot_follow_links)
    register(celery, lambda: renderer)
    worker = EmbeddedWorker(celery, settings.concurrency)
    worker.start()
    closing.callback(worker.stop)
