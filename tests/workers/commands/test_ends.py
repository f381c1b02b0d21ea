"""A worker that is told to end does so in time, whatever it is at and however it is told; no task is lost, or
done twice.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis import Redis

from cache.key import RenderKey
from tests.end_to_end.servers import PATIENCE, TAKES, Process, alive, children, environ, eventually, offspring
from tests.workers.ways import ROOT, Way, key_of, save_photo
from workers.flights.registry import DONE, DROPPED, Completion
from workers.queue.app import BACKGROUND, INTERACTIVE, RENDER
from workers.queue.publish import publisher

# `python -m workers` whose child says when it is where HOLD has it, and waits there until somebody opens the pipe GATE;
# or whose decoders never end. GRACE and LAST are the seconds that it gives what is under way.
HELD = """
import os, runpy, sys
import config
config.share_metrics(config.load())  # before the metrics are imported
import billiard.pool, cache.render_cache, confine.processes
import workers.confined.start, workers.flights.redis
from workers.commands import run
from celery.concurrency.prefork import TaskPool

def held(whole):
    def waiting(*arguments, **more):
        print("is held", flush=True)
        open(os.environ["GATE"], "rb").close()
        return whole(*arguments, **more)
    return waiting

def accepting_late(receiving):
    def made(self, pipe):
        receive = receiving(self, pipe)
        return lambda: (got := receive()) and held(lambda: got)()
    return made

hold = os.environ["HOLD"]
places = {
    "starts": (run, "_leave_sigterm_to_the_parent"),
    "begins": (workers.flights.redis.RedisFlights, "begin"),
    "keeps": (cache.render_cache.RenderCache, "put"),
    "tells": (workers.flights.redis.RedisFlights, "land"),
}
if hold == "decodes":
    workers.confined.start.ENTRY = "tests.confine.holding"
    begin = confine.processes.Process.begin
    def begun(self, *arguments):
        begin(self, *arguments)
        print("is held", flush=True)
    confine.processes.Process.begin = begun
elif hold == "is handed it":
    child = billiard.pool.Worker
    child._make_protected_receive = accepting_late(child._make_protected_receive)
elif hold:
    setattr(*places[hold], held(getattr(*places[hold])))

stop = TaskPool.on_stop
def on_stop(self):
    print("joins its child", flush=True)
    stop(self)
TaskPool.on_stop = on_stop
run.GRACE, run.LAST = float(os.environ["GRACE"]), float(os.environ["LAST"])
runpy.run_module("workers", run_name="__main__")
"""

IS_HELD, JOINS = "is held", "joins its child"
LONG = 1000.0  # seconds that no test takes


@dataclass
class Held:
    """A worker of one process, what it has heard to, and what it was given: two tasks, of which it takes one."""

    way: Way
    worker: Process
    gate: Path
    closing: ExitStack
    heard: list[Completion] = field(default_factory=list)
    keys: list[RenderKey] = field(default_factory=list)

    @property
    def redis(self) -> Redis:
        """The Redis of the queues."""
        return Redis.from_url(self.way.settings.redis_url)

    @property
    def child(self) -> int:
        """The process that renders."""
        (child,) = (each for each in children(self.worker.process.pid) if b"\0confine\0" not in said(each))
        return child

    def give(self, folder: Path) -> None:
        """Puts two tasks on the queue, and waits until one is taken."""
        photo = save_photo(folder)
        self.keys = [key_of(photo, 40), key_of(photo, 80)]
        publish = publisher(self.way.app)
        for key in self.keys:  # as work in advance, of which nobody has to say again that it is wanted
            publish(RENDER, (key.name, photo.root, photo.path, BACKGROUND), INTERACTIVE)
        eventually(self.unacknowledged, 1)

    def open(self) -> None:
        """Lets the child go on, from now on."""
        self.closing.callback(os.close, os.open(self.gate, os.O_RDWR))  # whoever reads finds a writer

    def unacknowledged(self) -> int:
        """How many tasks a worker has taken, and not said to be done."""
        with self.redis as redis:
            return int(redis.hlen("unacked"))

    def outcomes(self) -> dict[str, list[str]]:
        """What was said of each of the two so far, in order."""
        last = Completion("the last word", DONE)
        self.way.flights.land(last, None, kept=True)
        eventually(lambda: last in self.heard, True)
        return {key.name: [each.outcome for each in self.heard if each.key == key.name] for key in self.keys}


def said(pid: int) -> bytes:
    """A process's command line."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@contextmanager
def holding(way: Way, folder: Path, row: "Row") -> Iterator[Held]:
    """Such a worker, which takes tasks."""
    gate, photos = folder / "gate", folder / "photos"
    os.mkfifo(gate)
    photos.mkdir()
    more = {"REDIS_URL": way.settings.redis_url, "HOLD": row.hold, "GATE": str(gate)}
    more |= {"GRACE": str(row.grace), "LAST": str(row.last), "ROBOT_ROOT_0_ALIAS": ROOT}
    variables = environ(photos, way.settings.data_dir, **more)
    arguments = [sys.executable, "-c", HELD, "run", "--queues", INTERACTIVE, "--concurrency", "1"]
    with ExitStack() as closing:
        worker = Process(arguments, variables)
        closing.callback(worker.stop, signal.SIGKILL)
        held = Held(way, worker, gate, closing)
        way.flights.listen(lambda completion, _: held.heard.append(completion))
        worker.wait_for(TAKES)
        yield held


def alone(held: Held) -> None:
    """As systemd (KillMode=mixed) and Docker do it."""
    held.worker.process.terminate()


def group(held: Held) -> None:
    """As honcho does it."""
    os.killpg(held.worker.process.pid, signal.SIGTERM)


def twice(held: Held) -> None:
    """As who is impatient does it."""
    group(held)
    group(held)


def terminal(held: Held) -> None:
    """As Ctrl-C does it."""
    os.killpg(held.worker.process.pid, signal.SIGINT)


def goes_on(held: Held) -> None:
    """The child goes on."""
    held.open()


def dies(held: Held) -> None:
    """The child is killed."""
    os.kill(held.child, signal.SIGKILL)


def in_silence(held: Held) -> None:
    """As systemd does it, while Redis answers nobody, and has not for some seconds."""
    with held.redis as redis:
        number = int(redis.info()["process_id"])
    held.closing.callback(os.kill, number, signal.SIGCONT)  # once the worker has ended
    os.kill(number, signal.SIGSTOP)
    unheard = "could not be told which renders are under way"
    eventually(lambda: sum(unheard in line for line in held.worker.lines) > 2, True)
    alone(held)


def hangs(_: Held) -> None:
    """It stays where it is."""


@dataclass(frozen=True)
class Row:
    """What the child is at, how the worker is told to end, and what becomes of the child once it is waited for; then
    what was said of its task, and how many of the two tasks are on the queue again. None: nobody can say.
    """

    hold: str
    tell: Callable[[Held], None]
    then: Callable[[Held], None]
    outcomes: list[str] | None
    left: int | None = 1
    grace: float = LONG
    last: float = LONG

    def __str__(self) -> str:
        return f"{self.hold}-{self.tell.__name__}-{self.then.__name__}"


ROWS = [
    Row("starts", alone, goes_on, [], left=2),
    Row("is handed it", group, goes_on, [DONE]),
    Row("begins", terminal, goes_on, [DONE]),
    Row("decodes", alone, hangs, [DROPPED], grace=0.0),
    Row("is handed it", alone, hangs, [], left=2, grace=0.0, last=0.0),
    Row("keeps", group, goes_on, [DONE]),
    Row("keeps", alone, dies, [DROPPED]),
    Row("keeps", terminal, hangs, [DROPPED], grace=0.0, last=0.0),
    Row("tells", twice, goes_on, [DONE]),
    Row("keeps", in_silence, goes_on, None, left=None),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_worker_ends(distributed: Way, tmp_path: Path, row: Row) -> None:
    with holding(distributed, tmp_path, row) as held:
        held.give(tmp_path / "photos")
        held.worker.wait_for(IS_HELD)
        below = offspring(held.worker.process.pid)
        row.tell(held)
        held.worker.wait_for(JOINS)
        row.then(held)
        assert held.worker.process.wait(PATIENCE) == 0
        eventually(lambda: [each for each in below if alive(each)], [])
    if row.outcomes is not None:
        assert held.outcomes() == {held.keys[0].name: row.outcomes, held.keys[1].name: []}
        assert (held.way.queued(INTERACTIVE), held.unacknowledged()) == (row.left, 0)
