"""A front end's part in rendering in advance: it walks jobs as soon as nobody else does, and ends in order."""

from contextlib import ExitStack
from pathlib import Path

from api.prerender_backend import start_prerender_backend
from api.render_backend import start_render_backend
from catalog.files import try_locked
from catalog.jobs.jobs import State
from catalog.metadata.header import read_header
from tests.api.house import House
from tests.workers.ways import wait_until
from workers.prerender.driver import LOCK


def test_it_walks_jobs_and_lets_go(tmp_path: Path) -> None:
    with ExitStack() as outer:
        house = House(tmp_path, outer, prerender_auto=False)
        with ExitStack() as closing:
            render_backend = start_render_backend(house.settings, closing, lambda _, __: None)
            backend = start_prerender_backend(house.settings, house.library, render_backend, read_header, closing)
            job = backend.starter.start("*", ["8x8"])
            backend.driver.wake()
            wait_until(lambda: backend.jobs.by_id(job.id).state is State.DONE)
            assert backend.jobs.by_id(job.id).done == 2
            with try_locked(house.settings.data_dir / LOCK) as holds:
                assert not holds
        with try_locked(house.settings.data_dir / LOCK) as holds:
            assert holds
