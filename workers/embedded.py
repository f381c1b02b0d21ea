"""The embedded way: a Celery worker on threads inside the front end. Pillow lets go of the GIL while it works."""

import logging
import threading

from celery import Celery
from celery.worker import WorkController

from workers.celery import QUEUES

log = logging.getLogger("darkroom.worker")


class EmbeddedWorker:
    """A worker of `concurrency` threads, beside whatever else this process does."""

    def __init__(self, app: Celery, concurrency: int) -> None:
        app.finalize()
        # Without it the pool's threads look for their tasks in another app, find none, and nobody is told.
        app.set_default()
        self._started = threading.Event()
        self._worker = WorkController(
            app=app,
            pool="threads",
            concurrency=concurrency,
            queues=list(QUEUES),
            hostname="embedded@localhost",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            ready_callback=lambda _: self._started.set(),
        )
        self._thread = threading.Thread(target=self._run, name="embedded-worker", daemon=True)

    def start(self, timeout: float = 10.0) -> None:
        """Starts it, and waits until it takes tasks."""
        self._thread.start()
        if not self._started.wait(timeout):
            log.warning("the embedded worker takes long to start")

    def stop(self) -> None:
        """Lets it finish what it does, and ends it."""
        self._worker.stop()

    def _run(self) -> None:
        try:
            self._worker.start()
        except Exception:
            log.exception("the embedded worker has ended")
