"""Opens what lies below a folder by its path from there, whatever somebody makes of the folders on the way meanwhile.

Where links are not followed, the kernel itself sees to it that none is (`openat2`, Linux 5.6 and later); where it does
not know how, or may not be asked, each folder on the way is opened by itself. So there is no moment between looking and
opening, at which a file could be swapped for a link. A path may be of any length, though the system takes no more than
`PATH_MAX` bytes at once.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

SYS_OPENAT2 = 437  # on all machines that Linux runs on, but Alpha
NO_MAGIC_LINKS, NO_SYMLINKS, BENEATH = 0x02, 0x04, 0x08  # of linux/openat2.h

AT_ONCE = 4000
"""Bytes of a path that are given to the system at once: it takes 4095."""

# openat2 is not there, is kept from this process, or has lost a race against somebody who renames.
NOT_BY_KERNEL = frozenset({errno.ENOSYS, errno.EPERM, errno.EAGAIN})


class CrossesLink(FileNotFoundError):
    """A link lies on the way, and none is followed: what is below it is no part of the folder."""


class LeadsOut(FileNotFoundError):
    """The path is none below a folder."""


def open_beneath(folder: Path, path: str, flags: int, *, links: bool) -> int:
    """A descriptor of what is at that path below a folder, which may be a link itself; the empty path is the folder.

    With `links`, links on the way are followed wherever they lead. `flags` as of `os.open`; nothing is made.

    Raises:
        CrossesLink: there is one, and they are not followed.
        LeadsOut: the path is no path below a folder.
        OSError: as `os.open` does.
    """
    if path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise LeadsOut(errno.ENOENT, os.strerror(errno.ENOENT), path)
    if links or not path:
        try:
            return os.open(f"{os.fspath(folder)}/{path}", flags)
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
    one_step = partial(_followed, flags=flags) if links else partial(_by_kernel, flags=flags)
    *above, last = _pieces(path)
    held = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        for piece in above:
            deeper = one_step(held, piece, flags=os.O_PATH | os.O_DIRECTORY)
            os.close(held)
            held = deeper
        return one_step(held, last)
    finally:
        os.close(held)


def _pieces(path: str) -> Iterator[str]:
    """A path, in pieces that the system takes, split between names."""
    if 4 * len(path) < AT_ONCE:  # a character is four bytes at most
        yield path
        return
    piece, length = list[str](), 0
    for name in path.split("/"):
        size = len(os.fsencode(name)) + 1
        if piece and length + size > AT_ONCE:
            yield "/".join(piece)
            piece, length = [], 0
        piece.append(name)
        length += size
    yield "/".join(piece)


def _followed(folder: int, path: str, *, flags: int) -> int:
    return os.open(path, flags, dir_fd=folder)


def _by_kernel(folder: int, path: str, *, flags: int) -> int:
    """By one call, in which the kernel refuses links."""
    try:
        return openat2(folder, path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise CrossesLink(errno.ENOENT, os.strerror(errno.ENOENT), path) from None
        if error.errno not in NOT_BY_KERNEL:
            raise
    return by_names(folder, path, flags=flags)


def by_names(folder: int, path: str, *, flags: int) -> int:
    """As `open_beneath` without links, a folder after the other, each by its name in the one that is open."""
    *above, last = path.split("/")
    held = os.dup(folder)
    try:
        for name in above:
            deeper = _one(held, name, os.O_PATH)
            os.close(held)
            held = deeper
        return _one(held, last, flags)
    finally:
        os.close(held)


def _one(folder: int, name: str, flags: int) -> int:
    """What a folder has under a name, which is no link."""
    try:
        opened = os.open(name, flags | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        # A link is refused with ELOOP; where a folder is wanted, it is only none.
        if error.errno == errno.ELOOP or (error.errno == errno.ENOTDIR and _is_link(folder, name)):
            raise CrossesLink(errno.ENOENT, os.strerror(errno.ENOENT), name) from None
        raise
    if flags & os.O_PATH and stat.S_ISLNK(os.fstat(opened).st_mode):  # then the link itself has been opened
        os.close(opened)
        raise CrossesLink(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return opened


def _is_link(folder: int, name: str) -> bool:
    with suppress(OSError):
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    return False


class _OpenHow(ctypes.Structure):
    """`struct open_how` of linux/openat2.h."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long
_syscall.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_char_p, ctypes.POINTER(_OpenHow), ctypes.c_size_t)


def openat2(folder: int, path: str, flags: int) -> int:
    """A descriptor of what is at a path below an open folder, on whatever disk, where no link leads there.

    Raises:
        OSError: ELOOP where a link lies on the way, ENOSYS where the kernel has no such call; else as `os.open` does.
    """
    how = _OpenHow(flags | os.O_CLOEXEC, 0, BENEATH | NO_SYMLINKS | NO_MAGIC_LINKS)
    while True:
        opened: int = _syscall(SYS_OPENAT2, folder, os.fsencode(path), how, ctypes.sizeof(how))
        if opened >= 0:
            return opened
        number = ctypes.get_errno()
        if number != errno.EINTR:
            raise OSError(number, os.strerror(number), path)
