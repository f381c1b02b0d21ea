"""Signals as something to wait for, beside whatever else is waited for.

A handler that raises does so in the middle of anything, such as between a fork and what has to be done after it. And
one whose signal comes just before a wait begins is run only when the wait is over.
"""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPS = (signal.SIGINT, signal.SIGTERM)
"""What tells a program to end: the terminal's Ctrl-C, and whoever else runs it."""


@contextmanager
def readable(*numbers: signal.Signals, afterwards: signal.Handlers | None = None) -> Iterator[int]:
    """A file descriptor that can be read from as soon as one of these signals has come. For the main thread alone.

    Afterwards they do what they did before, or `afterwards`.
    """
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    # Written to as a signal comes, not when Python gets round to its handler. First of all: none may come in between.
    others = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    before = [(number, signal.signal(number, _noted)) for number in numbers]
    try:
        yield read
    finally:
        for number, handler in before:
            signal.signal(number, handler if afterwards is None else afterwards)
        signal.set_wakeup_fd(others)
        os.close(read)
        os.close(write)


def wait(*descriptors: int, seconds: float | None = None) -> set[int]:
    """Which of these can be read from, as soon as one can; none, where so many seconds are over before.

    A signal that came before whatever else has ended the wait is among them.
    """
    waiting = select.poll()
    for each in descriptors:
        waiting.register(each, select.POLLIN)
    if not waiting.poll(None if seconds is None else seconds * 1000):
        return set()
    # A signal is written of when the system call is left: the first look may have missed it.
    return {each for each, _ in waiting.poll(0)}


def fork(*numbers: signal.Signals) -> int:
    """As `os.fork`; in the child these signals do what they do by default, from its first moment on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        child = os.fork()
        if not child:
            signal.set_wakeup_fd(-1)
            for number in numbers:
                signal.signal(number, signal.SIG_DFL)
        return child
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _noted(_number: int, _frame: FrameType | None) -> None:
    """What there is to do is done by whoever waits."""
