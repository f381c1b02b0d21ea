"""Keeps a process running beside the one that started it: begun anew when it dies, gone when that one is gone."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable

import signals

PAUSE = 1.0
"""Seconds between a death and the next life."""

FAILED = 70
"""Exit code of a life that an error ended which nobody foresaw (EX_SOFTWARE of sysexits.h)."""

log = logging.getLogger("darkroom.watch")


def supervise(run: Callable[[], int], told: int = 0) -> int:
    """What `run` gives, in a child process, or 0 as soon as this one is told to end: by SIGTERM, or by the end of the
    file descriptor `told`. The child goes with it.

    Where a signal or an unforeseen error ends the child, there is another. To be called before there are threads.
    """
    with signals.readable(signal.SIGTERM) as stop:
        while True:
            child, tie = _begun(run)
            try:
                code = _code_of(child, told, stop)
            finally:
                os.close(tie)
            if code is None or 0 <= code != FAILED:
                return code or 0
            log.error("the process that watches the photo roots has died (%d) and is started anew", code)
            if _waits_for(told, stop, seconds=PAUSE):
                return 0


def _begun(run: Callable[[], int]) -> tuple[int, int]:
    """The child's number, and the end of a pipe that it lives as long as."""
    read, write = os.pipe()
    child = signals.fork(signal.SIGTERM)
    if child:
        os.close(read)
        return child, write
    os.close(write)
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


def _code_of(child: int, told: int, stop: int) -> int | None:
    """How the child ended: its exit code, or a signal as a negative number; None where this process is to end first."""
    process = os.pidfd_open(child)
    try:
        if _waits_for(told, stop, process):
            return None
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(process)


def _waits_for(told: int, stop: int, process: int | None = None, *, seconds: float | None = None) -> bool:
    """Whether this process is told to end before that one has ended, or before so many seconds have passed."""
    end = None if seconds is None else time.monotonic() + seconds
    waited_for = [each for each in (told, stop, process) if each is not None]
    while True:
        ready = signals.wait(*waited_for, seconds=None if end is None else max(0.0, end - time.monotonic()))
        if stop in ready or (told in ready and not os.read(told, 4096)):
            return True  # before the other: who stops a whole process group ends the child too
        if process in ready or not ready:
            return False


def _end_with(pipe: int) -> None:
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGTERM)
