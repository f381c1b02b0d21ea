"""Threads and the requests that they answer, with requests that do what the test says."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest

from api.http.connections import dispatcher as module
from api.http.connections.dispatcher import AT_ONCE, Dispatcher
from api.http.connections.flows import CREDIT

PATIENCE = 60  # seconds: nothing here takes any


@dataclass(eq=False)
class Asked:
    """A request: it says when it begins, and goes on when it may."""

    whose: str = "ann"
    cached: bool = False
    work: Callable[[], None] = lambda: None
    begun: threading.Event = field(default_factory=threading.Event)
    may: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def payer(self) -> str:
        """As in `Request`."""
        return self.whose

    def service(self) -> None:
        """As in `Request`."""
        self.begun.set()
        try:
            assert self.may.wait(PATIENCE)
            self.work()
        finally:
            self.done.set()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dispatcher]:
    """Twenty threads, of which none is taken to wait only since it has been at it for long."""
    monkeypatch.setattr(module, "AWAY", 10 * PATIENCE)
    made = Dispatcher()
    made.set_thread_count(20)
    yield made
    made.set_thread_count(0)
    with made.lock:
        assert made.thread_exit_cv.wait_for(lambda: not made.threads, PATIENCE)


def asked(threads: Dispatcher, number: int, whose: str = "ann") -> list[Asked]:
    """So many requests, which wait or are answered."""
    made = [Asked(whose) for _ in range(number)]
    for each in made:
        threads.add_task(each)
    return made


def begun(requests: list[Asked]) -> int:
    """How many of them are being answered, or were."""
    return sum(each.begun.is_set() for each in requests)


def test_a_few_compute_at_once_and_the_others_after_them(threads: Dispatcher) -> None:
    requests = asked(threads, 3 * AT_ONCE)
    assert all(each.begun.wait(PATIENCE) for each in requests[:AT_ONCE])
    assert begun(requests) == AT_ONCE
    for number, each in enumerate(requests):
        assert each.begun.wait(PATIENCE)
        assert begun(requests) <= number + AT_ONCE
        each.may.set()
        assert each.done.wait(PATIENCE)


def test_who_has_asked_once_comes_before_the_rest_of_a_crowd(threads: Dispatcher) -> None:
    crowd = asked(threads, 50, "crowd")
    assert all(each.begun.wait(PATIENCE) for each in crowd[:AT_ONCE])
    [other] = asked(threads, 1, "ann")
    crowd[0].may.set()
    assert other.begun.wait(PATIENCE)
    assert begun(crowd) == AT_ONCE
    for each in (*crowd, other):
        each.may.set()
    assert all(each.done.wait(PATIENCE) for each in (*crowd, other))


def test_of_what_comes_from_the_cache_a_tenth_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread, on whose clock each request takes a second."""
    monkeypatch.setattr(module, "AWAY", 10 * PATIENCE)
    seconds = count()
    threads = Dispatcher(used=lambda: float(next(seconds)))
    first = Asked("first")
    served: list[str] = []
    requests = [first]
    for _ in range(20):
        for whose, cached in (("looks", True), ("asks", False)):
            request = Asked(whose, cached, partial(served.append, whose))
            request.may.set()
            requests.append(request)
    threads.set_thread_count(1)
    for each in requests:
        threads.add_task(each)
    first.may.set()
    assert all(each.done.wait(PATIENCE) for each in requests)
    assert served[:11].count("looks") == 10
    threads.set_thread_count(0)
    with threads.lock:
        assert threads.thread_exit_cv.wait_for(lambda: not threads.threads, PATIENCE)


def test_at_once_is_for_everybody_where_nobody_waits(threads: Dispatcher) -> None:
    assert all(threads.at_once("ann", 1.0) for _ in range(1000))
    [running] = asked(threads, 1, "bob")
    assert running.begun.wait(PATIENCE)
    assert all(threads.at_once("ann", 1.0) for _ in range(1000))  # who is served does not wait
    running.may.set()
    assert running.done.wait(PATIENCE)


def test_where_others_wait_who_has_had_more_is_not_served_at_once(threads: Dispatcher) -> None:
    crowd = asked(threads, AT_ONCE + 1, "crowd")
    assert all(each.begun.wait(PATIENCE) for each in crowd[:AT_ONCE])
    assert threads.at_once("crowd", 0.0001)  # nobody else waits
    had = 0
    while threads.at_once("ann", CREDIT / 10):
        had += 1
        assert had < 100
    assert had > 5
    assert threads.at_once("bob", CREDIT / 10)  # who has had nothing so far
    assert not threads.at_once("ann", CREDIT / 10)
    for each in crowd:
        each.may.set()
    assert all(each.done.wait(PATIENCE) for each in crowd)
    assert threads.at_once("ann", CREDIT / 10)


def test_who_has_had_much_at_once_comes_after_those_who_ask(threads: Dispatcher) -> None:
    """Also when the answer is not remembered any more, and he asks as all do."""
    crowd = asked(threads, AT_ONCE + 1, "crowd")
    assert all(each.begun.wait(PATIENCE) for each in crowd[:AT_ONCE])
    assert threads.at_once("ann", 1000.0)
    order: list[str] = []
    requests = [Asked(whose, work=partial(order.append, whose)) for whose in ("ann", "bob", "bob", "bob")]
    for each in requests:
        threads.add_task(each)
    for each in (*requests, *crowd):
        each.may.set()
    assert all(each.done.wait(PATIENCE) for each in (*requests, *crowd))
    assert order == ["bob", "bob", "bob", "ann"]


def test_who_waits_for_something_leaves_its_turn_to_others(threads: Dispatcher) -> None:
    gate = threading.Event()

    def wait() -> None:
        with threads.elsewhere():
            assert gate.wait(PATIENCE)

    waiting = [Asked(work=wait) for _ in range(12)]
    for each in waiting:
        each.may.set()
        threads.add_task(each)
    assert all(each.begun.wait(PATIENCE) for each in waiting)  # though none of them is done
    [other] = asked(threads, 1)
    other.may.set()
    assert other.done.wait(PATIENCE)
    gate.set()
    assert all(each.done.wait(PATIENCE) for each in waiting)
    later = asked(threads, 3 * AT_ONCE)  # as many as before, and no more
    assert all(each.begun.wait(PATIENCE) for each in later[:AT_ONCE])
    assert begun(later) == AT_ONCE
    for each in later:
        each.may.set()
    assert all(each.done.wait(PATIENCE) for each in later)


def test_who_is_at_it_for_long_is_taken_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AWAY", 0.01)
    threads = Dispatcher()
    threads.set_thread_count(20)
    requests = asked(threads, 20)
    assert all(each.begun.wait(PATIENCE) for each in requests)
    for each in requests:
        each.may.set()
    threads.set_thread_count(0)
    with threads.lock:
        assert threads.thread_exit_cv.wait_for(lambda: not threads.threads, PATIENCE)


def test_a_request_that_fails_ends_no_thread(threads: Dispatcher, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("something")

    with caplog.at_level(logging.ERROR, "waitress"):
        for _ in range(2 * AT_ONCE):
            request = Asked(work=fail)
            request.may.set()
            threads.add_task(request)
            assert request.done.wait(PATIENCE)
        [other] = asked(threads, 1)
        other.may.set()
        assert other.done.wait(PATIENCE)
    assert "a request was not answered" in caplog.text


def test_elsewhere_is_for_any_thread(threads: Dispatcher) -> None:
    with threads.elsewhere():
        [request] = asked(threads, 1)
        request.may.set()
        assert request.done.wait(PATIENCE)


def test_those_that_end_leave_nobody_waiting() -> None:
    """Fewer threads than there were: what waits is answered by those that are left."""
    threads = Dispatcher()
    threads.set_thread_count(8)
    threads.set_thread_count(1)
    requests = asked(threads, 30)
    for each in requests:
        each.may.set()
    assert all(each.done.wait(PATIENCE) for each in requests)
    threads.set_thread_count(0)
    with threads.lock:
        assert threads.thread_exit_cv.wait_for(lambda: not threads.threads, PATIENCE)
