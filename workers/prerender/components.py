"""Hands the parts of rendering in advance to each other: for front ends, and for the command."""

import threading
from contextlib import ExitStack
from functools import partial

from celery import Celery
from sqlalchemy import Engine

from cache.render_cache import RenderCache
from catalog.faults import Faults
from catalog.jobs.jobs import Jobs
from catalog.jobs.progress import Ledger
from catalog.photos import Photos
from catalog.scan.scan import refresh
from catalog.search.sql import Search
from config import Settings
from workers.devices import Devices
from workers.flights.orders import Orders, RedisOrders
from workers.flights.redis import RedisFlights
from workers.flights.registry import Flights
from workers.prerender.dispatch import Post
from workers.prerender.driver import Driver, OpenPost
from workers.prerender.estimate import Needs
from workers.prerender.missing import Looker
from workers.prerender.run import Shop
from workers.prerender.starter import Starter


def build_starter(settings: Settings, engine: Engine, cache: RenderCache) -> Starter:
    """Who starts jobs.

    Raises:
        SettingsError: the sizes in the settings can't be used.
    """
    needs = Needs(settings, cache, _looker(settings, engine, cache))
    return Starter(settings, Jobs(engine), Search(engine), needs, Devices.of(settings))


def build_driver(
    settings: Settings, engine: Engine, cache: RenderCache, starter: Starter, open_post: OpenPost, *, auto: bool
) -> Driver:
    """Who walks them."""

    def shop_of(post: Post) -> Shop:
        return Shop(
            Jobs(engine),
            Ledger(engine),
            _looker(settings, engine, cache),
            Faults(engine),
            post,
            partial(refresh, engine, settings),
            mortal=not settings.distributed,
        )

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Driver(settings.data_dir, starter, open_post, shop_of, auto=auto)


def post_by_redis(settings: Settings, celery: Celery) -> OpenPost:
    """The way to the workers of the distributed way; it listens only while it is in use."""

    def open_post(closing: ExitStack, news: threading.Event) -> Post:
        flights, orders = RedisFlights(settings.redis_url), RedisOrders(settings.redis_url)
        closing.callback(orders.close)
        closing.callback(flights.close)
        return Post(celery, flights, orders, settings.render_timeout, news)

    return open_post


def post_within(settings: Settings, celery: Celery, flights: Flights, orders: Orders) -> OpenPost:
    """The way to workers in this process."""
    posts: list[Post] = []

    def open_post(_: ExitStack, news: threading.Event) -> Post:
        if not posts:
            posts.append(Post(celery, flights, orders, settings.render_timeout, news))
        return posts[0]

    return open_post


def _looker(settings: Settings, engine: Engine, cache: RenderCache) -> Looker:
    return Looker(Photos(engine), Faults(engine), cache, settings.render_max_side)
