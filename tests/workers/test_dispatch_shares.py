"""How callers share places and queue, over both ways: one who wants very much does not keep others waiting."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from cache.key import RenderKey
from catalog.photos import Photo
from tests.cache.keys import render as some_render
from tests.photos import decoded
from tests.workers.ways import WAIT, Impatient, Way, key_of, sample, save_photo, wait_until
from workers import errors
from workers.dispatch import Dispatcher
from workers.flights.registry import DONE
from workers.flights.turns import OWN

RENDERED = some_render()
CROWD = 2
MANY = 20


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    """A photo."""
    return save_photo(tmp_path / "photos")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for waiters."""
    with ThreadPoolExecutor(MANY + 10) as threads:
        yield threads


def dispatcher(way: Way, *, places: int = 60, room: int = 500, timeout: float = WAIT) -> Dispatcher:
    """A front end's, whose callers are held back."""
    return Dispatcher(way.app, way.front_flights(), way.cache, timeout=timeout, places=places, room=room, crowd=CROWD)


class Caller:
    """Somebody who asks for ever other sizes of a photo."""

    def __init__(self, name: str, first: int, photo: Photo, asked: Dispatcher, pool: ThreadPoolExecutor) -> None:
        self.name, self._photo, self._dispatcher, self._pool = name, photo, asked, pool
        self._widths = iter(range(first, first + 200))

    def ask(self, width: int | None = None, client: Impatient | None = None) -> Future[bytes]:
        """Waits for a render."""
        key = key_of(self._photo, width or next(self._widths))
        asked = (self._photo, key, client) if client else (self._photo, key)
        return self._pool.submit(self._dispatcher.render, *asked, caller=self.name)


def held_back(asked: Dispatcher) -> int:
    return sum(map(len, asked._turns._held.values()))


def flood(way: Way, asked: Dispatcher, photo: Photo, pool: ThreadPoolExecutor) -> list[Future[bytes]]:
    """One who asks for many at once: what the queue does not take of his waits for its turn."""
    caller = Caller("flood", 100, photo, asked, pool)
    waiting = [caller.ask() for _ in range(MANY)]
    wait_until(lambda: held_back(asked) + way.queued() == MANY)
    return waiting


def test_who_comes_with_few_finds_few_before_them(way: Way, photo: Photo, pool: ThreadPoolExecutor) -> None:
    asked = dispatcher(way)
    waiting = flood(way, asked, photo, pool)
    assert way.queued() <= OWN + CROWD
    other = Caller("other", 300, photo, asked, pool).ask()
    for _ in range(OWN + CROWD + 1):
        task = way.take()
        way.land(task, DONE, render=RENDERED)
        if other.done():
            break
    assert other.result(WAIT) == RENDERED
    while not all(each.done() for each in waiting):
        if way.queued():
            way.land(way.take(), DONE, render=RENDERED)
    assert {each.result(WAIT) for each in waiting} == {RENDERED}
    assert held_back(asked) == 0


def test_whoever_wants_what_is_held_back_of_another_does_not_wait_for_that_one(
    way: Way, photo: Photo, pool: ThreadPoolExecutor
) -> None:
    asked = dispatcher(way)
    flood(way, asked, photo, pool)
    wait = asked._turns.next()
    assert wait is not None
    width = int(wait.name.split(".")[2].partition("x")[0])
    other = Caller("other", 300, photo, asked, pool).ask(width)
    wait_until(lambda: not wait.held)
    while not other.done():
        if way.queued():
            way.land(way.take(), DONE, render=RENDERED)
    asked.give_up()


def test_alone_a_caller_has_all_that_workers_can_do(
    way: Way, photo: Photo, tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    asked = dispatcher(way)
    with way.working(tmp_path / "photos"):
        caller = Caller("alone", 100, photo, asked, pool)
        renders = [each.result(WAIT) for each in [caller.ask() for _ in range(MANY)]]
    assert {decoded(each).size[0] for each in renders} == set(range(100, 100 + MANY))


def test_what_is_held_back_is_given_up_with_its_clients(way: Way, photo: Photo, pool: ThreadPoolExecutor) -> None:
    asked, clients = dispatcher(way), [Impatient() for _ in range(MANY)]
    caller = Caller("flood", 100, photo, asked, pool)
    waiting = [caller.ask(client=client) for client in clients]
    wait_until(lambda: held_back(asked) + way.queued() == MANY)
    for client in clients:
        client.hang_up()
    for each in waiting:
        with pytest.raises(errors.Busy, match="hung up"):
            each.result(WAIT)
    assert held_back(asked) == 0
    assert asked._turns.count() == 0


def test_what_is_held_back_counts_as_queued(way: Way, photo: Photo, pool: ThreadPoolExecutor) -> None:
    asked = dispatcher(way, room=OWN + CROWD)
    caller, before = Caller("flood", 100, photo, asked, pool), sample("darkroom_shed_total", reason="queue_full")
    waiting = [caller.ask() for _ in range(MANY)]
    wait_until(lambda: sum(each.done() for each in waiting) == MANY - OWN - CROWD)
    refused = [each for each in waiting if each.done()]
    for each in refused:
        with pytest.raises(errors.Busy, match="queued already"):
            each.result(WAIT)
    assert sample("darkroom_shed_total", reason="queue_full") >= before + len(refused)
    asked.give_up()


def test_places_are_taken_from_who_has_the_most_for_others_who_want_them(
    way: Way, photo: Photo, pool: ThreadPoolExecutor
) -> None:
    asked, before = dispatcher(way, places=6), sample("darkroom_shed_total", reason="share")
    flooding = Caller("flood", 100, photo, asked, pool)
    waiting = [flooding.ask() for _ in range(6)]
    wait_until(lambda: asked._places._free == 0)
    with pytest.raises(errors.Busy, match="Too many"):
        flooding.ask().result(WAIT)
    other = Caller("other", 300, photo, asked, pool)
    others = [other.ask() for _ in range(3)]
    wait_until(lambda: sum(each.done() for each in waiting) == 3)
    for each in waiting:
        if each.done():
            with pytest.raises(errors.Busy, match="Others wait"):
                each.result(WAIT)
    with pytest.raises(errors.Busy, match="Too many"):  # all have as many
        other.ask().result(WAIT)
    assert sample("darkroom_shed_total", reason="share") == before + 3
    while not all(each.done() for each in others):
        if way.queued():
            way.land(way.take(), DONE, render=RENDERED)
    assert {each.result(WAIT) for each in others} == {RENDERED}
    asked.give_up()


def test_a_place_is_revoked_of_one_of_those_who_wait_for_a_render(
    way: Way, photo: Photo, pool: ThreadPoolExecutor
) -> None:
    asked = dispatcher(way, places=3)
    flooding = Caller("flood", 100, photo, asked, pool)
    same = [flooding.ask(width=50) for _ in range(3)]
    wait_until(lambda: asked._places._free == 0)
    other = Caller("other", 300, photo, asked, pool).ask(width=50)
    wait_until(lambda: sum(each.done() for each in same) == 1)
    way.land(way.take(), DONE, render=RENDERED)
    assert other.result(WAIT) == RENDERED
    assert sorted(isinstance(each.exception(WAIT), errors.Busy) for each in same) == [False, False, True]


def test_nobody_is_kept_waiting_where_completions_get_lost(way: Way, photo: Photo, pool: ThreadPoolExecutor) -> None:
    asked = dispatcher(way)
    waiting = flood(way, asked, photo, pool)
    together = threading.Event()
    asked._on_completion = lambda *_: together.set()  # type: ignore[method-assign]
    first = [way.take() for _ in range(way.queued())]
    for task in first:  # the renders are there, and nobody says so
        way.cache.put(RenderKey.parse(task.name), RENDERED)
    wait_until(lambda: sum(each.done() for each in waiting) >= len(first) - 1)
    asked.give_up()
