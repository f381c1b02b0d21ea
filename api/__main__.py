"""`python -m api`: a front end on waitress, with a worker inside where no Redis is set.

Exit codes: 0 stopped; 1 with a sentence of what is in the way; 2 wrong settings.
"""

import logging
import signal
import subprocess
import sys
from contextlib import ExitStack
from types import FrameType

from waitress.server import create_server

import config
from catalog.errors import CatalogError

log = logging.getLogger("darkroom.api")


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
    except CatalogError as error:
        return _in_the_way(str(error))
    except OSError as error:
        return _in_the_way(f"{error.strerror or error}: {error.filename or settings.data_dir}")
    except KeyboardInterrupt:
        pass
    return 0


def _serve(settings: config.Settings, closing: ExitStack) -> None:
    """Opens the port first, so that a port in use is said before anything is begun."""
    from api.app import create_app  # counts, so not before `share_metrics`

    app = create_app(settings, closing)
    try:
        server = create_server(
            app,
            host=settings.server_host,
            port=settings.server_port,
            threads=settings.server_threads,
            connection_limit=settings.server_threads * 8,
            asyncore_use_poll=True,
            max_request_body_size=1_000_000,
            clear_untrusted_proxy_headers=True,
            ident="Darkroom",
        )
    except OSError as error:
        place = f"{settings.server_host}:{settings.server_port}"
        raise OSError(error.errno, f"{place} can't be listened on ({error.strerror}); choose another PORT") from None
    closing.callback(server.close)
    _scan_beside(settings, closing)
    port = getattr(server, "effective_port", None) or settings.server_port
    log.info("serving on http://%s:%s", settings.server_host, port)
    server.run()


def _scan_beside(settings: config.Settings, closing: ExitStack) -> None:
    """Starts a scan as a process of its own: cached photos must not share the GIL with it."""
    if not settings.roots:
        log.warning("there is no photo root: set robot.root.0.path to a folder of photos")
        return
    scan = subprocess.Popen([sys.executable, "-m", "catalog", "scan"])
    closing.callback(scan.wait)
    closing.callback(scan.terminate)


def _in_the_way(sentence: str) -> int:
    print(f"darkroom: {sentence}", file=sys.stderr)
    return 1


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
