"""Keeps a process running beside the one that started it: begun anew when it dies, gone when that one is gone."""

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

PAUSE = 1.0
"""Seconds between a death and the next life."""

FAILED = 70
"""Exit code of a life that an error ended which nobody foresaw (EX_SOFTWARE of sysexits.h)."""

log = logging.getLogger("darkroom.watch")


def supervise(run: Callable[[], int], told: int = 0) -> int:
    """What `run` gives, in a child process, or 0 as soon as the file descriptor `told` comes to its end.

    Where a signal or an unforeseen error ends the child, there is another. To be called before there are threads.
    """
    signal.signal(signal.SIGTERM, _leave)
    while True:
        child, tie = _begun(run)
        try:
            end = _end(child, told)
        finally:
            os.close(tie)  # also where this process is told to leave: the child goes with it
        if end is None or 0 <= end != FAILED:
            return end or 0
        log.error("the process that watches the photo roots has died (%d) and is started anew", end)
        time.sleep(PAUSE)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _begun(run: Callable[[], int]) -> tuple[int, int]:
    """The child's number, and the end of a pipe that it lives as long as."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(read)
        return child, write
    os.close(write)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(read,), name="parent", daemon=True).start()
    try:
        code = run()
    except Exception:
        log.exception("watching the photo roots has failed")
        code = FAILED
    except KeyboardInterrupt:
        code = 130  # the terminal told the parent as well, which says so
    finally:
        logging.shutdown()
    os._exit(code)  # what the parent has to do at its end is not the child's to do


def _end(child: int, told: int) -> int | None:
    """How the child ended: its exit code, or a signal as a negative number; None where `told` ended first."""
    process = os.pidfd_open(child)
    try:
        waiting = select.poll()
        waiting.register(process, select.POLLIN)
        waiting.register(told, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in waiting.poll()}
            if process in ready:
                return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if told in ready and not os.read(told, 4096):
                return None
    finally:
        os.close(process)


def _end_with(pipe: int) -> None:
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGTERM)
