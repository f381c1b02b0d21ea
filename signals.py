"""Signals as something to wait for, beside whatever else is waited for.

A handler that raises does so in the middle of anything, such as between a fork and what has to be done after it. And
one whose signal comes just before a wait begins is run only when the wait is over.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def readable(number: signal.Signals) -> Iterator[int]:
    """A file descriptor that can be read from as soon as that signal has come. For the main thread alone."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = signal.signal(number, _noted)
    # Written to as the signal comes, not when Python gets round to its handler.
    others = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield read
    finally:
        signal.set_wakeup_fd(others)
        signal.signal(number, before)
        os.close(read)
        os.close(write)


def fork(number: signal.Signals) -> int:
    """As `os.fork`; in the child the signal does what it does by default, from its first moment on."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (number,))
    try:
        child = os.fork()
        if not child:
            signal.set_wakeup_fd(-1)
            signal.signal(number, signal.SIG_DFL)
        return child
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (number,))


def _noted(_number: int, _frame: FrameType | None) -> None:
    """What there is to do is done by whoever waits."""
