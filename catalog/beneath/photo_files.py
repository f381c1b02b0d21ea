"""The files of photos, each opened below its photo root: the one way in which what lies there is read."""

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from catalog.beneath.opening import CrossesLink, open_beneath
from catalog.files import Identity, identity

# A pipe makes nobody wait for its writer, and a terminal becomes nobody's.
READING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY


class NoRegularFile(OSError):
    """A folder, a pipe, a device or a socket is where a photo was."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A file by its path below a photo root. Since somebody looked at it, it may have become anything."""

    root: Path
    path: str
    follow_links: bool = True

    @property
    def place(self) -> Path:
        """Where it is, for words of it: who reads it opens it."""
        return self.root / self.path

    @property
    def name(self) -> str:
        """Its name in its folder."""
        return self.path.rpartition("/")[2]

    def status(self) -> os.stat_result:
        """What the system says of it.

        Raises:
            OSError: it does not.
        """
        descriptor = open_beneath(self.root, self.path, os.O_PATH, links=self.follow_links)
        try:
            return os.fstat(descriptor)
        finally:
            os.close(descriptor)

    def open(self) -> BinaryIO:
        """The file, for reading.

        Raises:
            CrossesLink: a link lies on the way, and none is followed.
            NoRegularFile: it is none.
            OSError: the system does not give it.
        """
        try:
            descriptor = open_beneath(self.root, self.path, READING, links=self.follow_links)
        except OSError as error:
            if error.errno == errno.ENXIO:  # of a socket, or a device that is not there
                raise _no_regular_file(self.path) from None
            raise
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _no_regular_file(self.path)
            # Read as ever: else some file systems give less than there is, and no error.
            os.set_blocking(descriptor, True)
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise


def _no_regular_file(path: str) -> NoRegularFile:
    return NoRegularFile(errno.EINVAL, "it is no regular file", path)


class PhotoFiles:
    """The files of photos. `roots` says where the roots are, by alias; with `follow_links` a link may leave one."""

    def __init__(self, roots: Mapping[str, Path], *, follow_links: bool) -> None:
        self._roots = roots
        self._follow_links = follow_links

    def of(self, alias: str, path: str) -> PhotoFile | None:
        """The file at a path below a root; None where there is no root of that alias."""
        root = self._roots.get(alias)
        return None if root is None else PhotoFile(root, path, self._follow_links)


def identity_beneath(root: Path, path: str) -> Identity | None:
    """Device and inode of what is at a path below a root; None where it is not there, or does not answer."""
    try:
        descriptor = open_beneath(root, path, os.O_PATH, links=True)
    except OSError:
        return None
    try:
        return identity(os.fstat(descriptor))
    finally:
        os.close(descriptor)


def is_gone(root: Path, path: str) -> bool:
    """Whether there is surely nothing of that name: an error of a disk or of a network says nothing about it."""
    folder, _, name = path.rpartition("/")
    try:
        above = open_beneath(root, folder, os.O_PATH | os.O_DIRECTORY, links=True)
        try:
            os.stat(name, dir_fd=above, follow_symlinks=False)
        finally:
            os.close(above)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def crosses_link(root: Path, path: str) -> bool:
    """Whether a link lies on the way from a root to the path below it; the root itself may be one.

    Raises:
        OSError: the system does not say, or there is no such file.
    """
    try:
        os.close(open_beneath(root, path, os.O_PATH, links=False))
    except CrossesLink:
        return True
    return False
