"""Sends files as they are, or spans of them, without holding a thread until the client has taken them."""

import io
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import falcon

from api.http.conditional import RangeNotSatisfiable, Validators, byte_range
from api.http.errors import RequestError
from catalog.beneath.photo_files import PhotoFiles
from catalog.photos import Photo
from catalog.presentation.segments import Span

GONE = "The photo's file is gone, or can't be read."


class Files:
    """The files of photos. `roots` says where the roots are, by alias; with `follow_links` a link may leave one."""

    def __init__(self, roots: Mapping[str, Path], *, follow_links: bool) -> None:
        self._files = PhotoFiles(roots, follow_links=follow_links)

    def opened(self, photo: Photo) -> BinaryIO:
        """A photo's file, as it is in its root now: since the scan it may have become anything.

        Raises:
            RequestError: missing: it is gone, can't be read, or is no file of this root any more.
        """
        file = self._files.of(photo.root, photo.path)
        if file is None:
            raise RequestError("missing", GONE)
        try:
            return file.open()
        except OSError:
            raise RequestError("missing", GONE) from None


class Positioned(io.RawIOBase):
    """What can be read as a file of `size` bytes, from any place on: whoever is one has a `read`."""

    size = 0

    def __init__(self) -> None:
        super().__init__()
        self._position = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """How many bytes are before the next one that is read."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes to another byte."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = base + offset
        return self._position


class Spans(Positioned):
    """Bytes and spans of a file, one behind the other, as one file; it closes the file when it is closed.

    waitress reads it on the thread of its sockets: so it has to say when a file has become shorter, where a plain
    file would only give nothing and be asked again, for ever.
    """

    def __init__(self, file: BinaryIO, parts: Sequence[bytes | Span]) -> None:
        super().__init__()
        self._file = file
        self._parts = parts
        self.size = sum(part.length if isinstance(part, Span) else len(part) for part in parts)

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes.

        Raises:
            OSError: the file has become shorter.
        """
        end = self.size if size < 0 else min(self._position + size, self.size)
        found: list[bytes] = []
        start = 0
        for part in self._parts:
            length = part.length if isinstance(part, Span) else len(part)
            first, last = max(self._position - start, 0), min(end - start, length)
            if first < last:
                found.append(
                    part[first:last] if isinstance(part, bytes) else self._of_file(part.start + first, last - first)
                )
            start += length
        self._position = max(self._position, end)
        return b"".join(found)

    def close(self) -> None:
        """Closes the file too."""
        self._file.close()
        super().close()

    def _of_file(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        data = self._file.read(length)
        if len(data) != length:
            raise OSError(f"a file has become shorter while it was sent: {len(data)} of {length} bytes are left")
        return data


def send(
    request: falcon.Request,
    response: falcon.Response,
    file: BinaryIO,
    parts: Sequence[bytes | Span],
    media_type: str,
    validators: Validators,
    charge: Callable[[int], None],
) -> None:
    """Answers with the parts, or with the range of them that is asked for; or says that the caller's copy is current.

    `charge` is told how many bytes are to be sent, before any is, and may raise RequestError: then none are. The server
    closes the file when it is sent, or the client gone. Cache-Control is for the caller of this to say.
    """
    now = time.time()
    validators.tell(response.set_header, now)
    response.set_header("Accept-Ranges", "bytes")
    header, tag, date = request.get_header, validators.tag, validators.known_by_date(now)
    if validators.are_those_of(header("If-None-Match"), header("If-Modified-Since"), now):
        file.close()
        response.status = 304
        return
    response.content_type = media_type
    stream = Spans(file, parts)
    length = _go_to_range(request, response, stream, tag, date) if request.method == "GET" else stream.size
    if request.method == "HEAD":  # Falcon would leave it open
        stream.close()
        response.content_length = length
        return
    try:
        charge(length)
    except RequestError:
        stream.close()
        response.delete_header("Content-Range")
        raise
    # The system begins to read: the thread of the sockets should not be the one that waits for the disk.
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
    response.set_stream(stream, length)


def _go_to_range(request: falcon.Request, response: falcon.Response, stream: Spans, tag: str, date: str | None) -> int:
    """Goes to where the range begins that is asked for, and says so; gives how many bytes are to be sent."""
    size = stream.size
    try:
        part = byte_range(request.get_header("Range"), request.get_header("If-Range"), tag, date, size)
    except RangeNotSatisfiable:
        stream.close()
        response.set_header("Content-Range", f"bytes */{size}")
        raise RequestError("beyond", f"The file has {size} bytes: none of the range is there.") from None
    if part is None:
        return size
    first, length = part
    response.status = 206
    response.set_header("Content-Range", f"bytes {first}-{first + length - 1}/{size}")
    stream.seek(first)
    return length
