"""System calls that a confined process has: a filter of seccomp, put together here and handed to the kernel.

A filter is a program of classic BPF (seccomp(2), linux/bpf_common.h) that looks at a call's number and arguments. It
names what may be called, and everything else is refused with EPERM, so that what a kernel learns in the future is shut,
too. libseccomp would put it together as well, but it is a library that a bare machine lacks, and what a filter of
names, masks and values needs of it is on this page.
"""

import ctypes
import errno
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from confine import kernel
from confine.kernel import Lacking

# linux/audit.h; and the number of seccomp(2) itself.
ARCHITECTURES = {"x86_64": (0xC000003E, 317), "aarch64": (0xC00000B7, 277)}
X32 = 0x40000000  # calls of the x32 kind, on x86_64

SET_MODE_FILTER = 1
# Without it kernels before 5.16 slow the process down against Spectre. All that it could read so is its own photo.
SPEC_ALLOW = 1 << 2

ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06  # BPF's words, as seccomp needs them
NUMBER, ARCH, ARGUMENTS = 0, 4, 16  # where they lie in struct seccomp_data
ALL = 0xFFFFFFFF

# Of mmap and mprotect.
EXECUTABLE = 0x4
# Of clone: a thread has all of the first, and none of the second: VFORK, PTRACE, and every kind of namespace.
OF_A_THREAD = 0x100 | 0x800 | 0x10000
OF_NO_THREAD = 0x80 | 0x2000 | 0x4000 | 0x20000 | 0x7E000000
EMPTY_PATH = 0x1000  # of newfstatat
# Of openat: anything but reading what is there. O_TMPFILE without O_DIRECTORY, whose number differs.
WRITES = 0o3 | 0o100 | 0o1000 | 0o20000000


@dataclass(frozen=True, slots=True)
class Argument:
    """What an argument has to be: `value` where `mask` has bits. `wide`: its upper half counts, too, and is 0."""

    index: int
    value: int = 0
    mask: int = ALL
    wide: bool = False


Rules = Mapping[str, Sequence[Argument]]
"""Which calls are allowed, by name, and with which arguments; those first that are called most."""

# By name, the numbers on x86_64 and aarch64; None where it has none.
CALLS: dict[str, tuple[int | None, int]] = {
    "read": (0, 63),
    "write": (1, 64),
    "open": (2, -1),
    "close": (3, 57),
    "fstat": (5, 80),
    "poll": (7, -1),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "access": (21, -1),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "recvmsg": (47, 212),
    "clone": (56, 220),
    "execve": (59, 221),
    "exit": (60, 93),
    "readlink": (89, -1),
    "gettimeofday": (96, 169),
    "getrlimit": (97, 163),
    "sysinfo": (99, 179),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "sigaltstack": (131, 132),
    "arch_prctl": (158, -1),
    "gettid": (186, 178),
    "time": (201, -1),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "set_tid_address": (218, 96),
    "restart_syscall": (219, 128),
    "fadvise64": (221, 223),
    "getcwd": (79, 17),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "openat": (257, 56),
    "newfstatat": (262, 79),
    "readlinkat": (267, 78),
    "faccessat": (269, 48),
    "ppoll": (271, 73),
    "set_robust_list": (273, 99),
    "prlimit64": (302, 261),
    "getcpu": (309, 168),
    "seccomp": (317, 277),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "rseq": (334, 293),
    "clone3": (435, 435),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}

_ANYHOW = (
    "read",
    "write",
    "futex",
    "pread64",
    "lseek",
    "fstat",
    "munmap",
    "madvise",
    "brk",
    "mremap",
    "readv",
    "writev",
    "close",
    "poll",
    "ppoll",
    "clock_gettime",
    "gettimeofday",
    "time",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "sched_yield",
    "sched_getaffinity",
    "getcpu",
    "sysinfo",
    "getrandom",
    "membarrier",
    "rseq",
    "set_robust_list",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "getpid",
    "gettid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrlimit",
    "exit",
    "exit_group",
)

_EITHER: dict[str, Sequence[Argument]] = {
    **dict.fromkeys(_ANYHOW, ()),
    "prlimit64": (Argument(0), Argument(2, wide=True)),  # asks for a limit of its own, and sets none
}

READER: Rules = MappingProxyType(
    {
        **_EITHER,
        "recvmsg": (),  # takes the photo's file
        "getcwd": (),  # / is what it gets; Python asks for it where it makes a path whole
        "mmap": (Argument(2, 0, EXECUTABLE),),
        "mprotect": (Argument(2, 0, EXECUTABLE),),
        "clone": (Argument(0, OF_A_THREAD, OF_A_THREAD | OF_NO_THREAD),),
    }
)
"""Of a process that reads the files it is handed: memory, threads, the clock, and what it has open already."""

STAT_BY_PATH: Rules = MappingProxyType({"newfstatat": (Argument(3, EMPTY_PATH),)})
"""What fstat(3) of glibc 2.33 to 2.36 needs, though it lets a process ask whether a path is there."""

PROGRAM: Rules = MappingProxyType(
    {
        **_EITHER,
        "execve": (),
        "mmap": (),
        "mprotect": (),
        "openat": (Argument(2, 0, WRITES),),
        "open": (Argument(1, 0, WRITES),),
        "newfstatat": (),
        "access": (),
        "faccessat": (),
        "readlink": (),
        "readlinkat": (),
        "fadvise64": (),
        "arch_prctl": (),
        "set_tid_address": (),
    }
)
"""Of a process that becomes a program, which has to be loaded first: Landlock says what of."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def forbid(rules: Rules) -> None:
    """From now on, for good, this thread and what comes of it may call what these rules have, and nothing else.
    NO_NEW_PRIVS has to be set.

    Raises:
        Lacking: the kernel has no filters, or this processor's calls are not known here.
    """
    install(assembled(rules, kernel.machine()))


def install(program: bytes) -> None:
    """Hands a filter to the kernel.

    Raises:
        Lacking: it takes none.
    """
    if kernel.machine() not in ARCHITECTURES:
        raise Lacking(f"seccomp (the calls of {kernel.machine()} are not known)")
    number = ARCHITECTURES[kernel.machine()][1]
    code = ctypes.create_string_buffer(program, len(program))
    handed = _Program(len(program) // 8, ctypes.cast(code, ctypes.c_void_p))
    for flags in (SPEC_ALLOW, 0):  # up to Linux 4.16 there is no such flag
        try:
            kernel.call(number, SET_MODE_FILTER, flags, ctypes.byref(handed))
        except OSError as error:
            if flags and error.errno == errno.EINVAL:
                continue
            raise Lacking("seccomp") from error
        return


def assembled(rules: Rules, machine: str, otherwise: int = ERRNO | errno.EPERM) -> bytes:
    """The filter: `otherwise` is what comes of calls that the rules do not have.

    Raises:
        Lacking: that machine's calls are not known here.
    """
    if machine not in ARCHITECTURES:
        raise Lacking(f"seccomp (the calls of {machine} are not known)")
    column = list(ARCHITECTURES).index(machine)
    # A program of another architecture would mean other calls by the same numbers.
    code = [_load(ARCH), _jump(EQUAL, ARCHITECTURES[machine][0], 1, 0), _give(KILL_PROCESS), _load(NUMBER)]
    if machine == "x86_64":
        code += [_jump(AT_LEAST, X32, 0, 1), _give(KILL_PROCESS)]
    for name, arguments in rules.items():
        code += _rule(CALLS[name][column], arguments, ALLOW)
    # glibc then makes its threads by clone, whose flags can be looked at: clone3 has them in memory.
    code += _rule(CALLS["clone3"][column], (), ERRNO | errno.ENOSYS)
    return b"".join([*code, _give(otherwise)])


def refusing(names: Sequence[str], machine: str, number: int) -> bytes:
    """A filter that allows everything but these calls, which fail with that error."""
    column = list(ARCHITECTURES).index(machine)
    code = [_load(NUMBER)]
    for name in names:
        code += _rule(CALLS[name][column], (), ERRNO | number)
    return b"".join([*code, _give(ALLOW)])


def _rule(number: int | None, arguments: Sequence[Argument], action: int) -> list[bytes]:
    """What is done of a call, the number of which is loaded already; the others go on behind it."""
    if number is None or number < 0:
        return []
    checks = list[bytes]()
    parts = [(ARGUMENTS + 8 * each.index, each.mask, each.value) for each in arguments]
    parts += [(ARGUMENTS + 8 * each.index + 4, ALL, 0) for each in arguments if each.wide]
    for left, (place, mask, value) in zip(range(len(parts) - 1, -1, -1), parts, strict=True):
        # No: over what is left of the checks, and over the action.
        checks += [_load(place), _code(AND, mask), _jump(EQUAL, value, 0, 3 * left + 1)]
    block = [*checks, _give(action)]
    if checks:
        block.append(_give(ERRNO | errno.EPERM))
    return [_jump(EQUAL, number, 0, len(block)), *block]


def _load(place: int) -> bytes:
    return _code(LOAD, place)


def _give(action: int) -> bytes:
    return _code(RETURN, action)


def _code(word: int, value: int) -> bytes:
    return struct.pack("=HBBI", word, 0, 0, value)


def _jump(word: int, value: int, yes: int, no: int) -> bytes:
    """Goes on so many instructions further."""
    return struct.pack("=HBBI", word, yes, no, value)
