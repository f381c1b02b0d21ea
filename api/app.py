"""create_app(): builds what a front end is made of, and lists its routes."""

from contextlib import ExitStack
from functools import partial

import falcon

from api import operations
from api.errors import handle, serialize
from api.functions import Functions
from api.identify import Identify
from api.photos import GetPhoto
from cache.tiers import RenderCache, build
from catalog.database import open_catalog
from catalog.photos import Photos
from catalog.scan import refresh, sync_roots
from catalog.users import Users, default_uid
from config import Settings
from workers.celery import QueueLengths, create_celery
from workers.dispatch import Dispatcher
from workers.embedded import EmbeddedWorker
from workers.flights import Flights, MemoryFlights, RedisFlights
from workers.housekeeping import sweep
from workers.pipeline.limits import Limits
from workers.tasks import Renderer, register


def create_app(settings: Settings, closing: ExitStack) -> "falcon.App[falcon.Request, falcon.Response]":
    """The front end, with a worker inside where no Redis is set. What has to be ended goes on `closing`.

    Raises:
        CatalogError: the catalogue can't be used.
    """
    engine = open_catalog(settings.data_dir)
    closing.callback(engine.dispose)
    sync_roots(engine, settings)
    photos, users = Photos(engine), Users(engine)
    cache = build(settings)
    sweep(cache)
    flights: Flights = RedisFlights(settings.redis_url) if settings.distributed else MemoryFlights()
    closing.callback(flights.close)
    celery = create_celery(settings)
    if not settings.distributed:
        _start_worker(settings, celery, cache, flights, closing)
    dispatcher = Dispatcher(
        celery, flights, cache, timeout=settings.render_timeout, places=settings.server_waiting_places
    )
    lengths = QueueLengths(celery)
    get_photo = GetPhoto(
        Identify(photos, default_uid(users, settings)),
        cache,
        dispatcher,
        partial(refresh, engine, settings),
        max_side=settings.render_max_side,
        max_age=settings.http_max_age,
    )
    ready = operations.Ready(
        {
            "broker": operations.broker_answers(lengths),
            "worker": operations.worker_answers(dispatcher),
            "catalog": operations.catalog_opens(photos.count),
            "disk": operations.disk_takes_a_write(settings.data_dir),
        }
    )

    app = falcon.App(middleware=[operations.CountRequests()])
    app.add_error_handler(Exception, handle)
    app.set_error_serializer(serialize)
    app.add_route("/picapportapi/1.0/{function}", Functions({"getPhoto": get_photo}))
    app.add_route("/health", operations.Health())
    app.add_route("/ready", ready)
    app.add_route("/metrics", operations.Metrics(lengths))
    return app


def _start_worker(settings: Settings, celery: object, cache: RenderCache, flights: Flights, closing: ExitStack) -> None:
    renderer = Renderer(settings.root_paths, cache, flights, Limits(settings.render_max_pixels))
    register(celery, lambda: renderer)
    worker = EmbeddedWorker(celery, settings.concurrency)
    worker.start()
    closing.callback(worker.stop)
