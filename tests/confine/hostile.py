"""Runs inside of a confined process, in the place of a decoder, and does what an attacker would who has taken one over.

Calls are made by their numbers, past whatever Python looks at itself.
"""

import array
import ctypes
import errno
import os
import platform
import resource
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from confine import channel, kernel, seccomp

WITHOUT = {
    "without Landlock": ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"),
    "without seccomp": ("seccomp",),
    "without both": ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"),
}
"""Kinds of process whose kernel does not know these calls: a filter answers in its place."""

ARM = platform.machine() == "aarch64"
BLOCK = ctypes.create_string_buffer(4096)


def prepare() -> None:
    """As `confine.zygote.Entry`."""


def begin(kind: str) -> Callable[[socket.socket], None]:
    """As `confine.zygote.Entry`."""
    if kind in WITHOUT:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(seccomp.refusing(WITHOUT[kind], platform.machine(), errno.ENOSYS))
    return serve


def serve(job: socket.socket) -> None:
    """Does what it is told, with the file that it is given, and says what came of it."""
    while (got := channel.receive(job)) is not None:
        said, _, photo = got
        assert photo is not None
        try:
            came = ATTACKS[said["do"]](job.fileno(), photo)
        except OSError as error:
            came = errno.errorcode[error.errno or 0]
        except MemoryError:
            came = "MemoryError"
        os.close(photo)
        channel.send(job.fileno(), {"came": "done" if came is None else came})


def number(x86: int, arm: int) -> Callable[..., Any]:
    """An attack by a system call, each of whose arguments is a number, a buffer or a text."""

    def call(*arguments: Any) -> Callable[[int, int], Any]:
        def attack(job: int, photo: int) -> Any:
            words = [photo if each == PHOTO else job if each == JOB else each for each in arguments]
            kernel.call(arm if ARM else x86, *words)

        return attack

    return call


PHOTO, JOB = "the photo's descriptor", "the job's descriptor"
PARENT = os.getppid


def _opens(path: str, flags: int) -> Callable[[int, int], Any]:
    def attack(_job: int, photo: int) -> Any:
        at = path.format(photo=photo, parent=os.environ.get("PARENT", os.getpid()))
        os.open(at, flags)

    return attack


def _socket(family: int, kind: int) -> Callable[[int, int], Any]:
    def attack(_job: int, _photo: int) -> Any:
        socket.socket(family, kind)

    return attack


def _connects(family: int, address: Any) -> Callable[[int, int], Any]:
    def attack(_job: int, _photo: int) -> Any:
        with socket.socket(family, socket.SOCK_STREAM) as made:
            made.connect(address)

    return attack


def _hands_over(job: int, photo: int) -> Any:
    with socket.socket(fileno=job) as sent:
        try:
            sent.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [photo]))])
        finally:
            sent.detach()


def _forks(_job: int, _photo: int) -> Any:
    if os.fork() == 0:
        os._exit(0)


def _takes_memory(_job: int, _photo: int) -> Any:
    return len(bytearray(3_000_000_000))


def _descriptors(job: int, photo: int) -> Any:
    found = list[int]()
    for each in range(4096):
        try:
            os.lseek(each, 0, os.SEEK_CUR)
        except OSError as error:
            if error.errno == errno.EBADF:
                continue
        found.append(each)
    return [each for each in found if each not in (0, 1, 2, job, photo)]


def _standard(_job: int, _photo: int) -> Any:
    return [os.read(0, 10).decode(), os.fstat(0).st_rdev, os.fstat(1).st_rdev, os.fstat(2).st_rdev]


def _environment(_job: int, _photo: int) -> Any:
    return sorted(os.environ)


def _limits(_job: int, _photo: int) -> Any:
    names = ("CORE", "FSIZE", "NOFILE", "CPU", "AS")
    return {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names}


def _dies(_job: int, _photo: int) -> Any:
    ctypes.string_at(0)


def _computes(_job: int, _photo: int) -> Any:
    while True:
        pass


def _sleeps(_job: int, _photo: int) -> Any:
    time.sleep(3600)


def _threads(_job: int, _photo: int) -> Any:
    threading.stack_size(1 << 16)
    for _ in range(200):
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    time.sleep(3600)


def _babbles(job: int, _photo: int) -> Any:
    os.write(job, b"\xff" * 100)
    time.sleep(3600)


def _says_no_json(job: int, _photo: int) -> Any:
    os.write(job, struct.pack("!IQ", 4, 0) + b"{{{{")
    time.sleep(3600)


def _says_too_much(job: int, _photo: int) -> Any:
    channel.send(job, {}, bytes(2_000_000))


def _says_twice(job: int, _photo: int) -> Any:
    frame = b'{"came": "more"}'
    os.write(job, 2 * (struct.pack("!IQ", len(frame), 0) + frame))


def _executable_memory(_job: int, _photo: int) -> Any:
    kernel.call(222 if ARM else 9, 0, 4096, 7, 0x22, -1, 0)


def _address(path: bytes) -> Any:
    return ctypes.create_string_buffer(path)


NEW_USER = 0x10000000
ARGUMENTS = (ctypes.c_char_p * 2)(b"/bin/true", None)
IOCTL_FLAGS = 0x40086602  # FS_IOC_SETFLAGS

REFUSED: dict[str, Callable[[int, int], Any]] = {
    "reads another file": _opens("/etc/passwd", os.O_RDONLY),
    "reads a folder": _opens("/", os.O_RDONLY | os.O_DIRECTORY),
    "makes a file": _opens("/tmp/made-inside", os.O_WRONLY | os.O_CREAT),
    "makes a file without a name": _opens("/tmp", os.O_WRONLY | os.O_TMPFILE),
    "opens its photo for writing": _opens("/proc/self/fd/{photo}", os.O_RDWR),
    "opens its own memory": _opens("/proc/self/mem", os.O_RDWR),
    "opens its parent's memory": _opens("/proc/1/mem", os.O_RDWR),
    "reads an environment": _opens("/proc/1/environ", os.O_RDONLY),
    "opens a device": _opens("/dev/urandom", os.O_RDONLY),
    "openat2": number(437, 437)(-100, _address(b"/etc/passwd"), BLOCK, 24),
    "unlink": number(87, 35)(_address(b"/tmp/nothing"), 0, 0),
    "mkdirat": number(258, 34)(-100, _address(b"/tmp/made-inside"), 0o700),
    "symlinkat": number(266, 36)(_address(b"/etc"), -100, _address(b"/tmp/made-inside")),
    "renameat2": number(316, 276)(-100, _address(b"/tmp/a"), -100, _address(b"/tmp/b"), 0),
    "fchmodat": number(268, 53)(-100, _address(b"/tmp"), 0o777),
    "fchmod": number(91, 52)(PHOTO, 0o777),
    "fchown": number(93, 55)(PHOTO, 0, 0),
    "ftruncate": number(77, 46)(PHOTO, 0),
    "fallocate": number(285, 47)(PHOTO, 0, 0, 10),
    "utimensat": number(280, 88)(PHOTO, 0, 0, 0),
    "fsetxattr": number(190, 7)(PHOTO, _address(b"user.x"), _address(b"x"), 1, 0),
    "flock": number(73, 32)(PHOTO, 2),
    "ioctl": number(16, 29)(PHOTO, IOCTL_FLAGS, BLOCK),
    "fcntl": number(72, 25)(PHOTO, 8, 1),
    "statx": number(332, 291)(-100, _address(b"/etc/passwd"), 0, 0, BLOCK),
    "statfs": number(137, 43)(_address(b"/"), BLOCK),
    "a TCP socket": _socket(socket.AF_INET, socket.SOCK_STREAM),
    "a UDP socket": _socket(socket.AF_INET, socket.SOCK_DGRAM),
    "a TCP socket of IPv6": _socket(socket.AF_INET6, socket.SOCK_STREAM),
    "a Unix socket": _socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "a netlink socket": _socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "a packet socket": _socket(socket.AF_PACKET, socket.SOCK_RAW),
    "socketpair": number(53, 199)(1, 1, 0, BLOCK),
    "connect": number(42, 203)(JOB, BLOCK, 16),
    "bind": number(49, 200)(JOB, BLOCK, 16),
    "hands a descriptor over": _hands_over,
    "sendto": number(44, 206)(JOB, BLOCK, 1, 0, 0, 0),
    "execve": number(59, 221)(_address(b"/bin/true"), ARGUMENTS, 0),
    "execveat": number(322, 281)(PHOTO, _address(b""), ARGUMENTS, 0, 0x1000),
    "memfd_create": number(319, 279)(_address(b"x"), 0),
    "executable memory": _executable_memory,
    "fork": _forks,
    "clone without a thread": number(56, 220)(17, 0, 0, 0, 0),
    "clone into a namespace": number(56, 220)(NEW_USER | 17, 0, 0, 0, 0),
    "vfork": number(58, 220)(0x4000 | 0x100 | 17, 0, 0, 0, 0),
    "unshare": number(272, 97)(NEW_USER),
    "setns": number(308, 268)(PHOTO, 0),
    "kills its parent": number(62, 129)(0, 0),
    "tgkill": number(234, 131)(1, 1, 0),
    "tkill": number(200, 130)(1, 0),
    "rt_sigqueueinfo": number(129, 138)(1, 0, BLOCK),
    "pidfd_open": number(434, 434)(1, 0),
    "pidfd_send_signal": number(424, 424)(PHOTO, 0, 0, 0),
    "ptrace": number(101, 117)(16, 1, 0, 0),
    "process_vm_readv": number(310, 270)(1, BLOCK, 1, BLOCK, 1, 0),
    "process_vm_writev": number(311, 271)(1, BLOCK, 1, BLOCK, 1, 0),
    "kcmp": number(312, 272)(1, 1, 0, 0, 0),
    "pidfd_getfd": number(438, 438)(PHOTO, 0, 0),
    "io_uring_setup": number(425, 425)(1, BLOCK),
    "userfaultfd": number(323, 282)(0),
    "keyctl": number(250, 219)(0, -3, 1),
    "add_key": number(248, 217)(_address(b"user"), _address(b"x"), _address(b"x"), 1, -3),
    "bpf": number(321, 280)(0, BLOCK, 64),
    "perf_event_open": number(298, 241)(BLOCK, 0, -1, -1, 0),
    "mount": number(165, 40)(0, _address(b"/tmp"), 0, 0, 0),
    "open_tree": number(428, 428)(-100, _address(b"/"), 0),
    "chroot": number(161, 51)(_address(b"/")),
    "chdir": number(80, 49)(_address(b"/")),
    "open_by_handle_at": number(304, 265)(PHOTO, BLOCK, 0),
    "setuid": number(105, 146)(0),
    "capset": number(126, 91)(BLOCK, BLOCK),
    "prctl": number(157, 167)(4, 1, 0, 0, 0),
    "seccomp": number(317, 277)(0, 0, 0),
    "personality": number(135, 92)(0),
    "prlimit of its parent": number(302, 261)(1, 7, 0, BLOCK),
    "raises a limit": number(302, 261)(0, 9, BLOCK, 0),
    "setpriority": number(141, 140)(0, 0, -20),
    "sched_setscheduler": number(144, 119)(0, 1, BLOCK),
    "shmget": number(29, 194)(0, 4096, 0o1600),
    "semget": number(64, 190)(0, 1, 0o1600),
    "msgget": number(68, 186)(0, 0o1600),
    "mq_open": number(240, 180)(_address(b"x"), 0o102, 0o600, 0),
    "timer_create": number(222, 107)(0, 0, BLOCK),
    "inotify_init1": number(294, 26)(0),
    "fanotify_init": number(300, 262)(0, 0),
    "epoll_create1": number(291, 20)(0),
    "eventfd2": number(290, 19)(0, 0),
    "pipe2": number(293, 59)(BLOCK, 0),
    "dup": number(32, 23)(PHOTO),
    "syslog": number(103, 116)(10, 0, 0),
    "sethostname": number(170, 161)(BLOCK, 1),
    "settimeofday": number(170, 170)(0, 0),
    "init_module": number(175, 105)(BLOCK, 1, BLOCK),
    "kexec_load": number(246, 104)(0, 0, 0, 0),
    "landlock": number(444, 444)(0, 0, 1),
    "memfd_secret": number(447, 447)(0),
    "a call that nobody knows yet": number(999, 999)(0),
}
"""What has to end in an error, and no other than that it is not permitted."""

BY_PATH = (
    "reads another file",
    "reads a folder",
    "makes a file",
    "makes a file without a name",
    "opens its photo for writing",
    "opens its own memory",
    "opens its parent's memory",
    "reads an environment",
    "opens a device",
    "mkdirat",
    "symlinkat",
    "execve",
)
"""Of these, what Landlock shuts without seccomp."""

ATTACKS: dict[str, Callable[[int, int], Any]] = REFUSED | {
    "takes memory": _takes_memory,
    "descriptors": _descriptors,
    "standard": _standard,
    "environment": _environment,
    "limits": _limits,
    "who": lambda *_: [os.getuid(), os.getgid()],
    "dies": _dies,
    "computes": _computes,
    "sleeps": _sleeps,
    "threads": _threads,
    "babbles": _babbles,
    "says no JSON": _says_no_json,
    "says too much": _says_too_much,
    "says twice": _says_twice,
    "nothing": lambda *_: None,
    "connects to a name of its own": _connects(socket.AF_UNIX, "\0nobody-listens-here"),
}
