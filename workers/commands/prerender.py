"""`darkroom prerender`: renders in advance what is missing, and shows how far it is.

Where a server runs, it does so, and the command looks on. Else the command walks the job itself; in the embedded way
with workers of its own.
"""

import argparse
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from celery import Celery
from sqlalchemy import Engine
from tqdm import tqdm

from cache.render_cache import RenderCache, build
from catalog.commands.perform import exit_code
from catalog.database import opened_catalog
from catalog.errors import CatalogProblem
from catalog.jobs.jobs import Job, Jobs, State
from catalog.metadata.confined import HeaderReader
from catalog.photos import Photos
from catalog.scan.scan import in_sight, sync_roots
from config import Settings, SettingsError
from workers.confined.start import confined
from workers.devices import Devices, UnknownSize
from workers.flights.memory import MemoryFlights
from workers.flights.orders import MemoryOrders
from workers.memory_budget import budget_of
from workers.pipeline.limits import Limits
from workers.prerender.components import build_driver, build_starter, dispatcher_by_redis, dispatcher_in_process
from workers.prerender.driver import Driver, OpenDispatcher
from workers.prerender.estimate import human_bytes
from workers.prerender.order_dispatcher import OrderDispatcher
from workers.prerender.starter import Starter
from workers.queue.app import BACKGROUND, create_celery
from workers.queue.embedded import EmbeddedWorker
from workers.tasks import Renderer, register

LOOK_EVERY = 0.25  # seconds between two looks at the job
LISTED = 10  # failures that are listed


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Starts a job, or goes on with one, and waits for its end; gives the exit code.

    0 all is rendered; 1 a part is not, with a sentence; 2 wrong arguments or settings; 130 interrupted.
    """
    if not settings.roots:
        return _fail("there is no photo root: set robot.root.0.path to a folder of photos", 1)
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    try:
        with ExitStack() as closing:
            engine = closing.enter_context(opened_catalog(settings.data_dir))
            if others := sorted(in_sight(engine) - set(settings.root_paths)):
                # To hide them would take them from a server that shows them.
                says = f"the catalogue shows the photo root {others[0]}, which is not in the settings"
                return _fail(f"{says}: name it there, or see to it by `darkroom scan`", 1)
            sync_roots(engine, settings)
            cache = build(settings, memory=False, is_common=Devices.of(settings).made)
            closing.callback(cache.close)
            starter = build_starter(settings, engine, cache)
            job = _job(Jobs(engine), starter, chosen)
            with driving(settings, engine, cache, starter, chosen.concurrency) as driver:
                return _follow(engine, job, driver)
    except (UnknownSize, SettingsError) as error:
        return _fail(str(error), 2)
    except CatalogProblem as error:
        return _fail(str(error), exit_code(error))


def _job(jobs: Jobs, starter: Starter, chosen: argparse.Namespace) -> Job:
    if chosen.resume is not None:
        return jobs.resume(chosen.resume)
    return starter.start(chosen.query, [each.strip() for each in (chosen.sizes or "").split(",") if each.strip()])


@contextmanager
def driving(
    settings: Settings, engine: Engine, cache: RenderCache, starter: Starter, concurrency: int | None
) -> Iterator[Driver]:
    """Walks jobs meanwhile, wherever no other process does."""
    celery = create_celery(settings)
    with ExitStack() as closing:
        reader = HeaderReader(settings)
        closing.callback(reader.close)
        if settings.distributed:
            open_dispatcher = dispatcher_by_redis(settings, celery)
        else:
            open_dispatcher = _own_workers(settings, celery, cache, concurrency or settings.concurrency, closing)
        driver = build_driver(settings, engine, cache, starter, open_dispatcher, auto=False, read=reader.read)
        driver.start()
        closing.callback(driver.close)
        yield driver


def _own_workers(
    settings: Settings, celery: Celery, cache: RenderCache, concurrency: int, closing: ExitStack
) -> OpenDispatcher:
    """The way to workers on threads of this process, which are started as it is opened for the first time."""
    flights, orders = MemoryFlights(), MemoryOrders()
    limits, links = Limits.of(settings), settings.robot_follow_links
    confining = ExitStack()
    pipeline, budget = confined(settings, confining), budget_of(settings)
    renderer = Renderer(
        settings.root_paths, cache, flights, limits, links=links, orders=orders, budget=budget, pipeline=pipeline
    )
    register(celery, lambda: renderer)
    in_process = dispatcher_in_process(celery, flights, orders)
    workers: list[EmbeddedWorker] = []

    def stop() -> None:
        for worker in workers:
            worker.stop()

    closing.callback(stop)
    closing.push(confining)  # before the workers: they wait for what they render

    def open_dispatcher(inner: ExitStack, wakeup: threading.Event) -> OrderDispatcher:
        if not workers:
            workers.append(EmbeddedWorker(celery, concurrency, alone=BACKGROUND))
            workers[0].start()
        return in_process(inner, wakeup)

    return open_dispatcher


def _follow(engine: Engine, job: Job, driver: Driver) -> int:
    """Shows how far the job is until it has ended; gives the exit code."""
    jobs, said = Jobs(engine), ""
    sizes = ", ".join(job.spec.sizes)
    need, room = human_bytes(job.spec.need), human_bytes(job.spec.room)
    _say(f"job {job.id}: {job.total} photos in {sizes}; needs about {need} of the {room} that the cache may hold")
    try:
        with tqdm(total=job.total, unit=" photos", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:
            while True:
                job = jobs.by_id(job.id)
                bar.update(job.total - job.left - bar.n)
                bar.set_postfix_str(f"{job.done} rendered, {job.skipped} cached, {job.failed} failed")
                if job.message and job.message != said:
                    bar.clear()
                    _say(job.message)
                    said = job.message
                if job.state is not State.RUNNING:
                    break
                time.sleep(LOOK_EVERY)
    except KeyboardInterrupt:
        return _interrupted(jobs, job, driver)
    return _told(engine, job)


def _interrupted(jobs: Jobs, job: Job, driver: Driver) -> int:
    if driver.leads:
        jobs.pause(job.id)
        _say(f"job {job.id} is paused; darkroom prerender --resume {job.id} goes on with it")
    else:
        _say(f"the server goes on with job {job.id}; POST /api/jobs/{job.id}/cancel ends it")
    return 130


def _told(engine: Engine, job: Job) -> int:
    """Says how the job has ended; gives the exit code."""
    word = "done" if job.state is State.DONE else f"{job.state}, {job.left} photos left"
    _say(f"job {job.id} {word}: {job.done} rendered, {job.skipped} cached before, {job.failed} failed")
    failures = Jobs(engine).failures(job.id, LISTED)
    photos = Photos(engine).by_ids([failure.photoid for failure in failures])
    for failure in failures:
        photo = photos.get(failure.photoid)
        # As in the catalogue's own lists: a name may hold what no terminal shows.
        place = ascii(f"{photo.root}/{photo.path}") if photo else failure.photoid
        _say(f"{place}: {failure.reason}")
    if job.failed > len(failures):
        _say(f"and {job.failed - len(failures)} more: darkroom failed")
    return 0 if job.state is State.DONE and not job.failed else 1


def _say(sentence: str) -> None:
    print(f"prerender: {sentence}", file=sys.stderr, flush=True)


def _fail(sentence: str, code: int) -> int:
    _say(sentence)
    return code
