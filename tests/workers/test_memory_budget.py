"""The memory of all renders: never more at once than there is, nobody is passed for ever, and nothing hangs."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

import config
from workers.errors import Busy, Unsupported
from workers.memory_budget import MOST_PASSED, MemoryBudget, budget_of, machine_memory

WAIT = 60.0


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


class Held:
    """A render on a thread of its own, which goes on until it is told to end."""

    def __init__(self, pool: ThreadPoolExecutor, budget: MemoryBudget, bytes: int, *, ahead: bool = False) -> None:
        self.began, self.end = threading.Event(), threading.Event()
        self._arguments = (budget, bytes, ahead)
        self.done: Future[None] = pool.submit(self._run)

    def _run(self) -> None:
        budget, bytes, ahead = self._arguments
        with ExitStack() as stack:
            if not ahead:
                stack.enter_context(budget.place())
            stack.enter_context(budget.reserved(bytes, WAIT, ahead=ahead))
            self.began.set()
            assert self.end.wait(WAIT)


def waiting(budget: MemoryBudget, count: int) -> None:
    """Waits until so many renders wait for memory."""
    with budget._changed:
        assert budget._changed.wait_for(lambda: len(budget._waiters) == count, WAIT)


def test_what_does_not_fit_now_waits_its_turn(pool: ThreadPoolExecutor) -> None:
    budget = MemoryBudget(10)
    first = Held(pool, budget, 6)
    assert first.began.wait(WAIT)
    second = Held(pool, budget, 6)
    waiting(budget, 1)
    assert not second.began.is_set()
    with budget.place(), budget.reserved(4, WAIT):  # a smaller one goes on
        assert not second.began.is_set()
    first.end.set()
    assert second.began.wait(WAIT)
    second.end.set()
    second.done.result(WAIT)


def test_what_can_never_fit() -> None:
    said = "11 MB of memory to render, where 10 MB are allowed"
    with pytest.raises(Unsupported, match=said), MemoryBudget(10_000_000).reserved(11_000_000, WAIT):
        pass
    with MemoryBudget(0).reserved(1 << 50, WAIT):
        pass


def test_at_its_deadline_it_is_busy() -> None:
    budget = MemoryBudget(10)
    with budget.reserved(10, WAIT), pytest.raises(Busy), budget.reserved(1, 0):
        pass
    with budget.reserved(10, 0):  # and nothing is left of it
        pass


def test_a_place_is_given_up_while_memory_is_waited_for(pool: ThreadPoolExecutor) -> None:
    """With two threads of which each waits for memory, a small photo would wait too."""
    budget = MemoryBudget(10, places=2)
    first, second = Held(pool, budget, 8), None
    assert first.began.wait(WAIT)
    second = Held(pool, budget, 8)
    waiting(budget, 1)
    small = Held(pool, budget, 2)
    assert small.began.wait(WAIT)
    for each in (first, small, second):
        each.end.set()
        each.done.result(WAIT)


def test_no_more_are_made_at_once_than_there_are_places(pool: ThreadPoolExecutor) -> None:
    budget = MemoryBudget(0, places=1)
    first = Held(pool, budget, 1)
    assert first.began.wait(WAIT)
    second = Held(pool, budget, 1)
    assert not second.began.wait(0.05)
    first.end.set()
    assert second.began.wait(WAIT)
    second.end.set()


def test_too_many_that_wait_are_shed(pool: ThreadPoolExecutor) -> None:
    """Else they would take all threads."""
    budget = MemoryBudget(10, waiting=1)
    first = Held(pool, budget, 10)
    assert first.began.wait(WAIT)
    second = Held(pool, budget, 10)
    waiting(budget, 1)
    with pytest.raises(Busy), budget.place(), budget.reserved(10, WAIT):
        pass
    for each in (first, second):
        each.end.set()
        each.done.result(WAIT)


def test_nobody_is_passed_for_ever(pool: ThreadPoolExecutor) -> None:
    budget = MemoryBudget(10)
    first = Held(pool, budget, 5)
    assert first.began.wait(WAIT)
    large = Held(pool, budget, 10)
    waiting(budget, 1)
    for _ in range(MOST_PASSED):
        with budget.place(), budget.reserved(1, WAIT):
            pass
    with pytest.raises(Busy), budget.place(), budget.reserved(1, 0):
        pass
    first.end.set()
    assert large.began.wait(WAIT)
    large.end.set()


def test_renders_in_advance_leave_room_and_wait_while_people_do(pool: ThreadPoolExecutor) -> None:
    budget = MemoryBudget(10)
    with budget.reserved(10, WAIT, ahead=True):  # where nothing else is made it may have all
        person = Held(pool, budget, 4)
        waiting(budget, 1)
        with pytest.raises(Busy), budget.reserved(1, 0, ahead=True):
            pass
    assert person.began.wait(WAIT)
    with budget.reserved(5, WAIT, ahead=True), pytest.raises(Busy), budget.reserved(1, 0, ahead=True):
        pass
    person.end.set()


def test_a_large_render_waits_through_a_crowd_of_small_ones(pool: ThreadPoolExecutor) -> None:
    """Neither is anything left taken, nor does anything hang."""
    budget = MemoryBudget(10, places=3, waiting=8)

    def made(bytes: int) -> int:
        with budget.place(), budget.reserved(bytes, WAIT):
            return bytes

    sizes = [1, 2, 3, 10, 4, 1, 9] * 40
    assert list(pool.map(made, sizes, timeout=WAIT)) == sizes
    with budget.reserved(10, 0):
        pass


@pytest.mark.parametrize(
    ("group", "limits", "bytes"),
    [
        ("0::/a/b", {}, 2_048_000),
        ("0::/a/b", {"a/b/memory.max": "max"}, 2_048_000),
        ("0::/a/b", {"a/b/memory.max": "max", "a/memory.max": "1000"}, 1000),
        ("0::/elsewhere", {"memory.max": "900"}, 900),
        ("3:memory:/a", {"memory/a/memory.limit_in_bytes": "800"}, 800),
        ("3:cpu:/a", {"memory/a/memory.limit_in_bytes": "800"}, 2_048_000),
    ],
)
def test_the_memory_there_is(tmp_path: Path, group: str, limits: dict[str, str], bytes: int) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:  2000 kB\nMemFree: 1 kB\n")
    (tmp_path / "mine").write_text(f"{group}\n")
    for name, limit in limits.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{limit}\n")
    assert machine_memory(tmp_path / "meminfo", tmp_path / "cgroup", tmp_path / "mine") == bytes


def test_nobody_says_how_much_there_is(tmp_path: Path) -> None:
    assert machine_memory(*[tmp_path / "none"] * 3) == 0


def test_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def budget(bytes: str, *, embedded: bool = True) -> MemoryBudget:
        environ = {"DATA_DIR": str(tmp_path), "WORKERS_MEMORY_BYTES": bytes}
        return budget_of(config.load(environ, tmp_path / "none"), embedded=embedded)

    monkeypatch.setattr("workers.memory_budget.machine_memory", lambda: 500)
    with pytest.raises(Unsupported), budget("1000").reserved(301, 0):
        pass
    with budget("1000").reserved(300, 0), budget("1000", embedded=False).reserved(1000, 0):
        pass
    with budget("200").reserved(200, 0), budget("0").reserved(1 << 40, 0):
        pass
