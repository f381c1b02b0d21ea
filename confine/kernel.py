"""What is asked of the kernel that Python has no word for, by libc's own `syscall` and `prctl`."""

import ctypes
import os
import platform
from typing import Any

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38

_libc = ctypes.CDLL(None, use_errno=True)


class Lacking(Exception):
    """The kernel has no such thing, or gives it to nobody here. `str(error)` says what, as a part of a sentence."""


def machine() -> str:
    """The processor, as the kernel names it: x86_64, aarch64."""
    return platform.machine()


def call(number: int, *arguments: Any) -> int:
    """The system call of that number; gives its result.

    Raises:
        OSError: it has failed.
    """
    # Each argument is a word of the machine's: a plain int would be passed as a C int, with rubbish above it.
    words = [each if not isinstance(each, int) else ctypes.c_long(each) for each in arguments]
    done = int(_libc.syscall(ctypes.c_long(number), *words))
    if done < 0:
        raise _failed()
    return done


def prctl(option: int, *arguments: int) -> int:
    """prctl(2); gives its result.

    Raises:
        OSError: it has failed.
    """
    words = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0)[:4]]
    done = int(_libc.prctl(ctypes.c_int(option), *words))
    if done < 0:
        raise _failed()
    return done


def _failed() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
