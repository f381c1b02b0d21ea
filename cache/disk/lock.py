"""One writer at a time in a folder, over all threads and processes of the host."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cache.errors import Held

FIRST_WAIT, LONGEST_WAIT = 0.00005, 0.0005  # seconds between two tries


@contextmanager
def locked(folder: Path, patience: float) -> Iterator[None]:
    """Holds the lock of `folder`, for which it waits `patience` seconds at most.

    The lock is the folder's own, so there is no file to lose; the system frees it where its holder is killed. It is
    opened anew each time (4 µs): thus it holds between threads too, and no descriptor outlives a fork or a folder
    that was removed and made again.

    Raises:
        Held: another holds it for longer.
        OSError: there is no such folder, or it can't be opened.
    """
    descriptor = _lock(folder, time.monotonic() + patience)
    try:
        yield
    finally:
        # Said, not left to the closing: a process forked meanwhile has the descriptor too.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _lock(folder: Path, deadline: float) -> int:
    wait = FIRST_WAIT
    while True:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(folder, descriptor):
                return descriptor
        except BlockingIOError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if time.monotonic() >= deadline:
            raise Held(f"another process holds the lock of {folder} for too long")
        # Trying again, as no system call waits for a lock and for a time: a stopped holder must stop nobody else.
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)


def _is_still(folder: Path, descriptor: int) -> bool:
    """Whether the folder was not removed, or replaced, before the lock was held."""
    try:
        return os.path.samestat(folder.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
