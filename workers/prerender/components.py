"""Builds the components of rendering in advance, and hands them to each other: for front ends, and for the command."""

import threading
from contextlib import ExitStack
from functools import partial

from celery import Celery
from sqlalchemy import Engine

from cache.render_cache import RenderCache
from catalog.damages import Damages
from catalog.jobs.jobs import Jobs
from catalog.jobs.progress import JobProgress
from catalog.metadata.header import read_header
from catalog.photos import Photos
from catalog.render_failures import RenderFailures
from catalog.scan.scan import Reader, refresh
from catalog.search.sql import Search
from config import Settings
from workers.devices import Devices
from workers.flights.orders import Orders, RedisOrders
from workers.flights.redis import RedisFlights
from workers.flights.registry import Flights
from workers.prerender.driver import Driver, OpenDispatcher
from workers.prerender.estimate import Estimator
from workers.prerender.missing import MissingRenders
from workers.prerender.order_dispatcher import OrderDispatcher
from workers.prerender.run import RunComponents
from workers.prerender.starter import Starter
from workers.versions import rendering_revision, rendering_setup


def build_starter(settings: Settings, engine: Engine, cache: RenderCache) -> Starter:
    """Who starts jobs.

    Raises:
        SettingsError: the sizes in the settings can't be used.
    """
    estimator = Estimator(settings, cache, _missing(settings, engine, cache))
    return Starter(settings, Jobs(engine), Search(engine), estimator, Devices.of(settings))


def build_driver(
    settings: Settings,
    engine: Engine,
    cache: RenderCache,
    starter: Starter,
    open_dispatcher: OpenDispatcher,
    *,
    auto: bool,
    read: Reader = read_header,
) -> Driver:
    """Who walks them. `read` reads headers."""

    def components_of(dispatcher: OrderDispatcher) -> RunComponents:
        return RunComponents(
            Jobs(engine),
            JobProgress(engine),
            _missing(settings, engine, cache),
            RenderFailures(engine, setup=rendering_setup(settings)),
            Damages(engine, revision=rendering_revision()),
            dispatcher,
            partial(refresh, engine, settings, read=read),
            in_process=not settings.distributed,
        )

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Driver(settings.data_dir, starter, open_dispatcher, components_of, auto=auto)


def dispatcher_by_redis(settings: Settings, celery: Celery) -> OpenDispatcher:
    """The way to the workers of the distributed way; it listens only while it is in use."""

    def open_dispatcher(closing: ExitStack, wakeup: threading.Event) -> OrderDispatcher:
        flights, orders = RedisFlights(settings.redis_url), RedisOrders(settings.redis_url)
        closing.callback(orders.close)
        closing.callback(flights.close)
        return OrderDispatcher(celery, flights, orders, wakeup)

    return open_dispatcher


def dispatcher_in_process(celery: Celery, flights: Flights, orders: Orders) -> OpenDispatcher:
    """The way to workers in this process."""
    dispatchers: list[OrderDispatcher] = []

    def open_dispatcher(_: ExitStack, wakeup: threading.Event) -> OrderDispatcher:
        if not dispatchers:
            dispatchers.append(OrderDispatcher(celery, flights, orders, wakeup))
        return dispatchers[0]

    return open_dispatcher


def _missing(settings: Settings, engine: Engine, cache: RenderCache) -> MissingRenders:
    render_failures = RenderFailures(engine, setup=rendering_setup(settings))
    return MissingRenders(
        Photos(engine),
        render_failures,
        cache,
        max_side=settings.render_max_side,
        thumbs_height=settings.thumbs_height,
    )
