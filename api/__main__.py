"""`python -m api`: a front end on waitress, with a worker inside where no Redis is set.

Exit codes: 0 stopped; 1 with a sentence of what is in the way; 2 wrong settings.
"""

import logging
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from types import FrameType

from waitress.server import create_server

import config
from catalog.errors import CatalogError

log = logging.getLogger("darkroom.api")


class InTheWay(Exception):
    """What keeps the front end from starting, as a sentence."""


def main() -> int:
    """Serves until it is told to stop; gives the exit code."""
    settings = config.load_or_exit()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("waitress.queue", "alembic", "celery", "kombu"):
        # waitress warns for each request that has to queue, which at load costs a third of the throughput.
        logging.getLogger(noisy).setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _stop)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        config.share_metrics(settings)
        with ExitStack() as closing:
            _serve(settings, closing)
    except (CatalogError, InTheWay) as error:
        print(f"darkroom: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"darkroom: {error.filename or settings.data_dir}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _serve(settings: config.Settings, closing: ExitStack) -> None:
    """Opens the port first, so that a port in use is said before anything is begun."""
    listening = closing.enter_context(_listening(settings))
    from api.app import create_app  # counts, so not before `share_metrics`

    server = create_server(
        create_app(settings, closing),
        sockets=[listening],
        threads=settings.server_threads,
        connection_limit=settings.server_threads * 8,
        asyncore_use_poll=True,
        max_request_body_size=1_000_000,
        clear_untrusted_proxy_headers=True,
        ident="Darkroom",
    )
    closing.callback(server.close)
    _watch_beside(settings, closing)
    host, port = listening.getsockname()[:2]
    log.info("serving on http://%s:%s", f"[{host}]" if ":" in host else host, port)
    server.run()


def _listening(settings: config.Settings) -> socket.socket:
    """A socket that listens where the settings say.

    Raises:
        InTheWay: it can't.
    """
    host, port = settings.server_host, settings.server_port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InTheWay(f"{host}:{port} can't be listened on ({reason}): choose another PORT or server.host") from None


def _watch_beside(settings: config.Settings, closing: ExitStack) -> None:
    """Scans and watches in a process of its own: cached photos must not share the GIL with it.

    It ends with the pipe to it, so also when this process is killed.
    """
    if not settings.roots:
        log.warning("there is no photo root: set robot.root.0.path to a folder of photos")
        return
    watch = subprocess.Popen([sys.executable, "-m", "catalog", "watch", "--beside"], stdin=subprocess.PIPE)
    closing.callback(watch.wait)
    closing.callback(watch.terminate)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
