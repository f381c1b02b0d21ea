"""`python -m workers run` is a worker of the distributed way, `… beat` what wakes it by the clock; `… render` renders
one file, without any server; `… prerender` renders in advance what is missing."""

import argparse
import functools
import logging
import os
import signal
import socket
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import config
from workers.commands import render as offline

# What counts is imported below, once `config.share_metrics` has said where the counts go.
if TYPE_CHECKING:
    from celery.apps.worker import Worker

    from workers.tasks import Renderer

AUTOGROUP = Path("/proc/self/autogroup")
AUTOGROUP_TRIES, AUTOGROUP_PAUSE = 20, 0.1
PAUSE = 0.5  # seconds before a worker starts anew that has failed

log = logging.getLogger("darkroom.worker")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code: 0, or 1 with a sentence, 2 for wrong settings."""
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    running = commands.add_parser("run", help="render what the queues hold")
    running.add_argument("--queues", default="interactive,prefetch", help="which, with commas (%(default)s)")
    running.add_argument("--concurrency", type=int, help="renders at once (default: workers.concurrency)")
    running.add_argument("--nice", type=int, default=0, help="OS priority, 0 to 19, the lowest (%(default)s)")
    commands.add_parser("beat", help="queue what has to be done by the clock")
    offline.add_arguments(commands.add_parser("render", help="render one file, and say how long each step took"))
    _add_prerender(commands.add_parser("prerender", help="render in advance what is missing"))
    chosen = parser.parse_args(arguments)
    settings = config.load_or_exit()
    if chosen.command == "render":
        return offline.run(settings, chosen)
    if chosen.command == "prerender":
        return _prerender(settings, chosen)
    if not settings.distributed:
        print("workers: redis.url is not set: without it `python -m api` has its workers inside", file=sys.stderr)
        return 1
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("celery", "kombu"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    config.share_metrics(settings)
    return _beat(settings) if chosen.command == "beat" else _run(settings, chosen)


def _add_prerender(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--query", default="*", help="the photos, as runQuery finds them (every one)")
    parser.add_argument("--sizes", help="names or sizes, with commas: phone,256x256,x160 (prerender.sizes)")
    parser.add_argument("--resume", type=int, metavar="JOB", help="go on with a job that was paused")
    parser.add_argument("--concurrency", type=int, help="photos at once, where no server runs (workers.concurrency)")


def _prerender(settings: config.Settings, chosen: argparse.Namespace) -> int:
    config.share_metrics(settings)
    from workers.commands import prerender as command

    return command.run(settings, chosen)


def _run(settings: config.Settings, chosen: argparse.Namespace) -> int:
    from celery import signals
    from celery.platforms import SecurityWarning

    from workers.queue.app import INTERACTIVE, QUEUES, create_celery
    from workers.tasks import register

    unknown = set(chosen.queues.split(",")) - set(QUEUES)
    if unknown:
        print(
            f"workers: no queue is named {', '.join(sorted(unknown))}; there are {', '.join(QUEUES)}", file=sys.stderr
        )
        return 1
    step_down(chosen.nice)
    app = create_celery(settings)
    # Made by each child when its first task comes: connections and file handles must not cross a fork.
    queues = chosen.queues.split(",")
    register(app, functools.cache(functools.partial(_renderer, settings, patient=INTERACTIVE not in queues)))
    signals.worker_process_init.connect(functools.partial(_confine, settings.workers_memory_bytes), weak=False)
    signals.setup_logging.connect(_keep_logging)
    signals.worker_process_init.connect(_leave_sigterm_to_the_parent)
    telling = functools.partial(_tell_of_a_death, settings)
    signals.task_failure.connect(telling)
    # What Celery says of root is said once, by us.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    if os.geteuid() == 0:
        log.warning("this worker runs as root: a user who may only read the photos and write data.dir is safer")
    worker = app.Worker(
        hostname=f"{chosen.queues.replace(',', '-')}-{os.getpid()}@{socket.gethostname()}",
        pool="prefork",
        concurrency=chosen.concurrency or settings.concurrency,
        queues=queues,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
    )
    return 0 if _worked_until_told(worker, chosen.queues) else _start_anew()


def step_down(nice: int) -> None:
    """Gives this process and its children a lower OS priority, 0 to 19.

    Linux, as Debian configures it, shares the processor between sessions first and looks at priorities only within
    each (autogroup, sched(7)). A process manager gives each process a session of its own, so the session needs the
    priority too; one that others are in as well (a shell's) is left as it is.
    """
    os.setpriority(os.PRIO_PROCESS, 0, max(nice, os.getpriority(os.PRIO_PROCESS, 0)))  # to rise again is not allowed
    if AUTOGROUP.exists() and os.getsid(0) == os.getpid():
        _step_down_session(nice)


def _step_down_session(nice: int) -> None:
    for left in reversed(range(AUTOGROUP_TRIES)):
        try:
            AUTOGROUP.write_text(str(nice))
            return
        except BlockingIOError as error:  # who is not root may do so ten times a second, all sessions together
            if not left:
                log.warning("the priority of this session stays as it is: %s", error)
            time.sleep(AUTOGROUP_PAUSE)
        except OSError as error:
            log.warning("the priority of this session stays as it is: %s", error)
            return


def _worked_until_told(worker: "Worker", queues: str) -> bool:
    """Works; gives whether the worker was told to end, or has failed."""
    from celery import signals

    told: list[str] = []

    def ready(**_: object) -> None:
        log.info("takes renders from the queues %s, %d at once", queues, worker.concurrency)

    def stopping(sig: str, **_: object) -> None:
        told.append(sig)

    signals.worker_ready.connect(ready)
    signals.worker_shutting_down.connect(stopping)
    try:
        worker.start()
    except Exception:
        log.exception("the worker has failed")
    return bool(told)


def _start_anew() -> int:
    """Becomes a new worker. Where Redis goes away while a task is acknowledged, Celery gives up for good."""
    log.error("the worker has ended without being told to, and starts anew")
    time.sleep(PAUSE)
    arguments = [sys.executable, "-m", "workers", *sys.argv[1:]]
    os.execv(sys.executable, arguments)


def _keep_logging(**_: object) -> None:
    """Where something listens to this signal, Celery leaves logging as it is."""


def _confine(bytes: int, **_: object) -> None:
    """In each child, so that a photo that takes too much memory ends in an error, and its worker stays alive."""
    from workers.pipeline.limits import confine_memory

    confine_memory(bytes)


def _leave_sigterm_to_the_parent(**_: object) -> None:
    """Who stops a worker tells its whole process group: the children finish what they render, as the parent asks."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _tell_of_a_death(settings: config.Settings, exception: BaseException, args: Sequence[object], **_: object) -> None:
    """Celery calls it in the parent of the child that died: those who wait need not wait for the lease to run out."""
    from celery.exceptions import WorkerLostError

    from workers.flights.redis import RedisFlights

    if isinstance(exception, WorkerLostError) and args:
        log.error("a render has brought its process down: %s", args[0])
        flights = RedisFlights(settings.redis_url)
        flights.lost(str(args[0]))
        flights.close()


def _renderer(settings: config.Settings, *, patient: bool) -> "Renderer":
    from cache.render_cache import build
    from workers.flights.orders import RedisOrders
    from workers.flights.redis import RedisFlights
    from workers.pipeline.limits import Limits
    from workers.tasks import Renderer

    return Renderer(
        settings.root_paths,
        build(settings, memory=False),
        RedisFlights(settings.redis_url),
        Limits.of(settings),
        links=settings.robot_follow_links,
        orders=RedisOrders(settings.redis_url),
        patient=patient,
    )


def _beat(settings: config.Settings) -> int:
    from workers.queue.app import create_celery

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = create_celery(settings)
    app.Beat(schedule=str(settings.data_dir / "beat-schedule"), loglevel="WARNING", quiet=True).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
