"""The embedded way: Celery workers on threads inside the front end. Pillow lets go of the GIL while it works."""

import logging
import threading

from celery import Celery
from celery.worker import WorkController

from workers.queue.app import BACKGROUND, INTERACTIVE, PREFETCH

log = logging.getLogger("darkroom.worker")


class EmbeddedWorker:
    """A worker for each queue, beside whatever else this process does: `concurrency` threads for people who wait, and
    as many more as renders may be `waiting` for memory; one each for what is made in advance, so that this never stands
    in their way.

    Or, where nobody waits, all of them for the queue that `alone` names.
    """

    def __init__(self, app: Celery, concurrency: int, *, waiting: int = 0, alone: str | None = None) -> None:
        app.finalize()
        # Without it the pool's threads look for their tasks in another app, find none, and nobody is told.
        app.set_default()
        self._app = app
        self._threads = (
            {alone: concurrency}
            if alone
            else {
                INTERACTIVE: concurrency + waiting,
                PREFETCH: 1,
                BACKGROUND: 1,
            }
        )
        self._workers: list[WorkController] = []

    def start(self, timeout: float = 10.0) -> None:
        """Starts it, and waits until it takes tasks."""
        for queue, threads in self._threads.items():
            # One after the other: which queues a worker takes, Celery keeps in the app until it has started.
            if not self._started(queue, threads).wait(timeout):
                log.warning("the embedded worker of the queue %s takes long to start", queue)

    def stop(self) -> None:
        """Lets it finish what it does, and ends it."""
        for worker in self._workers:
            worker.stop()

    def _started(self, queue: str, threads: int) -> threading.Event:
        ready = threading.Event()
        worker = WorkController(
            app=self._app,
            pool="threads",
            concurrency=threads,
            queues=[queue],
            hostname=f"{queue}@localhost",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            ready_callback=lambda _: ready.set(),
        )
        self._workers.append(worker)
        threading.Thread(target=self._run, args=(worker,), name=f"embedded-{queue}", daemon=True).start()
        return ready

    @staticmethod
    def _run(worker: WorkController) -> None:
        try:
            worker.start()
        except Exception:
            log.exception("the embedded worker has ended")
