"""A thread that does what nobody should wait for."""

import logging
import os
import threading
import weakref
from collections.abc import Callable
from typing import Protocol

EVERY = 2.0  # seconds between two looks
PAUSE = 0.03  # seconds after a few milliseconds of work, where there is more: requests come first

log = logging.getLogger(__name__)


class Tended(Protocol):
    """What needs upkeep."""

    def tend(self) -> bool:
        """Does a few milliseconds of it; gives whether more is waiting."""


class Upkeep:
    """Calls `tended.tend()` every two seconds, on a thread that ends with the process, or with `tended`.

    A fork leaves threads behind, so the child starts one of its own.
    """

    def __init__(self, tended: Tended) -> None:
        self._tended = weakref.ref(tended)
        self._stopped = threading.Event()
        self._start()
        os.register_at_fork(after_in_child=_calling(weakref.WeakMethod(self._start_in_child)))

    def stop(self) -> None:
        """Ends the thread, and waits for what it is at."""
        self._stopped.set()
        self._thread.join()

    def _start(self) -> None:
        self._thread = threading.Thread(target=_run, args=(self._tended, self._stopped), name="upkeep", daemon=True)
        self._thread.start()

    def _start_in_child(self) -> None:
        if not self._stopped.is_set():
            self._stopped = threading.Event()  # the parent's may be locked for ever
            self._start()


def _calling(method: "weakref.WeakMethod[Callable[[], None]]") -> Callable[[], None]:
    """Calls the method for as long as there is somebody to call it on."""

    def call() -> None:
        found = method()
        if found is not None:
            found()

    return call


def _run(reference: "weakref.ref[Tended]", stopped: threading.Event) -> None:
    wait = EVERY
    while not stopped.wait(wait):
        tended = reference()
        if tended is None:
            return
        try:
            wait = PAUSE if tended.tend() else EVERY
        except Exception:
            log.exception("the upkeep of the cache failed, and is tried again")
            wait = EVERY
        del tended
