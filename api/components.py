"""What a front end is put together of, opened in order, and handed to each other."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from api.http.cookies import Cookies
from api.http.delivery import Files
from api.identify import Identify
from api.library import Library, open_library
from api.negative_cache import KnownFaults
from api.prerender_backend import Prerendering, start_prerendering
from api.read_ahead import Following
from api.render_backend import Rendering, start_rendering
from api.render_responder import Renders
from catalog.changelog import Changelog
from catalog.generations import Ticker
from catalog.people.users import default_uid
from catalog.scan.scan import refresh
from config import Settings
from workers.devices import Devices
from workers.housekeeping import FOLLOW_EVERY, follow
from workers.pipeline.limits import Limits


@dataclass(frozen=True, slots=True)
class Parts:
    """What resources are made of. `uid` is the default user's, None where there is none."""

    settings: Settings
    library: Library
    rendering: Rendering
    prerendering: Prerendering
    uid: str | None
    cookies: Cookies
    identify: Identify
    files: Files
    renders: Renders
    ahead: Following
    devices: Devices


def open_parts(settings: Settings, closing: ExitStack) -> Parts:
    """Opens and starts them, with a worker inside where no Redis is set. What has to be ended goes on `closing`.

    Raises:
        CatalogError: the catalogue can't be used.
        SettingsError: the sizes in the settings can't be.
    """
    library = open_library(settings, closing)
    rendering = start_rendering(settings, closing)
    prerendering = start_prerendering(settings, library, rendering, closing)
    _follow_changes(settings, library, rendering, closing)
    uid = default_uid(settings)
    cookies = Cookies(enabled=settings.web_enabled and settings.webapi_enabled)
    identify = Identify(library, uid, cookies)
    files = Files(settings.root_paths, follow_links=settings.robot_follow_links)
    renders = _renders(settings, library, rendering, files)
    ahead = Following(identify, renders, settings.prefetch_count)
    ahead.start()
    closing.callback(ahead.close)
    return Parts(
        settings=settings,
        library=library,
        rendering=rendering,
        prerendering=prerendering,
        uid=uid,
        cookies=cookies,
        identify=identify,
        files=files,
        renders=renders,
        ahead=ahead,
        devices=Devices.of(settings),
    )


def _follow_changes(settings: Settings, library: Library, rendering: Rendering, closing: ExitStack) -> None:
    follow_changes = partial(follow, Changelog(library.engine), rendering.cache, gather=settings.prerender_auto)
    housekeeping = Ticker("housekeeping", FOLLOW_EVERY, follow_changes)
    housekeeping.start()
    closing.callback(housekeeping.close)


def _renders(settings: Settings, library: Library, rendering: Rendering, files: Files) -> Renders:
    return Renders(
        rendering.cache,
        rendering.dispatcher,
        KnownFaults(library.faults),
        partial(refresh, library.engine, settings),
        files,
        limits=Limits.of(settings),
        max_side=settings.render_max_side,
        max_age=settings.http_max_age,
    )
