"""Several front ends on one socket: a parent forks them, starts those anew that die, and stops all when told to.

The parent only waits. It has no threads and no connections, so that nothing is lost in a fork.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable

STEADY = 10.0  # seconds after which a process has started well: how it ends then is an accident
PAUSE = 1.0  # seconds between two starts of a process that dies at once
PATIENCE = 10.0  # seconds in which a process has to end when it is told to
LOOK_UP = 0.02

log = logging.getLogger("darkroom.api")


class Processes:
    """`number` processes that run `serve`, which gives their exit code."""

    def __init__(self, number: int, serve: Callable[[], int]) -> None:
        self._number = number
        self._serve = serve
        self._started: dict[int, float] = {}
        self._alive = os.pipe()  # the parent holds one end: when it is gone, however it went, the other end tells

    def run(self) -> int:
        """Keeps them running until the parent is told to stop, or one of them can't start; gives the exit code."""
        try:
            for _ in range(self._number):
                self._start()
            while True:
                pid, status = os.wait()
                began = self._started.pop(pid, None)
                if began is None:
                    continue  # another child of this process: the scan
                lived, code = time.monotonic() - began, os.waitstatus_to_exitcode(status)
                if code > 0 and lived < STEADY:
                    return code  # it has said why
                log.error("front end %d has ended with %d and is started anew", pid, code)
                if lived < PAUSE:
                    time.sleep(PAUSE)
                self._start()
        finally:
            self._stop()

    def _start(self) -> None:
        pid = os.fork()
        if pid:
            self._started[pid] = time.monotonic()
            return
        code = 1
        try:
            os.close(self._alive[1])
            threading.Thread(target=self._end_with_the_parent, name="parent", daemon=True).start()
            code = self._serve()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            log.exception("a front end has failed")
        finally:
            logging.shutdown()
            os._exit(code)  # what the parent has to do at its end is not the child's to do

    def _end_with_the_parent(self) -> None:
        os.read(self._alive[0], 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _stop(self) -> None:
        for pid in list(self._started):
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                del self._started[pid]  # it had just ended when we were told to
        end = time.monotonic() + PATIENCE
        while self._started:
            for pid in list(self._started):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    del self._started[pid]
                elif time.monotonic() > end:
                    log.error("front end %d does not end, and is killed", pid)
                    os.kill(pid, signal.SIGKILL)
            time.sleep(LOOK_UP)
