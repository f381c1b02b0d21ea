"""What a confined process may reach by a path, a port or a signal: nothing, by Landlock (landlock(7)).

The kernel holds it to that beside seccomp, and by other means: what one of them lets through by a mistake, the other
does not.
"""

import ctypes
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from confine import kernel
from confine.kernel import Lacking

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # on every architecture
VERSION = 1
PATH_BENEATH = 1

# linux/landlock.h: what each version has learnt to forbid, as bits.
EXECUTE, READ_FILE = 1 << 0, 1 << 2
OF_FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
OF_PORTS = {4: 0b11}
OF_SCOPE = {6: 0b11}  # abstract sockets of others, and signals to them


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("ports", ctypes.c_uint64), ("scope", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Which Landlock the kernel has.

    Raises:
        Lacking: none, or it is turned off.
    """
    try:
        return kernel.call(CREATE_RULESET, None, 0, VERSION)
    except OSError as error:
        raise Lacking("Landlock") from error


def forbid(readable: Iterable[Path] = ()) -> None:
    """From now on, for good, this thread and what comes of it reach nothing by a path but these files and what lies in
    these folders, for reading and running; no ports, and nobody else's signals and sockets, as far as the kernel's
    version knows of them. NO_NEW_PRIVS has to be set.

    Raises:
        Lacking: the kernel has no Landlock.
    """
    known = version()
    files, ports, scope = (
        sum(bits for since, bits in of.items() if since <= known) for of in (OF_FILES, OF_PORTS, OF_SCOPE)
    )
    ruleset = _Ruleset(files, ports, scope)
    # A kernel refuses what is longer than it knows.
    size = ctypes.sizeof(_Ruleset) if scope else 16 if ports else 8
    try:
        number = kernel.call(CREATE_RULESET, ctypes.byref(ruleset), size, 0)
        try:
            for path in readable:
                _allow(number, path)
            kernel.call(RESTRICT_SELF, number, 0)
        finally:
            os.close(number)
    except OSError as error:
        raise Lacking("Landlock") from error


def _allow(ruleset: int, path: Path) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return
        raise
    try:
        rule = _Beneath(READ_FILE | EXECUTE, parent)
        kernel.call(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(parent)
