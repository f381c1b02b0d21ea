"""create_app(): the front end's resources, made of its components, and its routes."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import falcon

from api import page
from api.components import Components, open_components
from api.functions import operations
from api.functions.cache import CacheResource
from api.functions.galleries import GetGallery, GetSharedGallerys, SharesResource
from api.functions.jobs import JobsResource
from api.functions.listings import SomePhotos, Timeline
from api.functions.me import Me
from api.functions.metadata import GetPhotoMetadata
from api.functions.originals import GetOriginalFile
from api.functions.passwords import Proofs
from api.functions.people.account import Account
from api.functions.people.app_passwords import AppPasswordsResource
from api.functions.people.audit import AuditResource
from api.functions.people.doorkeeper import Doorkeeper
from api.functions.people.groups import GroupsResource
from api.functions.people.sessions import SessionsResource
from api.functions.people.users import UsersResource
from api.functions.photos import GetPhoto, thumbnail
from api.functions.prefetch import PrefetchResource
from api.functions.queries import RunQuery
from api.functions.route import Function, Functions
from api.functions.sessions import AuthorizeSession, CreateSession, EndSession, GetServerStatus, Leave
from api.http.access_log import AccessLog
from api.http.cors import cors
from api.http.hosts import OnlyByName
from api.http.methods import Router
from api.http.problems import handle, serialize
from api.library import Library
from api.limits.session_keys import SessionKeys
from api.limits.sites import Sites
from api.openapi.functions import OpenApi
from cache.summary import summaries
from config import Settings


class App(falcon.App[falcon.Request, falcon.Response]):
    """The front end. `give_up` answers all who wait for a render: the server ends. `generation` gives what compares as
    another after each change of the catalogue.
    """

    give_up: Callable[[], None]
    generation: Callable[[], object]


def create_app(settings: Settings, closing: ExitStack) -> App:
    """The front end, with a worker inside where no Redis is set. What has to be ended goes on `closing`.

    Raises:
        CatalogError: the catalogue can't be used.
        SettingsError: the sizes in the settings can't be.
    """
    components = open_components(settings, closing)
    app = App(middleware=_middleware(settings, closing), router=Router())
    app.give_up = components.render_backend.dispatcher.give_up
    app.generation = components.library.generations.all
    app.add_error_handler(Exception, handle)
    app.set_error_serializer(serialize)
    app.add_route("/picapportapi/1.0/{function}", Functions(_functions(components), enabled=settings.webapi_enabled))
    files = page.Page(page.read())
    leave = _add_sign_in(app, components, files) if settings.oidc else None
    _add_own(app, components, leave)
    _add_people(app, components)
    _add_jobs(app, components)
    if components.cookies.enabled:
        _add_page(app, files)
    app.add_route("/health", operations.Health())
    checks = operations.checks(settings, components.library, components.render_backend)
    app.add_route("/ready", operations.Ready(checks, operations.advice(settings)))
    app.add_route("/metrics", operations.Metrics(components.render_backend.lengths, components.library.vanished))
    return app


def _functions(components: Components) -> dict[str, Function]:
    """Every function of the Web API that this server has, by the vendor's name."""
    settings, library = components.settings, components.library
    identify, cookies = components.identify, components.cookies
    responder, read_ahead = components.responder, components.read_ahead
    apikey, encrypted = settings.webapi_apikey, not settings.webapi_disable_password_encryption
    sites = Sites(settings.server_cors_origins)  # each function that changes something, by GET as the vendor has it
    create_session = CreateSession(
        library.sessions,
        library.access,
        cookies,
        components.allowances,
        default_uid=components.uid,
        apikey=apikey,
        keys=SessionKeys() if encrypted else None,
    )
    metadata = library.photos.metadata
    authorize = AuthorizeSession(
        library.sessions,
        proofs_of(library),
        library.app_passwords,
        library.generations,
        cookies,
        components.allowances,
        apikey=apikey,
        encrypted=encrypted,
        on_page=settings.auth_local,
    )
    run_query = RunQuery(
        identify, library.search, library.views, cookies, components.allowances, settings.search_timeout
    )
    return {
        "createWebApiSession": sites.guarded(create_session),
        "authorizeWebApiSession": sites.guarded(authorize),
        "getServerStatus": GetServerStatus(identify),
        "runQuery": sites.guarded(run_query),
        "getSharedGallerys": GetSharedGallerys(library.shares),
        "getGallery": GetGallery(
            identify, library.shares, library.access, metadata, library.damages, components.long_answers
        ),
        "getPhoto": GetPhoto(identify, responder, read_ahead),
        "getThumbnail": GetPhoto(identify, responder, read_ahead, thumbnail(settings.thumbs_height)),
        "getPhotoMetadata": GetPhotoMetadata(identify, metadata, library.damages),
        "getOriginalFile": GetOriginalFile(identify, components.files, components.allowances, settings.http_max_age),
    }


def _add_own(app: App, components: Components, leave: Leave | None) -> None:
    """Darkroom's own functions, but for jobs."""
    settings, library = components.settings, components.library
    identify, cookies = components.identify, components.cookies
    shares = SharesResource(
        identify, library.shares, library.views, library.access, library.photo_by_id, library.generations
    )
    tiers = components.render_backend.cache.tiers
    app.add_route("/api/shares", shares)
    app.add_route("/api/shares/{sid}", shares, suffix="one")
    app.add_route("/api/prefetch", PrefetchResource(identify, components.responder, settings.render_max_side))
    app.add_route("/api/me", Me(identify, cookies, components.devices, library.vanished, settings))
    end_session = EndSession(
        identify, library.sessions, library.generations, cookies, leave, settings.auth_proxy_logout
    )
    app.add_route("/api/session", end_session)
    timeline = Timeline(identify, library.snapshots, library.generations, library.search.turns, settings.search_timeout)
    app.add_route("/api/timeline", timeline)
    some_photos = SomePhotos(
        identify, library.snapshots, library.render_failures, library.damages, library.photos.metadata
    )
    app.add_route("/api/photos", some_photos)
    app.add_route("/api/cache", CacheResource(identify, lambda: list(summaries(tiers, settings, own=True))))
    app.add_route("/api/openapi.json", OpenApi())


def _add_people(app: App, components: Components) -> None:
    """One's own account, and for admins everybody's."""
    library, doorkeeper = components.library, Doorkeeper(components.identify, components.library)
    account = Account(doorkeeper, library.sessions, library.users, proofs_of(library), library.generations)
    app.add_route("/api/account", account)
    app.add_route("/api/account/confirm", account, suffix="confirm")
    app.add_route("/api/account/password", account, suffix="password")
    app_passwords = AppPasswordsResource(doorkeeper, library.app_passwords, library.generations)
    app.add_route("/api/app-passwords", app_passwords)
    app.add_route("/api/app-passwords/{number}", app_passwords, suffix="one")
    sessions = SessionsResource(doorkeeper, library.open_sessions, library.generations)
    app.add_route("/api/sessions", sessions)
    app.add_route("/api/sessions/{handle}", sessions, suffix="one")
    users = UsersResource(doorkeeper, library.users, library.generations)
    app.add_route("/api/users", users)
    app.add_route("/api/users/password", users, suffix="password")
    app.add_route("/api/users/name", users, suffix="name")
    groups = GroupsResource(doorkeeper, library.groups, library.generations)
    app.add_route("/api/groups", groups)
    app.add_route("/api/groups/name", groups, suffix="name")
    app.add_route("/api/audit", AuditResource(doorkeeper, library.audit))


def proofs_of(library: Library) -> Proofs:
    """What knows whose a password is."""
    return Proofs(library.users, library.app_passwords, library.throttle)


def _add_jobs(app: App, components: Components) -> None:
    backend, photos = components.prerender_backend, components.library.photos
    seconds = components.settings.search_timeout
    jobs = JobsResource(components.identify, backend.jobs, backend.starter, backend.driver.wake, photos.by_ids, seconds)
    app.add_route("/api/jobs", jobs)
    app.add_route("/api/jobs/{number}", jobs, suffix="one")
    app.add_route("/api/jobs/{number}/pause", jobs, suffix="pause")
    app.add_route("/api/jobs/{number}/resume", jobs, suffix="resume")
    app.add_route("/api/jobs/{number}/cancel", jobs, suffix="cancel")


def _add_sign_in(app: App, components: Components, files: page.Page) -> Leave:
    """How the provider of the settings lets people in; gives what says where they sign out there.

    Raises:
        SettingsError: its certificates can't be used.
    """
    # What reads tokens takes a tenth of a second to load, which is for those who have a provider.
    from api.functions.sign_in import BeginSignIn, EndedThere, EndSignIn, opened_door

    door = opened_door(components.settings, components.library, components.identities, components.cookies, files)
    app.add_route("/auth/oidc/login", BeginSignIn(door))
    app.add_route("/auth/oidc/callback", EndSignIn(door))
    app.add_route("/auth/oidc/logout", EndedThere(door))
    return door.leave


def _add_page(app: App, files: page.Page) -> None:
    """The gallery page: one document at its addresses, and its files."""
    for route in page.ROUTES:
        app.add_route(route, files)
    app.add_route(page.FILES, files, suffix="file")


def _middleware(settings: Settings, closing: ExitStack) -> list[Any]:  # Falcon's types don't fit its own class
    middleware: list[Any] = [operations.CountRequests()]
    if settings.server_cors_origins:
        middleware += cors(settings.server_cors_origins)
    if settings.server_access_log:
        access_log = AccessLog()
        access_log.start()
        closing.callback(access_log.close)
        middleware.append(access_log)
    if settings.names:
        middleware.append(OnlyByName(settings.names))
    return middleware
