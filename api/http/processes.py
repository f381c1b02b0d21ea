"""Several front ends on one socket: a parent forks them, starts those anew that die, and stops all when told to.

The parent only waits. It has no threads and no connections, so that nothing is lost in a fork.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import signals

STEADY = 10.0  # seconds after which a process has started well: how it ends then is an accident
PAUSE = 1.0  # seconds between two starts of a process that dies at once
PATIENCE = 10.0  # seconds in which a process has to end when it is told to

log = logging.getLogger("darkroom.api")


@dataclass(frozen=True)
class _Child:
    pid: int
    began: float


class Processes:
    """`number` processes that run `serve`, which gives their exit code.

    Until it waits for SIGTERM by itself, that ends a process at once: while it starts there is nothing to finish.
    """

    def __init__(self, number: int, serve: Callable[[], int]) -> None:
        self._number = number
        self._serve = serve
        self._children: dict[int, _Child] = {}  # by what can be read from once they have ended
        self._alive = os.pipe()  # the parent holds one end: when it is gone, however it went, the other end tells

    def run(self, stop: int) -> int:
        """Keeps them running until there is something to read from `stop`, or one of them can't start; gives the exit
        code.
        """
        try:
            for _ in range(self._number):
                if signals.wait(stop, seconds=0):
                    return 0
                self._start()
            while stop not in (ready := signals.wait(stop, *self._children)):
                for ended in ready:
                    child, code = self._reaped(ended)
                    lived = time.monotonic() - child.began
                    if code > 0 and lived < STEADY:
                        return code  # it has said why
                    log.error("front end %d has ended with %d and is started anew", child.pid, code)
                    if lived < PAUSE and signals.wait(stop, seconds=PAUSE):
                        return 0
                    self._start()
            return 0
        finally:
            self._stop()

    def _start(self) -> None:
        pid = signals.fork(*signals.STOPS)
        if not pid:
            self._live()
        self._children[os.pidfd_open(pid)] = _Child(pid, time.monotonic())

    def _live(self) -> None:
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

    def _reaped(self, ended: int) -> tuple[_Child, int]:
        """Whose that end was, and its exit code, or a signal as a negative number."""
        child = self._children.pop(ended)
        os.close(ended)
        return child, os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])

    def _stop(self) -> None:
        for each in self._children:
            signal.pidfd_send_signal(each, signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while self._children:
            ready = signals.wait(*self._children, seconds=max(0.0, end - time.monotonic()))
            for each in ready or [*self._children]:
                if not ready:
                    log.error("front end %d does not end, and is killed", self._children[each].pid)
                    signal.pidfd_send_signal(each, signal.SIGKILL)
                self._reaped(each)
