"""What a front end is put together of, opened in order, and handed to each other."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from api.http.cookies import Cookies
from api.http.delivery import Files
from api.identify import Identify
from api.library import Library, open_library
from api.limits.allowances import Allowances
from api.limits.sizes import Sizes
from api.long_answers import LongAnswers
from api.negative_cache import NegativeCache
from api.prerender_backend import PrerenderBackend, start_prerender_backend
from api.read_ahead import ReadAhead
from api.render_backend import RenderBackend, start_render_backend
from api.render_responder import RenderResponder
from api.vouched import Vouched
from cache.key import RenderKey
from catalog.changelog import Changelog
from catalog.errors import CatalogProblem
from catalog.generations import PeriodicThread
from catalog.metadata.confined import HeaderReader
from catalog.people.identities import Identities
from catalog.people.users import default_uid
from catalog.scan.scan import Reader, refresh
from config import Settings
from config.sign_in import GroupMap
from workers.devices import Devices
from workers.housekeeping import FOLLOW_EVERY, follow
from workers.pipeline.limits import Limits
from workers.versions import key_version

SHARE = 4  # of a front end's threads, the part that may wait for long answers

log = logging.getLogger("darkroom.api")


@dataclass(frozen=True, slots=True)
class Components:
    """What resources are made of. `uid` is the default user's, None where there is none."""

    settings: Settings
    library: Library
    render_backend: RenderBackend
    prerender_backend: PrerenderBackend
    uid: str | None
    cookies: Cookies
    identify: Identify
    identities: Identities
    files: Files
    responder: RenderResponder
    read_ahead: ReadAhead
    devices: Devices
    allowances: Allowances
    long_answers: LongAnswers


def open_components(settings: Settings, closing: ExitStack) -> Components:
    """Opens and starts them, with a worker inside where no Redis is set. What has to be ended goes on `closing`.

    Raises:
        CatalogError: the catalogue can't be used.
        SettingsError: the sizes in the settings can't be.
    """
    library = open_library(settings, closing)
    render_backend = start_render_backend(settings, closing, partial(_hear_damage, library))
    reader = HeaderReader(settings)
    prerender_backend = start_prerender_backend(settings, library, render_backend, reader.read, closing)
    closing.callback(reader.close)  # before who walks jobs: that may wait for what it reads
    _follow_changes(settings, library, render_backend, closing)
    uid = default_uid(settings)
    cookies = Cookies(enabled=settings.web_enabled and settings.webapi_enabled)
    identities = Identities(library.engine, make=settings.auth_make_users)
    vouched = None
    if settings.auth_proxy_header:
        vouched = Vouched(identities, GroupMap.of(settings), library.generations, settings.auth_proxy_header)
    identify = Identify(library, uid, cookies, vouched)
    files = Files(settings.root_paths, follow_links=settings.robot_follow_links)
    devices = Devices.of(settings)
    allowances = Allowances(settings, Sizes(devices, settings.thumbs_height))
    responder = _responder(settings, library, render_backend, reader.read, files, allowances)
    read_ahead = ReadAhead(identify, responder, settings.prefetch_count)
    read_ahead.start()
    closing.callback(read_ahead.close)
    return Components(
        settings=settings,
        library=library,
        render_backend=render_backend,
        prerender_backend=prerender_backend,
        uid=uid,
        cookies=cookies,
        identify=identify,
        identities=identities,
        files=files,
        responder=responder,
        read_ahead=read_ahead,
        devices=devices,
        allowances=allowances,
        long_answers=_long_answers(settings, library),
    )


def _long_answers(settings: Settings, library: Library) -> LongAnswers:
    generations = library.generations
    places = max(1, settings.server_threads // SHARE)
    return LongAnswers(settings.data_dir, lambda: (generations.photos, generations.render_failures), places)


def _follow_changes(settings: Settings, library: Library, render_backend: RenderBackend, closing: ExitStack) -> None:
    follow_changes = partial(follow, Changelog(library.engine), render_backend.cache, gather=settings.prerender_auto)
    housekeeping = PeriodicThread("housekeeping", FOLLOW_EVERY, follow_changes)
    housekeeping.start()
    closing.callback(housekeeping.close)


def _hear_damage(library: Library, key: RenderKey, damage: str) -> None:
    """Notes what a worker said of a render, for the photo that it is of, if that has not changed meanwhile."""
    try:
        photo = library.photo_by_id(key.photoid)
    except CatalogProblem as error:
        log.info("a damaged photo is not noted: %s", error)
        return
    if key.version == key_version(photo.version):
        library.damages.hear(photo, damage)


def _responder(
    settings: Settings,
    library: Library,
    render_backend: RenderBackend,
    read: Reader,
    files: Files,
    allowances: Allowances,
) -> RenderResponder:
    return RenderResponder(
        render_backend.cache,
        render_backend.dispatcher,
        NegativeCache(library.render_failures),
        library.damages,
        partial(refresh, library.engine, settings, read=read),
        files,
        allowances,
        limits=Limits.of(settings),
        max_side=settings.render_max_side,
        max_age=settings.http_max_age,
    )
