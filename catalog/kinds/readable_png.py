"""PNG as far as its pixels go: what else is wrong in a file, or too large, is left out.

Source: PNG 3rd edition, 5.3 (chunk layout).
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, cast

from PIL.PngImagePlugin import PngImageFile, PngStream

from catalog.kinds.damage import CORRUPT, TRUNCATED, mark
from catalog.kinds.pillow_errors import is_damage
from catalog.kinds.png import (
    AFTER_HEAD,
    ANIMATION,
    MOST_CHUNKS,
    MOST_READ,
    SIGNATURE,
    TEXTS,
    Chunk,
    chunks,
    lost_pixels,
)

# Before the pixels: Pillow unpacks and keeps every chunk.
MANY_CHUNKS, MOST_BESIDE = 1000, 1 << 20
BESIDE = frozenset({*TEXTS, *ANIMATION, b"iCCP", b"eXIf"})
"""What is left out where Pillow is not to read all of it: what is needed of them is read elsewhere."""


@dataclass(slots=True)
class _Head:
    """What a PNG says before its pixels: as a PNG of its own, what Pillow would not take from it, where they begin."""

    file: BytesIO
    place: int
    damage: str = ""


class ReadablePng(PngImageFile):
    """A PNG of which only what its first picture needs has to be right. Pillow refuses a file for the checksum of a
    comment, or for a comment or a profile of more than a megabyte.

    What is wrong is noted (see `damage.mark`), what is large is not. Of an animation it is the picture that programs
    show that know nothing of animations, which is the first, unless somebody meant another.
    """

    source: BinaryIO
    """The photo's file."""
    cut = False
    """Whether the file ended before the pixels did."""
    _left = 0  # bytes of the chunk that is being read

    def _open(self) -> None:
        self.source = cast(BinaryIO, self.fp)
        try:
            if not _is_light(self.source):
                raise SyntaxError("too much before the pixels")
            self.source.seek(0)
            super()._open()
        except Exception as error:
            if not is_damage(error):
                raise
            head = _readable_head(self.source)
            if head is None:
                raise
            self.fp = head.file
            super()._open()
            self.fp = self._fp = self.source
            self.tile = [self.tile[0]._replace(offset=head.place)]
            if head.damage:
                mark(self, head.damage)

    def load_prepare(self) -> None:
        """Goes to the pixels."""
        super().load_prepare()
        self.source.seek(self.tile[0].offset - 8)
        self._left = int.from_bytes(self.source.read(4), "big")
        self.cut = False

    def load_read(self, read_bytes: int) -> bytes:
        """More of the pixels, empty where there are none."""
        while not self._left:
            chunk = self._next()
            if chunk is None or chunk.kind != b"IDAT":
                self.cut = chunk is None
                return b""
            self._left = chunk.length
        data = self.source.read(min(read_bytes, self._left) if read_bytes > 0 else self._left)
        self._left -= len(data)
        self.cut = not data
        return data

    def load_end(self) -> None:
        """Looks for the file's end."""
        self.source.seek(self._left, 1)
        for _ in range(MOST_CHUNKS):
            chunk = self._next()
            if chunk is None:
                mark(self, TRUNCATED)
                return
            if chunk.kind == b"IEND" or (self.is_animated and chunk.kind in ANIMATION):
                return
            self.source.seek(chunk.length, 1)

    def _next(self) -> Chunk | None:
        """The chunk behind the data of another, whose checksum comes first; None at the file's end."""
        head = self.source.read(12)
        if len(head) < 12:
            return None
        return Chunk(head[8:], self.source.tell(), int.from_bytes(head[4:8], "big"))


def _is_light(file: BinaryIO) -> bool:
    """Whether there is little enough before the pixels to let Pillow read all of it."""
    size = 0
    for number, chunk in enumerate(chunks(file, most=MANY_CHUNKS + 1)):
        if chunk.kind in (b"IDAT", b"IEND") or not chunk.kind.isalpha():
            return True
        size += chunk.length
        if number >= MANY_CHUNKS or size > MOST_BESIDE:
            return False
    return True


def _readable_head(file: BinaryIO) -> _Head | None:
    """All that Pillow can read before the pixels; None where there are no pixels."""
    head = _Head(BytesIO(), 0)
    head.file.write(SIGNATURE)
    stream = PngStream(head.file)
    after = len(SIGNATURE)
    for chunk in chunks(file):
        if not chunk.kind.isalpha():
            break
        if chunk.kind == b"IDAT":
            return _with_pixels(head, chunk)
        after = chunk.place + chunk.length + 4
        if chunk.length <= MOST_READ:
            _take(head, stream, file, chunk)
        elif not chunk.kind[0] & 0x20:
            break
    pixels = lost_pixels(file, min(after, AFTER_HEAD))
    if pixels is None:
        return None
    head.damage = CORRUPT
    return _with_pixels(head, pixels)


def _take(head: _Head, stream: PngStream, file: BinaryIO, chunk: Chunk) -> None:
    """Puts a chunk before the pixels into the head, where it can be read, and the pixels need it."""
    file.seek(chunk.place)
    data = file.read(chunk.length)
    right = file.read(4) == struct.pack(">I", zlib.crc32(chunk.kind + data))
    needed = not chunk.kind[0] & 0x20  # by the case of its first letter
    if not right:
        head.damage = CORRUPT
    if chunk.kind in BESIDE or not (right or needed):
        return
    if _is_taken(stream, chunk.kind, data):
        head.file.write(struct.pack(">I", len(data)) + chunk.kind + data)
        head.file.write(struct.pack(">I", zlib.crc32(chunk.kind + data)))
    else:
        head.damage = CORRUPT


def _is_taken(stream: PngStream, kind: bytes, data: bytes) -> bool:
    stream.fp = BytesIO(data)
    try:
        stream.call(kind, 0, len(data))
    except AttributeError:  # which Pillow knows nothing of
        return True
    except Exception as error:
        if not is_damage(error):
            raise
        return False
    return True


def _with_pixels(head: _Head, pixels: Chunk) -> _Head:
    head.place = pixels.place
    head.file.write(struct.pack(">I", pixels.length) + b"IDAT")
    head.file.seek(0)
    return head
