"""A TIFF under another directory than its own, as libvips reads it: the bytes of the file, then our directory.

Nothing is copied, and nothing of the file is trusted to be what it was when its header was read.
"""

import struct
import threading
from collections.abc import Mapping
from typing import BinaryIO

from catalog.kinds.tiff import CODES, Directory
from workers.errors import Unsupported

Tags = Mapping[int, tuple[int, ...]]
"""Whole numbers by the tag that they stand under, of which each is written as 32 or 64 bits."""


# TIFF 6.0; 347 are the tables of JPEGs, 37439 the light of LogLuv's white.
NEEDED = frozenset({*range(256, 260), 262, 266, 273, *range(277, 280), 284, 317, 320, *range(322, 326), 338, 339, 347})
NEEDED |= {*range(529, 533), 37439}


class Source:
    """The bytes of `file` under a header that leads to another directory, the only one: that with `tags` or, without
    any, what decoders need of `directory`. libtiff would read every tag of its own, and libvips those of each page.

    `read` and `seek` are as of a file. libvips calls them from a thread of its own, where nothing may be raised; what
    the system raised is kept in `error`.
    """

    def __init__(self, file: BinaryIO, directory: Directory, tags: Tags | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._size = self._end = file.seek(0, 2)
        self._at = 0
        self._tail = b""
        self.error: Exception | None = None
        place = self._size + self._size % 2
        own = copied(directory) if tags is None else written(tags, directory, place)
        self._tail = bytes(self._size % 2) + own
        self._end += len(self._tail)
        self._head = header(directory, place)

    def read(self, size: int) -> bytes:
        """So many bytes from where it stands; fewer at the end alone, as libtiff takes fewer for the end."""
        parts = []
        try:
            with self._lock:
                while size and (part := self._read(size)):
                    parts.append(part)
                    self._at += len(part)
                    size -= len(part)
        except Exception as error:  # noqa: BLE001 - raised by whoever has called libvips
            self.error = error
        return b"".join(parts)

    def seek(self, offset: int, whence: int) -> int:
        """Goes to a place, and gives which it is; -1 where there is none such."""
        at = offset + (0, self._at, self._end)[whence]
        if at < 0:
            return -1
        self._at = at
        return at

    def _read(self, size: int) -> bytes:
        if self._at < len(self._head):
            return self._head[self._at : self._at + size]
        if self._at >= self._size:
            return self._tail[self._at - self._size :][:size]
        self._file.seek(self._at)
        # Where the file has become shorter meanwhile, its rest is not what lies behind it.
        return self._file.read(min(size, self._size - self._at))


def header(directory: Directory, place: int) -> bytes:
    """The head of a TIFF of that directory's kind, whose first directory is at `place`."""
    name = b"II" if directory.order == "<" else b"MM"
    if directory.big:
        return name + struct.pack(f"{directory.order}HHHQ", 43, 8, 0, place)
    if place >= 1 << 32:
        raise Unsupported("A TIFF of so many bytes is not rendered.")
    return name + struct.pack(f"{directory.order}HI", 42, place)


def copied(directory: Directory) -> bytes:
    """The tags of a directory that say how its pixels lie, as another; their values stay where they are."""
    head, row, room = ("Q", "HHQ", 8) if directory.big else ("H", "HHI", 4)
    order, place = directory.order, "Q" if directory.big else "I"
    rows = b""
    for tag, entry in sorted(directory.entries.items()):
        if tag in NEEDED:
            value = struct.pack(f"{order}{place}", entry.place) if entry.inside is None else entry.inside
            rows += struct.pack(f"{order}{row}", tag, entry.type, entry.count) + value
    count = len(rows) // (struct.calcsize(f"{order}{row}") + room)
    return struct.pack(f"{order}{head}", count) + rows + bytes(room)


def written(tags: Tags, directory: Directory, place: int) -> bytes:
    """The tags as a directory that lies at `place`, the only one of its file."""
    kind, code, head, row = (16, "Q", "Q", "HHQ") if directory.big else (4, "I", "H", "HHI")
    number, room = struct.Struct(f"{directory.order}{CODES[kind]}"), 8 if directory.big else 4
    entries, values = b"", b""
    behind = place + struct.calcsize(f"<{head}") + len(tags) * (struct.calcsize(f"<{row}") + room) + room
    for tag, each in sorted(tags.items()):
        # Those that libtiff wants to be short are small; it takes numbers of any width.
        data = struct.pack(f"{directory.order}{len(each)}{code}", *each)
        if len(data) > room:
            data, values = number.pack(behind + len(values)), values + data
        entries += struct.pack(f"{directory.order}{row}", tag, kind, len(each)) + data
    return struct.pack(f"{directory.order}{head}", len(tags)) + entries + bytes(room) + values
