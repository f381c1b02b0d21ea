"""`python -m workers run`: a worker of the distributed way, a process with a child for each render at once."""

import argparse
import functools
import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from celery import signals
from celery.apps.worker import Worker
from celery.exceptions import WorkerLostError
from celery.platforms import SecurityWarning
from kombu.exceptions import OperationalError
from redis import Redis, RedisError

import redis_errors
from cache.render_cache import build
from config import Settings, SettingsError
from workers.confined.outside import Pipeline
from workers.confined.start import OFF, confined
from workers.devices import Devices
from workers.flights.orders import RedisOrders
from workers.flights.redis import RedisFlights
from workers.memory_budget import budget_of
from workers.pipeline.limits import Limits, confine_memory
from workers.queue.app import INTERACTIVE, REDIS_TIMEOUT, create_celery
from workers.queue.pool import Pool
from workers.tasks import Renderer, register

AUTOGROUP = Path("/proc/self/autogroup")
AUTOGROUP_TRIES, AUTOGROUP_PAUSE = 20, 0.1
GRACE = 4.0  # seconds for what is under way when it is told to end
LAST = 10.0  # more seconds for all that is no decoder, such as a disk that does not answer
PAUSE = 0.5  # seconds before a worker starts anew that has failed
LOOK_AGAIN = 1.0  # seconds between two looks whether Redis still refuses
LOST = "the worker has lost its queues: %s"
TELLING_OF_REDIS = {
    "celery.worker": LOST,
    "celery.worker.consumer.consumer": LOST,
    "celery.worker.request": "a task could not be acknowledged: %s",
}

log = logging.getLogger("darkroom.worker")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Works until it is told to end; gives the exit code."""
    try:
        devices = Devices.of(settings)
    except SettingsError as error:
        for problem in error.problems:
            print(f"settings: {problem}", file=sys.stderr)
        return 2
    step_down(chosen.nice)
    try:
        with ExitStack() as closing:
            pipeline = confined(settings, closing, at_once=True)
            if _works(settings, devices, chosen, pipeline, closing.close):
                return 0
    except SettingsError as error:
        print(f"settings: {error}", file=sys.stderr)
        return 2
    _wait_while_refused(settings.redis_url)
    return _start_anew(chosen)


def _works(
    settings: Settings, devices: Devices, chosen: argparse.Namespace, pipeline: Pipeline, end: Callable[[], None]
) -> bool:
    """Works; gives whether the worker was told to end, or has failed. `end` ends the renders that are under way."""
    app = create_celery(settings)
    # Made by each child when its first task comes: connections and file handles must not cross a fork.
    queues = chosen.queues.split(",")
    renderer = functools.partial(_renderer, settings, devices, pipeline, patient=INTERACTIVE not in queues)
    register(app, functools.cache(renderer))
    signals.worker_process_init.connect(functools.partial(_confine, settings.workers_memory_bytes), weak=False)
    signals.setup_logging.connect(_keep_logging)
    signals.worker_process_init.connect(_leave_sigterm_to_the_parent)
    signals.worker_process_shutdown.connect(_end_at_once)
    telling = functools.partial(_tell_of_a_death, settings)
    signals.task_failure.connect(telling)
    # What Celery says of root is said once, by us.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    if os.geteuid() == 0:
        log.warning("this worker runs as root: a user who may only read the photos and write data.dir is safer")
    worker = app.Worker(
        hostname=f"{chosen.queues.replace(',', '-')}-{os.getpid()}@{socket.gethostname()}",
        pool=Pool,
        concurrency=chosen.concurrency or settings.concurrency,
        queues=queues,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,  # nobody hears it, and where Redis is silent it would hold up the end
    )
    for name in TELLING_OF_REDIS:
        logging.getLogger(name).addFilter(_in_a_sentence)
    confines = settings.workers_confine != OFF
    return _worked_until_told(worker, chosen.queues, end, GRACE + LAST if confines else settings.hung_after)


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


def _worked_until_told(worker: Worker, queues: str, end: Callable[[], None], most: float) -> bool:
    """As `_works`; a child that is still there after `most` seconds is killed."""
    told: list[str] = []

    def ready(**_: object) -> None:
        log.info("takes renders from the queues %s, %d at once", queues, worker.concurrency)

    def stopping(sig: str, **_: object) -> None:
        told.append(sig)
        for seconds, what in ((GRACE, end), (most, worker.pool.kill)):
            late = threading.Timer(seconds, what)
            late.daemon = True
            late.start()

    signals.worker_ready.connect(ready)
    signals.worker_shutting_down.connect(stopping)
    try:
        worker.start()
    except (RedisError, OperationalError) as error:
        log.error("the worker has failed: %s", redis_errors.sentence(error))
    except Exception:
        log.exception("the worker has failed")
    return bool(told)


def _in_a_sentence(record: logging.LogRecord) -> bool:
    """Has Celery say what is wrong with Redis in a sentence, where it would show a traceback of kombu's inside."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, RedisError | OperationalError):
        record.msg, record.args = TELLING_OF_REDIS[record.name], (redis_errors.sentence(error),)
        record.exc_info = record.exc_text = None
    return True


def _wait_while_refused(url: str) -> None:
    """Waits while Redis answers, but takes nothing: to start anew would only end again. One that is away Celery looks
    for by itself.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # Celery's, which are set still, tell a worker that has ended
    while True:
        try:
            with Redis.from_url(url, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT) as redis:
                redis.execute_command(*redis_errors.PROBE)
        except (RedisError, OSError) as error:
            if redis_errors.answers(error):
                time.sleep(LOOK_AGAIN)
                continue
        return


def _start_anew(chosen: argparse.Namespace) -> int:
    """Becomes a new worker. Where Redis goes away while a task is acknowledged, Celery gives up for good."""
    log.error("the worker has ended without being told to, and starts anew")
    time.sleep(PAUSE)
    more = [] if chosen.concurrency is None else ["--concurrency", str(chosen.concurrency)]
    arguments = ["-m", "workers", "run", "--queues", chosen.queues, "--nice", str(chosen.nice), *more]
    os.execv(sys.executable, [sys.executable, *arguments])


def _keep_logging(**_: object) -> None:
    """Where something listens to this signal, Celery leaves logging as it is."""


def _confine(bytes: int, **_: object) -> None:
    """In each child, so that a photo that takes too much memory ends in an error, and its worker stays alive."""
    confine_memory(bytes)


def _leave_sigterm_to_the_parent(**_: object) -> None:
    """Who stops a worker tells its whole process group: the children finish what they render, as the parent asks."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _end_at_once(exitcode: int, **_: object) -> None:
    """In each child, as it ends: all that it has said was heard, and billiard would sleep for a second."""
    os._exit(exitcode)


def _tell_of_a_death(settings: Settings, exception: BaseException, args: Sequence[object], **_: object) -> None:
    """Celery calls it in the parent of the child that died: those who wait need not wait for the lease to run out."""
    if isinstance(exception, WorkerLostError) and args:
        log.error("a render has brought its process down: %s", args[0])
        flights = RedisFlights(settings.redis_url)
        flights.lost(str(args[0]))
        flights.close()


def _renderer(settings: Settings, devices: Devices, pipeline: Pipeline, *, patient: bool) -> Renderer:
    return Renderer(
        settings.root_paths,
        build(settings, memory=False, is_common=devices.made),
        RedisFlights(settings.redis_url),
        Limits.of(settings),
        links=settings.robot_follow_links,
        orders=RedisOrders(settings.redis_url),
        budget=budget_of(settings, embedded=False),
        patient=patient,
        pipeline=pipeline,
    )
