"""`python -m api`: front ends on waitress, with a worker inside where no Redis is set.

Exit codes: 0 stopped; 1 with a sentence of what is in the way; 2 wrong settings.
"""

import argparse
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext

import config
import loading
import signals
from api.greeting import greet, url
from api.http.connections import arenas
from api.http.processes import Processes
from catalog.errors import CatalogError
from config.addresses import bound, written
from config.arguments import Parser, whole

BACKLOG = 1024  # who waits before the door
SWITCH = 0.0005  # seconds after which a thread that computes lets the loop have the interpreter: a hit needs it thrice
LAST = 10.0  # seconds for all that is to be closed, the worker inside first of all, once nobody is answered any more

log = logging.getLogger("darkroom.api")


class InTheWay(Exception):
    """What keeps the front end from starting, as a sentence."""


def main(stop: int, arguments: Sequence[str] | None = None) -> int:
    """Serves until there is something to read from `stop`; gives the exit code."""
    parser = Parser(prog="python -m api", description=__doc__)
    parser.add_argument("--processes", type=whole(1, 256), default=1, help="front ends on the one port (%(default)s)")
    parser.add_argument("--greet", action="store_true", help="say how to reach it, and how to add a user")
    chosen = parser.parse_args(arguments)
    settings = config.load_or_exit()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("waitress.queue", "alembic", "celery", "kombu"):
        # waitress warns for each request that has to queue, which at load costs a third of the throughput.
        logging.getLogger(noisy).setLevel(logging.ERROR)
    logging.getLogger("waitress").setLevel(logging.WARNING)  # else it has a line for each client that hangs up
    code = _said(settings, lambda: _start(settings, chosen, stop))
    if code == 0:
        print("darkroom: stopped", file=sys.stderr)
    return code


def _said(settings: config.Settings, run: Callable[[], int]) -> int:
    """What `run` gives; where something is in the way, says what, and gives 1."""
    try:
        return run()
    except (CatalogError, InTheWay) as error:
        print(f"darkroom: {error}", file=sys.stderr)
        return 1
    except config.SettingsError as error:
        print(f"settings: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"darkroom: {error.filename or settings.data_dir}: {error.strerror or error}", file=sys.stderr)
        return 1


def _start(settings: config.Settings, chosen: argparse.Namespace, stop: int) -> int:
    """Opens the port first, so that a port in use is said before anything is begun."""
    processes = chosen.processes
    if processes > 1 and not settings.distributed:
        raise InTheWay("--processes above 1 needs redis.url: without it each front end has its worker inside")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    config.share_metrics(settings)
    with ExitStack() as closing:
        listening = [closing.enter_context(each) for each in listening_sockets(settings)]
        if signals.wait(stop, seconds=0):
            return 0  # before all that takes time
        say = greet if chosen.greet else _say_where
        if processes == 1:
            return _serve(settings, listening, nullcontext(stop), say, scan=True)
        if chosen.greet:
            greet(settings, listening)
        _watch_beside(settings, closing)

        def serve() -> int:
            told = signals.readable(*signals.STOPS, afterwards=signal.SIG_IGN)
            return _said(settings, lambda: _serve(settings, listening, told, _say_where, scan=False))

        return Processes(processes, serve).run(stop)


def _say_where(settings: config.Settings, listening: Sequence[socket.socket]) -> None:
    urls = [f"{url(*each.getsockname()[:2])}{settings.server_prefix}" for each in listening]
    log.info("serving on %s", " and ".join(urls))


def _serve(
    settings: config.Settings,
    listening: Sequence[socket.socket],
    told: AbstractContextManager[int],
    say: Callable[[config.Settings, Sequence[socket.socket]], None],
    *,
    scan: bool,
) -> int:
    """Serves from these sockets until there is something to read from what `told` gives; gives the exit code. `say`
    tells where.
    """
    arenas.bounded()  # before there are threads
    sys.setswitchinterval(SWITCH)
    with loading.uncollected():
        # What counts is imported not before `share_metrics`, and what has threads not before a fork.
        from api.app import create_app
        from api.http.server import FrontEnd

    with ExitStack() as closing:
        late = threading.Timer(LAST, _leave)
        late.daemon = True
        closing.callback(late.cancel)  # at the very end
        app = create_app(settings, closing)
        front_end = FrontEnd(app, listening, settings, app.give_up, generation=app.generation)
        say(settings, listening)
        if scan:
            _watch_beside(settings, closing)
        with told as stop:
            front_end.run(stop)
        late.start()
    return 0


def _leave() -> None:
    """Ends this process, whatever it waits for."""
    log.error("what is still under way does not end, as where a disk does not answer, and is left")
    os._exit(0)


def listening_sockets(settings: config.Settings) -> list[socket.socket]:
    """Sockets that listen where the settings say: one for each address that server.host stands for.

    Raises:
        InTheWay: they can't.
    """
    host, port = settings.server_host, settings.server_port
    try:
        with ExitStack() as closing:
            sockets = [closing.enter_context(each) for each in bound(host, port)]
            for each in sockets:
                each.listen(BACKLOG)
            closing.pop_all()
            return sockets
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        where = written(host, port)
        raise InTheWay(f"{where} can't be listened on ({reason}): choose another PORT or server.host") from None


def _watch_beside(settings: config.Settings, closing: ExitStack) -> None:
    """Scans and watches in a process of its own: cached photos must not share the GIL with it.

    It ends with the pipe to it, so also when this process is killed; what the terminal tells (Ctrl-C) is for this one.
    """
    if not settings.roots:
        log.warning("there is no photo root: set robot.root.0.path to a folder of photos")
        return
    command = [sys.executable, "-m", "catalog", "watch", "--beside"]
    watch = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)
    closing.callback(watch.wait)
    closing.callback(watch.terminate)
