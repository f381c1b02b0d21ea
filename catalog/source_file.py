"""A photo's file while it is read: what the system fails to give is told apart from what is wrong with the photo.

A drive that goes away while a photo is read is no fault of the photo's, and nothing is to be noted of it: the next who
asks finds the drive again. Yet what reads photos takes errors of its file for many things: some decoders say that the
photo is damaged, some readers leave out what could not be read.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, BinaryIO, cast

BLOCK = 1 << 20

# The system lacks something for a moment.
SHORT = frozenset(
    {errno.EAGAIN, errno.EINTR, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EBUSY, errno.ENOLCK}
)


def of_system(error: BaseException) -> bool:
    """Whether the system failed, and not the photo.

    What Pillow complains of by an OSError of its own has no number. A place in the file that can't be is named by the
    file itself: that is EINVAL, as long as it does not come of reading (see `SourceFile`).
    """
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def not_blocking(path: str, flags: int) -> int:
    """Opens what the name of a photo may have become since the scan, as `open` wants its opener: a pipe makes nobody
    wait for its writer. A file is read as ever: else some file systems give less than there is, and no error.
    """
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    os.set_blocking(descriptor, True)
    return descriptor


class SourceFile:
    """A file that remembers where the system failed to give it, and for how long it was waited for.

    `file` can be read and seeked; whatever else it can do, this can.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._read, self._seek = file.read, file.seek  # looked up once: a header takes some sixty of them
        self.tell = file.tell
        self.error: OSError | None = None
        """The first that came of reading it, whoever has caught it since."""
        self.seconds = 0.0
        """For which it was waited in all."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int | None = -1) -> bytes:
        """As `file` does. A file that ends before its end, as some network drives have it, is an error."""
        began = monotonic()
        try:
            data = self._read(-1 if size is None else size)
            if data is None:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            if len(data) != size and self._is_short():
                raise OSError(errno.EIO, "the file is not given to its end")
        except OSError as error:
            self.error = self.error or error
            raise
        finally:
            self.seconds += monotonic() - began
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As `file` does."""
        try:
            return self._seek(offset, whence)
        except OSError as error:
            if of_system(error):
                self.error = self.error or error
            raise

    def look_through(self) -> OSError | None:
        """What the system has against reading this file: remembered, or found by reading all of it once more, as some
        decoders read it past this object and say no more than that it is broken.
        """
        if self.error is not None:
            return self.error
        try:
            descriptor = self._file.fileno()
        except (OSError, AttributeError):
            return None
        try:
            size, place = os.fstat(descriptor).st_size, 0
            while place < size:
                block = os.pread(descriptor, BLOCK, place)
                if not block:
                    return OSError(errno.EIO, "the file is not given to its end")
                place += len(block)
        except OSError as error:
            return error
        return None

    def _is_short(self) -> bool:
        """Whether the place that was read to is before the end of the file, as its length has it."""
        try:
            return self._file.tell() < os.fstat(self._file.fileno()).st_size
        except (OSError, AttributeError):  # it is in memory
            return False


@contextmanager
def watched(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file, around whatever is made of it; where the system has failed to give it, that is raised in the end, in
    the place of what has been said of the file, or made of it.
    """
    source = SourceFile(file)
    try:
        yield as_binary(source)
    finally:
        if source.error is not None:
            raise source.error


def as_binary(file: SourceFile) -> BinaryIO:
    """What readers take: it has all that they need of one."""
    return cast(BinaryIO, file)
