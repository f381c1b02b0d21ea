"""Rendering in advance, as a front end has part in it: jobs can be started here, and one front end walks them."""

from contextlib import ExitStack
from dataclasses import dataclass

from api.library import Library
from api.render_backend import RenderBackend
from catalog.jobs.jobs import Jobs
from catalog.scan.scan import Reader
from config import Settings
from workers.prerender.components import build_driver, build_starter
from workers.prerender.driver import Driver
from workers.prerender.starter import Starter


@dataclass(frozen=True, slots=True)
class PrerenderBackend:
    """Jobs, who starts them, and who walks them."""

    jobs: Jobs
    starter: Starter
    driver: Driver


def start_prerender_backend(
    settings: Settings, library: Library, render_backend: RenderBackend, read: Reader, closing: ExitStack
) -> PrerenderBackend:
    """Begins to walk jobs, as soon as no other process does; `read` reads headers. What has to be ended goes on
    `closing`.

    Raises:
        SettingsError: the sizes in the settings can't be used.
    """
    starter = build_starter(settings, library.engine, render_backend.cache)
    driver = build_driver(
        settings,
        library.engine,
        render_backend.cache,
        starter,
        render_backend.open_dispatcher,
        auto=settings.prerender_auto,
        read=read,
    )
    driver.start()
    closing.callback(driver.close)
    return PrerenderBackend(Jobs(library.engine), starter, driver)
