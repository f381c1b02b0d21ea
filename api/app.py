"""create_app(): hands the parts of a front end to each other, and lists its routes."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import falcon

from api import operations
from api.access_log import AccessLog
from api.cors import cors
from api.delivery import Files
from api.errors import handle, serialize
from api.functions import Function, Functions
from api.galleries import GetGallery, GetSharedGallerys, SharesResource
from api.identify import Identify
from api.known import KnownFaults
from api.library import Library, open_library
from api.metadata import GetPhotoMetadata
from api.openapi import OpenApi
from api.originals import GetOriginalFile
from api.photos import GetPhoto, Renders, thumbnail
from api.queries import RunQuery
from api.rendering import Rendering, start_rendering
from api.sessions import AuthorizeSession, CreateSession, GetServerStatus
from catalog.changelog import Changelog
from catalog.changes import Ticker
from catalog.faults import Faults
from catalog.scan import refresh
from catalog.users import default_uid
from config import Settings
from workers.housekeeping import FOLLOW_EVERY, follow
from workers.pipeline.limits import Limits


class App(falcon.App[falcon.Request, falcon.Response]):
    """The front end. `give_up` answers all who wait for a render: the server ends."""

    give_up: Callable[[], None]


def create_app(settings: Settings, closing: ExitStack) -> App:
    """The front end, with a worker inside where no Redis is set. What has to be ended goes on `closing`.

    Raises:
        CatalogError: the catalogue can't be used.
    """
    library = open_library(settings, closing)
    rendering = start_rendering(settings, closing)
    uid = default_uid(settings)
    follow_changes = partial(follow, Changelog(library.engine), rendering.cache)
    housekeeping = Ticker("housekeeping", FOLLOW_EVERY, follow_changes)
    housekeeping.start()
    closing.callback(housekeeping.close)
    identify = Identify(library.sessions, library.access, library.views, library.shares, library.photo_by_id, uid)

    app = App(middleware=_middleware(settings, closing))
    app.give_up = rendering.dispatcher.give_up
    app.add_error_handler(Exception, handle)
    app.set_error_serializer(serialize)
    functions = _functions(settings, library, rendering, identify, uid)
    app.add_route("/picapportapi/1.0/{function}", Functions(functions, enabled=settings.webapi_enabled))
    shares = SharesResource(
        identify, library.shares, library.views, library.access, library.photo_by_id, library.changes
    )
    app.add_route("/api/shares", shares)
    app.add_route("/api/shares/{sid}", shares, suffix="one")
    app.add_route("/api/openapi.json", OpenApi())
    app.add_route("/health", operations.Health())
    app.add_route("/ready", operations.Ready(operations.checks(settings, library, rendering)))
    app.add_route("/metrics", operations.Metrics(rendering.lengths))
    return app


def _functions(
    settings: Settings, library: Library, rendering: Rendering, identify: Identify, uid: str | None
) -> dict[str, Function]:
    """Every function of the Web API that this server has, by the vendor's name."""
    files = Files(settings.root_paths, follow_links=settings.robot_follow_links)
    renders = Renders(
        rendering.cache,
        rendering.dispatcher,
        KnownFaults(Faults(library.engine, lambda: library.changes.faults)),
        partial(refresh, library.engine, settings),
        files,
        limits=Limits.of(settings),
        max_side=settings.render_max_side,
        max_age=settings.http_max_age,
    )
    create_session = CreateSession(
        library.sessions,
        library.access,
        default_uid=uid,
        apikey=settings.webapi_apikey,
        encrypted=not settings.webapi_disable_password_encryption,
    )
    return {
        "createWebApiSession": create_session,
        "authorizeWebApiSession": AuthorizeSession(library.sessions, library.users, library.guesses, library.changes),
        "getServerStatus": GetServerStatus(identify),
        "runQuery": RunQuery(identify, library.search, library.views),
        "getSharedGallerys": GetSharedGallerys(library.shares),
        "getGallery": GetGallery(library.shares, library.access, library.photo_by_id, library.photos.metadata),
        "getPhoto": GetPhoto(identify, renders),
        "getThumbnail": GetPhoto(identify, renders, thumbnail(settings.thumbs_height)),
        "getPhotoMetadata": GetPhotoMetadata(identify, library.photos.metadata),
        "getOriginalFile": GetOriginalFile(identify, files, settings.http_max_age),
    }


def _middleware(settings: Settings, closing: ExitStack) -> list[Any]:  # Falcon's types don't fit its own class
    middleware: list[Any] = [operations.CountRequests()]
    if settings.server_cors_origins:
        middleware += cors(settings.server_cors_origins)
    if settings.server_access_log:
        access_log = AccessLog()
        access_log.start()
        closing.callback(access_log.close)
        middleware.append(access_log)
    return middleware
