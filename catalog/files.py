"""What the system says of a file, as the catalogue keeps it, and locks that processes share."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LARGEST = 2**63 - 1

Identity = tuple[int, int]
"""What tells one file or folder of this machine from every other: device and inode."""


def stored_mtime(status: os.stat_result) -> int:
    """The time of change in nanoseconds, kept in the 64 bits that SQLite has: file systems know later years."""
    return _clamped(status.st_mtime_ns)


def stored_ctime(status: os.stat_result) -> int:
    """When the system last changed anything about a file, its name or its mode too, as `stored_mtime`."""
    return _clamped(status.st_ctime_ns)


def stored_inode(status: os.stat_result) -> int:
    """The inode in the 64 bits that SQLite has, which know a sign."""
    return _signed(status.st_ino)


def identity(status: os.stat_result) -> Identity:
    """Device and inode of what has that status."""
    return _signed(status.st_dev), _signed(status.st_ino)


def identity_of(path: Path) -> Identity | None:
    """Device and inode; None where it is not there, or does not answer."""
    try:
        return identity(path.stat())
    except OSError:
        return None


def _clamped(time_ns: int) -> int:
    # A scan asks for every file: to compare takes a fifth of max() and min().
    return time_ns if -LARGEST <= time_ns <= LARGEST else max(-LARGEST, min(LARGEST, time_ns))


def _signed(number: int) -> int:
    return number if number <= LARGEST else number - 2**64


def is_empty(path: Path) -> bool:
    """Whether a folder has no entry at all. OSError where it can't be listed."""
    with os.scandir(path) as entries:
        return next(entries, None) is None


@contextmanager
def locked(path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Holds the lock of that file; where another holds it, calls `on_wait` once and waits.

    The system lets go of it when the process ends, however that happens; the file stays, and means nothing.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def try_locked(path: Path) -> Iterator[bool]:
    """As `locked`, but where another holds the lock it waits for nobody; gives whether this caller holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
