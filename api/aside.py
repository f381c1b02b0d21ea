"""Aside: a thread for what no answer should wait for. Where it can't keep up, what comes is left undone."""

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress

log = logging.getLogger("darkroom.api")


class Aside:
    """Does one thing after the other on a thread of its own; at most `most` of them wait for it."""

    def __init__(self, name: str, most: int = 64) -> None:
        self._work: queue.Queue[Callable[[], object]] = queue.Queue(most)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def later(self, work: Callable[[], object]) -> bool:
        """Has `work` done soon, and does not wait for it; False where too much waits already, and it is not done.

        What it raises is logged.
        """
        try:
            self._work.put_nowait(work)
        except queue.Full:
            return False
        return True

    def close(self) -> None:
        """Ends it: what is being done is done, the rest is not."""
        self._closed.set()
        with suppress(queue.Full):  # then it does not sleep
            self._work.put_nowait(lambda: None)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            work = self._work.get()
            if self._closed.is_set():
                return
            try:
                work()
            except Exception:
                log.exception("%s failed", self._thread.name)
