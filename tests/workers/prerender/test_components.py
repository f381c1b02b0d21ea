"""The components together, in the embedded way: a real worker renders what a job wants."""

from contextlib import ExitStack
from dataclasses import replace

import pytest

from cache.render_cache import build
from catalog.jobs.jobs import State
from config import SettingsError
from tests.catalog.library import Library
from tests.workers.prerender.played import House
from tests.workers.ways import wait_until
from workers.flights.memory import MemoryFlights
from workers.flights.orders import MemoryOrders
from workers.pipeline.limits import Limits
from workers.prerender.components import build_driver, build_starter, dispatcher_in_process
from workers.queue.app import BACKGROUND, create_celery
from workers.queue.embedded import EmbeddedWorker
from workers.tasks import Renderer, register


def test_a_job_is_rendered_by_a_worker_of_its_own_queue(library: Library) -> None:
    house = House(library, 3)
    settings = replace(library.settings, prerender_sizes="8x8, 10x")
    with ExitStack() as closing:
        cache = build(settings, memory=False)
        closing.callback(cache.close)
        celery, flights, orders = create_celery(settings), MemoryFlights(), MemoryOrders()
        renderer = Renderer(settings.root_paths, cache, flights, Limits(), orders=orders)
        register(celery, lambda: renderer)
        worker = EmbeddedWorker(celery, 2, alone=BACKGROUND)
        worker.start()
        closing.callback(worker.stop)
        starter = build_starter(settings, house.engine, cache)
        open_dispatcher = dispatcher_in_process(celery, flights, orders)
        driver = build_driver(settings, house.engine, cache, starter, open_dispatcher, auto=True)
        driver.start()
        closing.callback(driver.close)
        job = starter.start("*")
        wait_until(lambda: house.jobs.by_id(job.id).state is State.DONE)
        assert house.jobs.by_id(job.id).done == 3
        assert cache.figures()["disk"].entries == 6


def test_sizes_that_can_t_be_used_are_said(library: Library) -> None:
    house = House(library, 0)
    with pytest.raises(SettingsError):
        build_starter(replace(library.settings, prerender_sizes="poster"), house.engine, house.cache)
