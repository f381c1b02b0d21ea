"""Shuts the doors of this process: what it holds and may do afterwards is in one place, and in this order.

Each door has a lock of its own, so that a kernel which lacks one leaves the others shut. See docs/decisions.md for why.
"""

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from confine import kernel, landlock, seccomp
from confine.kernel import Lacking

NOBODY = 65_534
FILES = 32  # descriptors: the one to its owner, the photo's, and some that libraries keep
CPU_SECONDS = 4 * 3600  # of all photos of a process, which ends itself long before (see `confine.channel`)
CAPSET = {"x86_64": 126, "aarch64": 91}
CAPABILITIES_3 = 0x20080522  # linux/capability.h
SETUID, SETGID, KILL = 7, 6, 5
OOM = Path("/proc/self/oom_score_adj")
LIBRARIES = tuple(map(Path, ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")))


def shut(keep: int, memory: int, parent: int) -> list[str]:
    """Leaves this process, which `parent` has just forked, the descriptor `keep`, `memory` bytes of addresses (0: any
    number), and what `seccomp.READER` has; gives what the kernel lacks for that, each a part of a sentence.
    """
    _let_go(keep, memory, parent)
    missing = [*_attempted(landlock.forbid)]
    rules = dict(seccomp.READER)
    if _libc_asks_by_path():
        rules |= seccomp.STAT_BY_PATH
    return [*missing, *_attempted(lambda: seccomp.forbid(rules))]


def become(program: Path, arguments: Sequence[str], keep: int, memory: int, parent: int) -> None:
    """Becomes a program, which reads from `keep` and writes to it, and reaches nothing but itself and libraries. What
    the kernel lacks for that is not said: it is what `shut` says.

    Raises:
        OSError: it can't be run.
    """
    _let_go(keep, memory, parent)
    os.dup2(keep, 0)
    os.dup2(keep, 1)
    os.close(keep)
    for lock in (lambda: landlock.forbid([program, *LIBRARIES]), lambda: seccomp.forbid(seccomp.PROGRAM)):
        list(_attempted(lock))
    os.execve(program, [*arguments], dict(os.environ))


def _attempted(lock: Callable[[], None]) -> Iterator[str]:
    try:
        lock()
    except Lacking as error:
        yield str(error)


def _let_go(keep: int, memory: int, parent: int) -> None:
    """Lets go of everything that a process has by itself: files, rights, and a life longer than its parent's."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(3, keep)
    os.closerange(keep + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    with suppress(OSError):  # where memory runs out, better this one than who hands it photos
        OOM.write_text("1000")
    _become_nobody()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    _bound(memory)
    with suppress(OSError):
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def _bound(memory: int) -> None:
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_NOFILE: FILES,
        resource.RLIMIT_CPU: CPU_SECONDS,
    }
    if memory:
        bounds[resource.RLIMIT_AS] = memory
    for which, most in bounds.items():
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))


def _become_nobody() -> None:
    """Root's files are root's, whatever else it may not do. And no capability is left, in any set."""
    effective = _effective()
    if os.geteuid() == 0 and all(effective >> each & 1 for each in (SETUID, SETGID, KILL)):
        # Without KILL nobody could end it afterwards. A container may not have the number.
        with suppress(OSError):
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
    if effective:
        for each in range(64):
            with suppress(OSError):
                kernel.prctl(kernel.PR_CAPBSET_DROP, each)
    if kernel.machine() in CAPSET:
        head = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITIES_3, 0))
        with suppress(OSError):
            kernel.call(CAPSET[kernel.machine()], head, ctypes.create_string_buffer(24))


def _effective() -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)


def _libc_asks_by_path() -> bool:
    """Whether this machine's fstat(3) is a newfstatat(2) without a path, as that of glibc 2.33 to 2.36."""
    try:
        version = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        return False
    name, _, number = version.partition(" ")
    parts = tuple(int(each) for each in number.split(".")[:2] if each.isdecimal())
    return name == "glibc" and (2, 33) <= parts <= (2, 36)
