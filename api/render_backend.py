"""What the front door needs for a render: the cache, and somebody to ask where that has none."""

from contextlib import ExitStack
from dataclasses import dataclass

from celery import Celery

from cache.render_cache import RenderCache, build
from config import Settings
from workers.confined.start import confined
from workers.devices import Devices
from workers.dispatch import Dispatcher, OnDamage, PrefetchLimits
from workers.flights.memory import MemoryFlights
from workers.flights.orders import MemoryOrders, Orders
from workers.flights.redis import RedisFlights
from workers.flights.registry import Flights
from workers.housekeeping import sweep
from workers.memory_budget import WAITING, budget_of
from workers.pipeline.limits import Limits
from workers.prerender.components import dispatcher_by_redis, dispatcher_in_process
from workers.prerender.driver import OpenDispatcher
from workers.queue.app import QueueLengths, create_celery
from workers.queue.embedded import EmbeddedWorker
from workers.tasks import Renderer, register

# Renders on the queue from which on who has some there waits for others: as many as are made at once, or more.
LEAST_CROWD = 2


@dataclass(frozen=True, slots=True)
class RenderBackend:
    """The cache, the dispatcher, how long the queues are, and how jobs reach the workers."""

    cache: RenderCache
    dispatcher: Dispatcher
    lengths: QueueLengths
    open_dispatcher: OpenDispatcher


def start_render_backend(settings: Settings, closing: ExitStack, on_damage: OnDamage) -> RenderBackend:
    """Opens cache and flights; starts a worker inside, where no Redis is set. `on_damage` hears of damaged photos.

    What has to be ended goes on `closing`.
    """
    cache = build(settings, is_common=Devices.of(settings).made)
    closing.callback(cache.close)
    sweep(cache)
    flights: Flights = RedisFlights(settings.redis_url) if settings.distributed else MemoryFlights()
    closing.callback(flights.close)
    celery = create_celery(settings)
    if settings.distributed:
        open_dispatcher = dispatcher_by_redis(settings, celery)
    else:
        orders = MemoryOrders()
        _start_worker(settings, celery, cache, flights, orders, closing)
        open_dispatcher = dispatcher_in_process(celery, flights, orders)
    dispatcher = Dispatcher(
        celery,
        flights,
        cache,
        timeout=settings.render_timeout,
        places=settings.server_waiting_places,
        room=settings.render_queue_length,
        crowd=max(LEAST_CROWD, settings.concurrency),
        prefetch=PrefetchLimits(settings.prefetch_queue_length, settings.prefetch_timeout),
        on_damage=on_damage,
    )
    return RenderBackend(cache, dispatcher, QueueLengths(celery), open_dispatcher)


def _start_worker(
    settings: Settings, celery: Celery, cache: RenderCache, flights: Flights, orders: Orders, closing: ExitStack
) -> None:
    limits, links = Limits.of(settings), settings.robot_follow_links
    with ExitStack() as inner:
        pipeline, budget = confined(settings, inner), budget_of(settings)
        renderer = Renderer(
            settings.root_paths, cache, flights, limits, links=links, orders=orders, budget=budget, pipeline=pipeline
        )
        register(celery, lambda: renderer)
        worker = EmbeddedWorker(celery, settings.concurrency, waiting=WAITING)
        worker.start()
        closing.callback(worker.stop)
        closing.push(inner.pop_all())  # before the worker: it waits for what it renders, and nobody else does
