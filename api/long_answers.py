"""Answers that grow with the library: made once for all who ask, a piece at a time, in a file that has no name.

So it costs the memory of a piece, and no thread while a client reads it, however slowly.
"""

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import BinaryIO
from weakref import WeakSet, finalize

import falcon

from api.http.delivery import Positioned
from api.limits.patience import patience_of
from catalog.errors import TryLater
from catalog.generations import Generation, always_another
from catalog.search.turns import Turns

KEPT = 4  # answers that are kept for whoever asks next
MOST = 32  # answers that lie on the disk: those that are kept, and those that somebody still reads
PLACES = 32  # of those who wait for one, where nothing else is said
SECONDS = 60.0  # that they wait at most

log = logging.getLogger("darkroom.api")


class LongAnswers:
    """Answers by their keys, true for the `generation` that they were made in; in files of `folder` (None: the
    system's for such). One is made at a time: those who wait for the same find it there.
    """

    def __init__(
        self,
        folder: Path | None = None,
        generation: Callable[[], Generation] = always_another,
        places: int = PLACES,
    ) -> None:
        self._folder = folder
        self._generation = generation
        self._turns = Turns(1, places)
        self._kept: OrderedDict[tuple[Hashable, Generation], _Answer] = OrderedDict()
        self._there: WeakSet[_Answer] = WeakSet()
        self._lock = Lock()

    def answer(
        self, request: falcon.Request, response: falcon.Response, key: Hashable, pieces: Callable[[], Iterable[bytes]]
    ) -> None:
        """Answers with the bytes of the pieces, which are asked for where nobody has them yet.

        Raises:
            TryLater: too many wait or read, whoever asked is gone, or the disk has no room.
        """
        whole = (key, self._generation())  # as it is before anything is looked up
        found = self._known(whole)
        if found is None:
            with patience_of(request, SECONDS) as patience, self._turns.taken(patience):
                found = self._known(whole) or self._made(whole, pieces, lambda: patience.gone)
                if patience.gone:
                    raise patience.problem()
        if request.method == "HEAD":
            response.content_length = found.size
        else:
            response.set_stream(_Reading(found), found.size)

    def _known(self, whole: tuple[Hashable, Generation]) -> "_Answer | None":
        with self._lock:
            found = self._kept.get(whole)
            if found is not None:
                self._kept.move_to_end(whole)
            return found

    def _made(
        self, whole: tuple[Hashable, Generation], pieces: Callable[[], Iterable[bytes]], gone: Callable[[], bool]
    ) -> "_Answer":
        if len(self._there) >= MOST:
            raise TryLater("Too many long lists are being read: try again in a few seconds.", 5)
        try:
            made = _Answer(self._folder)
            self._there.add(made)
            for piece in pieces():
                made.write(piece)
                if gone():
                    return made
            made.flush()
        except OSError as error:
            log.warning("a long answer can't be written in %s: %s", self._folder or "TMPDIR", error.strerror)
            raise TryLater("The server has no room to make a list so long: try again later.", 60) from None
        with self._lock:
            self._kept[whole] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


class _Answer:
    """Bytes on disk, which go with the last who has them. Written by one, read by any number."""

    def __init__(self, folder: Path | None) -> None:
        self._file: BinaryIO = TemporaryFile(dir=folder)  # noqa: SIM115 - it is closed with this object
        finalize(self, self._file.close)
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Puts bytes at its end."""
        self._file.write(piece)
        self.size += len(piece)

    def flush(self) -> None:
        """Has all that was written be there for those who read."""
        self._file.flush()

    def read(self, start: int, length: int) -> bytes:
        """At most so many bytes from there on, wherever others are."""
        return os.pread(self._file.fileno(), length, start)


class _Reading(Positioned):
    """An answer, as one of those who read it sees it: a file."""

    def __init__(self, answer: _Answer) -> None:
        super().__init__()
        self._answer: _Answer | None = answer
        self.size = answer.size

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes."""
        if self._answer is None:
            return b""
        found = self._answer.read(self._position, self._answer.size if size < 0 else size)
        self._position += len(found)
        return found

    def close(self) -> None:
        """Lets go of it."""
        self._answer = None
        super().close()
