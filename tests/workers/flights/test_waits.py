"""Who shares a wait, and when it ends."""

import pytest

from tests.workers.ways import sample
from workers.flights.registry import DONE, DROPPED, Completion
from workers.flights.waits import FIRST_PAUSE, Waits
from workers.queue.app import INTERACTIVE, PREFETCH

QUEUES = (INTERACTIVE, PREFETCH)


@pytest.fixture
def waits() -> Waits:
    """Nobody waits."""
    return Waits()


def test_those_who_wait_for_a_render_on_a_queue_share_a_wait(waits: Waits) -> None:
    before = sample("darkroom_flights")
    (one, first), (same, second), (other, third) = (waits.join("a", queue) for queue in (INTERACTIVE, *QUEUES))
    assert (one is same, one is other, first, second, third) == (True, False, True, False, True)
    assert sample("darkroom_flights") == before + 2
    assert [waits.leave(each) for each in (one, one, other)] == [False, True, True]
    assert sample("darkroom_flights") == before


def test_all_who_wait_hear_the_first_completion(waits: Waits) -> None:
    one, two, other = (
        waits.join(name, queue)[0] for name, queue in (("a", INTERACTIVE), ("a", PREFETCH), ("b", PREFETCH))
    )
    waits.complete(Completion("a", DONE), b"a render", QUEUES)
    waits.complete(Completion("a", "damaged"), None, QUEUES)
    assert [(each.completion, each.render) for each in (one, two)] == [(Completion("a", DONE), b"a render")] * 2
    assert other.completion is None
    for each in (one, two, other):
        waits.leave(each)


def test_whoever_comes_after_the_completion_begins_anew(waits: Waits) -> None:
    for _ in range(2):
        wait, _ = waits.join("a", INTERACTIVE)
    waits.complete(Completion("a", DONE), None, QUEUES)
    assert not waits.leave(wait)
    again, first = waits.join("a", INTERACTIVE)
    assert (again is wait, first) == (False, True)
    assert [waits.leave(each) for each in (wait, again)] == [True, True]


def test_what_was_dropped_is_looked_for_at_once_by_one_of_them(waits: Waits) -> None:
    wait, _ = waits.join("a", PREFETCH)
    assert not waits.due(wait)
    waits.complete(Completion("a", DROPPED), None, QUEUES)
    assert [waits.due(wait) for _ in range(2)] == [True, False]
    assert wait.completion is None
    waits.leave(wait)


def test_a_request_never_becomes_many_tasks(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever makes them vanish: one who waits for a minute sends eight, for ten minutes seventeen."""
    now = [0.0]
    monkeypatch.setattr("workers.flights.waits.time.monotonic", lambda: now[0])
    wait, _ = waits.join("a", INTERACTIVE)
    sent = list[float]()
    while now[0] < 600:
        if wait.may_send():
            sent.append(now[0])
        else:
            assert wait.look_at <= sent[-1] + FIRST_PAUSE * 2 ** (len(sent) - 1)
        now[0] += 0.0625
    assert sent[:7] == [0, 0.25, 0.75, 1.75, 3.75, 7.75, 15.75]
    assert len(sent) == 17
    waits.leave(wait)


def test_all_waits_are_known(waits: Waits) -> None:
    joined = [waits.join("a", queue)[0] for queue in QUEUES]
    assert waits.all() == joined
    for each in joined:
        waits.leave(each)
    assert waits.all() == []


def test_only_a_worker_s_completion_says_that_workers_work(waits: Waits) -> None:
    for outcome, heard in ((DROPPED, False), ("busy", False), ("damaged", True)):
        waits.complete(Completion("a", outcome), None, QUEUES)
        assert (waits.last_completion > 0) == heard
