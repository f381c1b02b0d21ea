"""What room there is on the disk tier's file system, of bytes and of inodes: each file and each folder takes one."""

import errno
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

# What a file system says that has no room, whatever it has run out of: bytes, inodes, or a share of either.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

# Inodes that the renders leave free, for others and for the index: so many, or an eighth of a small file system's.
RESERVE, SHARE = 1000, 8
EACH = 3  # inodes that a render takes at most: its own, and those of its two folders


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes that may still be written; by how many inodes there are fewer than are left free; whether there are none,
    by what the file system says.
    """

    bytes: int
    inodes_short: int
    no_inodes: bool


def space_of(folder: Path, entries: int) -> Space:
    """What there is, where `entries` renders more are to come.

    A file system that counts no inodes (btrfs, and many over a network) has as many as are wanted. One that has none
    left may be of those that only say so: whether it takes files tells that, nothing is evicted for it here.
    """
    system = os.statvfs(folder)
    short = min(RESERVE, system.f_files // SHARE) + EACH * entries - system.f_favail
    there = system.f_files > 0 and system.f_favail > 0
    return Space(system.f_bavail * system.f_frsize, max(0, short) if there else 0, system.f_files > 0 and not there)


def takes_files(folder: Path, count: int = EACH) -> bool:
    """Whether so many files can be made in a folder, which are removed at once; False where there is no room for them.

    Raises:
        OSError: for another reason they can't be made.
    """
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for _ in range(count):
            path = folder / f"{os.getpid()}-{secrets.token_hex(8)}"
            path.touch(exist_ok=False)
            made.append(path)
    except OSError as error:
        if error.errno not in FULL:
            raise
        return False
    finally:
        for path in made:
            path.unlink(missing_ok=True)
    return True
