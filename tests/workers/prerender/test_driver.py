"""The driver: jobs are walked by one at a time, whoever that is, until they are done."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from catalog.files import try_locked
from catalog.jobs.jobs import Job, State
from tests.catalog.library import Library
from tests.workers.prerender.played import House, PlayedDispatcher
from tests.workers.ways import wait_until
from workers.prerender import driver as module
from workers.prerender.components import build_starter
from workers.prerender.driver import LOCK, Driver
from workers.prerender.order_dispatcher import OrderDispatcher


class Working(PlayedDispatcher):
    """A dispatcher whose worker has made all, each time somebody looks."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house = house
        self._working = threading.Event()
        self._working.set()

    def look(self) -> None:
        for name in list(self.sent) if self._working.is_set() else []:
            self._house.render([self.sent[name][0].photo])
            self.say(name)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(module, "BREATH", 0.01)


@pytest.fixture
def house(library: Library) -> Iterator[House]:
    made = House(library)
    yield made
    made.cache.close()


def driver(house: House, dispatcher: PlayedDispatcher | None = None) -> Driver:
    played = dispatcher or Working(house)
    house.dispatcher = played

    def open_dispatcher(_: ExitStack, __: threading.Event) -> OrderDispatcher:
        return played

    starter = build_starter(house.settings, house.engine, house.cache)
    return Driver(house.settings.data_dir, starter, open_dispatcher, lambda _: house.components(), auto=False)


def stands(house: House, job: Job, state: State) -> None:
    wait_until(lambda: house.jobs.by_id(job.id).state is state)


def test_jobs_are_done_the_newest_first(house: House) -> None:
    jobs = [house.job() for _ in range(2)]
    walking = driver(house)
    walking.start()
    for job in jobs:
        stands(house, job, State.DONE)
    later = house.job()
    walking.wake()
    stands(house, later, State.DONE)
    assert walking.leads
    walking.close()
    assert house.dispatcher.history[0].startswith(f"order:{jobs[1].id}:")
    assert [house.jobs.by_id(job.id).done + house.jobs.by_id(job.id).skipped for job in jobs] == [5, 5]


def test_while_another_holds_the_lock_nothing_is_done(house: House) -> None:
    job = house.job()
    walking = driver(house)
    with try_locked(house.settings.data_dir / LOCK) as holds:
        assert holds
        walking.start()
        other = driver(house)
        other.start()
        other.close()
        assert not walking.leads
        assert house.jobs.by_id(job.id).taken == 0
    stands(house, job, State.DONE)
    walking.close()


def test_what_is_paused_is_let_go_of_and_taken_up_again(house: House) -> None:
    dispatcher = Working(house)
    dispatcher._working.clear()
    job = house.job()
    walking = driver(house, dispatcher)
    walking.start()
    wait_until(lambda: len(dispatcher.sent) == 5)
    house.jobs.pause(job.id)
    wait_until(lambda: not dispatcher.sent)
    dispatcher._working.set()
    house.jobs.resume(job.id)
    stands(house, job, State.DONE)
    walking.close()


def test_an_error_is_not_the_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    job = house.job()
    failures = iter([True, True])
    take = house.progress.take

    def failing(*arguments: object, **more: object) -> None:
        if next(failures, False):
            raise RuntimeError("a bug")
        take(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(house.progress, "take", failing)
    walking = driver(house)
    walking.start()
    stands(house, job, State.DONE)
    walking.close()
    found = house.jobs.by_id(job.id)
    assert found.done + found.skipped == 5


def test_the_lock_is_free_when_it_ends(house: House) -> None:
    walking = driver(house)
    walking.start()
    wait_until(lambda: walking.leads)
    with try_locked(house.settings.data_dir / LOCK) as holds:
        assert not holds
    walking.close()
    with try_locked(house.settings.data_dir / LOCK) as holds:
        assert holds
