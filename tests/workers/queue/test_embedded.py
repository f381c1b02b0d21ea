"""The worker inside the front end: that it starts, finishes what it began, and takes nothing after."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.photos import decoded
from tests.workers.ways import ROOT, WAIT, Way, key_of, open_way, save_photo, wait_until
from workers import errors, pipeline, tasks
from workers.queue.app import BACKGROUND, PREFETCH, RENDER, QueueLengths
from workers.queue.embedded import EmbeddedWorker
from workers.tasks import register


class Gate:
    """Stands in for the pipeline: says when it is entered, and renders when it is let."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()

    def render(self, *_: object, **__: object) -> bytes:
        self.entered.release()
        assert self.opened.wait(WAIT)
        return b"a render"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = Gate()
    monkeypatch.setattr(pipeline, "render", made.render)
    return made


def test_as_many_renders_at_once_as_it_has_threads(embedded: Way, tmp_path: Path, gate: Gate) -> None:
    photo, dispatcher = save_photo(tmp_path), embedded.dispatcher()
    with embedded.working(tmp_path, threads=2), ThreadPoolExecutor(3) as pool:
        waiters = [pool.submit(dispatcher.render, photo, key_of(photo, width)) for width in (40, 80, 120)]
        assert gate.entered.acquire(timeout=WAIT)
        assert gate.entered.acquire(timeout=WAIT)
        assert not gate.entered.acquire(timeout=0.05)
        gate.opened.set()
        assert {waiter.result(WAIT) for waiter in waiters} == {b"a render"}


def test_what_is_under_way_is_finished_when_it_is_stopped(embedded: Way, tmp_path: Path, gate: Gate) -> None:
    photo, dispatcher = save_photo(tmp_path), embedded.dispatcher()
    renderer = embedded.renderer(tmp_path)
    register(embedded.app, lambda: renderer)
    worker = EmbeddedWorker(embedded.app, 1)
    worker.start()
    with ThreadPoolExecutor(2) as pool:
        waiter = pool.submit(dispatcher.render, photo, key_of(photo))
        assert gate.entered.acquire(timeout=WAIT)
        stopping = pool.submit(worker.stop)
        gate.opened.set()
        stopping.result(WAIT)
        assert waiter.result(WAIT) == b"a render"
    with pytest.raises(errors.Busy):
        embedded.dispatcher(timeout=0.1).render(photo, key_of(photo, 80))
    assert embedded.queued() == 1


def test_another_one_can_follow_in_the_same_process(tmp_path: Path) -> None:
    photo = save_photo(tmp_path)
    for width in (40, 80):
        with open_way(tmp_path / "data", []) as way, way.working(tmp_path):
            assert decoded(way.dispatcher().render(photo, key_of(photo, width))).width == width


def test_work_in_advance_stands_in_nobody_s_way(embedded: Way, tmp_path: Path, gate: Gate) -> None:
    """One render of each lower queue at a time, and a person's beside them."""
    photo, dispatcher = save_photo(tmp_path), embedded.dispatcher()
    with embedded.working(tmp_path, threads=1), ThreadPoolExecutor(1) as pool:
        for queue in (PREFETCH, BACKGROUND):
            for width in (40, 80):
                name = key_of(photo, width + len(queue)).name
                embedded.flights.reserve(name, 10, WAIT)
                message = (name, ROOT, photo.path, queue, time.time() + WAIT)
                embedded.app.send_task(RENDER, message, queue=queue)
            assert gate.entered.acquire(timeout=WAIT)
        waiter = pool.submit(dispatcher.render, photo, key_of(photo, 120))
        assert gate.entered.acquire(timeout=WAIT)
        assert not gate.entered.acquire(timeout=0.05)
        gate.opened.set()
        assert waiter.result(WAIT) == b"a render"
        wait_until(lambda: not any(length for _, length in QueueLengths(embedded.app)))


@pytest.mark.parametrize("queue", [PREFETCH, BACKGROUND])
def test_work_in_advance_begins_when_nobody_waits_any_more(
    embedded: Way, tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch, queue: str
) -> None:
    monkeypatch.setitem(tasks.STEP_BACK, queue, WAIT)
    photo, dispatcher = save_photo(tmp_path), embedded.dispatcher()
    with embedded.working(tmp_path, threads=1), ThreadPoolExecutor(1) as pool:
        waiter = pool.submit(dispatcher.render, photo, key_of(photo))
        assert gate.entered.acquire(timeout=WAIT)
        later = key_of(photo, 80)
        embedded.flights.reserve(later.name, 10, WAIT)
        embedded.app.send_task(RENDER, (later.name, ROOT, photo.path, queue, time.time() + WAIT), queue=queue)
        wait_until(lambda: not embedded.queued(queue))
        assert not gate.entered.acquire(timeout=0.3)
        gate.opened.set()
        assert waiter.result(WAIT) == b"a render"
        assert gate.entered.acquire(timeout=WAIT)
