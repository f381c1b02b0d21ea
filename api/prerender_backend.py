"""Rendering in advance, as a front end has part in it: jobs can be started here, and one front end walks them."""

from contextlib import ExitStack
from dataclasses import dataclass

from api.library import Library
from api.render_backend import Rendering
from catalog.jobs.jobs import Jobs
from config import Settings
from workers.prerender.components import build_driver, build_starter
from workers.prerender.driver import Driver
from workers.prerender.starter import Starter


@dataclass(frozen=True, slots=True)
class Prerendering:
    """Jobs, who starts them, and who walks them."""

    jobs: Jobs
    starter: Starter
    driver: Driver


def start_prerendering(settings: Settings, library: Library, rendering: Rendering, closing: ExitStack) -> Prerendering:
    """Begins to walk jobs, as soon as no other process does. What has to be ended goes on `closing`.

    Raises:
        SettingsError: the sizes in the settings can't be used.
    """
    starter = build_starter(settings, library.engine, rendering.cache)
    driver = build_driver(
        settings, library.engine, rendering.cache, starter, rendering.open_post, auto=settings.prerender_auto
    )
    driver.start()
    closing.callback(driver.close)
    return Prerendering(Jobs(library.engine), starter, driver)
