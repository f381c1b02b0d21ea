"""PNG as far as its pixels go: what else is wrong in a file, or too large, is left out.

Source: PNG 3rd edition, 5.3 (chunk layout).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO, cast

from PIL.PngImagePlugin import PngImageFile, PngStream

from catalog.kinds.damage import CORRUPT, TRUNCATED, is_damage, mark

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP = b"XML:com.adobe.xmp"
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
ANIMATION = (b"acTL", b"fcTL", b"fdAT")
MOST_CHUNKS = 100_000
MANY_CHUNKS = 1000  # before the pixels, of which Pillow unpacks and keeps every one
MOST_READ = 16 << 20  # bytes of a chunk that is looked into, and of what is behind it once it is inflated
MOST_PROFILE = 4_000_000  # as many as are looked at when colours are converted
LONGEST_EXIF = 1 << 20


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk: `place` is that of its data, of `length` bytes, behind which come four of its checksum."""

    kind: bytes
    place: int
    length: int


@dataclass(slots=True)
class _Head:
    """What a PNG says before its pixels: as a PNG of its own, what Pillow would not take from it, where they begin."""

    file: BytesIO
    place: int
    info: dict[str | tuple[int, int], Any] = field(default_factory=dict)
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
            self.info.update(head.info)
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
        """Looks for EXIF behind the pixels, and for the file's end."""
        self.source.seek(self._left, 1)
        for _ in range(MOST_CHUNKS):
            chunk = self._next()
            if chunk is None:
                mark(self, TRUNCATED)
                return
            if chunk.kind == b"IEND" or (self.is_animated and chunk.kind in ANIMATION):
                return
            if chunk.kind == b"eXIf" and "exif" not in self.info and chunk.length <= LONGEST_EXIF:
                self.info["exif"] = b"Exif\0\0" + self.source.read(chunk.length)
            else:
                self.source.seek(chunk.length, 1)

    def _next(self) -> Chunk | None:
        """The chunk behind the data of another, whose checksum comes first; None at the file's end."""
        head = self.source.read(12)
        if len(head) < 12:
            return None
        return Chunk(head[8:], self.source.tell(), int.from_bytes(head[4:8], "big"))


def chunks(file: BinaryIO, place: int = len(SIGNATURE), most: int = MOST_CHUNKS) -> Iterator[Chunk]:
    """The chunks from that place on, up to the file's end; so many at most. What is no chunk has a kind that is
    no word.

    Raises:
        OSError: the file can't be read.
    """
    for _ in range(most):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[:4], "big")
        yield Chunk(head[4:], place + 8, length)
        place += 12 + length


def _is_light(file: BinaryIO) -> bool:
    """Whether there is little enough before the pixels to let Pillow read all of it."""
    for number, chunk in enumerate(chunks(file, most=MANY_CHUNKS + 1)):
        if chunk.kind in (b"IDAT", b"IEND") or not chunk.kind.isalpha():
            return True
        if number >= MANY_CHUNKS:
            return False
    return True


def inflated(data: bytes, most: int) -> bytes:
    """What zlib has made so many bytes of, at most; as far as it can be read."""
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return b""


def text(kind: bytes, rest: bytes, most: int) -> bytes:
    """What follows the keyword and its 0 in a text chunk (tEXt, zTXt or iTXt), `most` bytes of it at most where it is
    packed.

    Source: PNG 3rd edition, 11.3.3.
    """
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return inflated(rest[1:], most)
    # A flag and a method of compression, two texts that end with 0, then the text.
    packed, body = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    return inflated(body, most) if packed else body


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
    # A length that is wrong leads anywhere; the pixels' name is in the file still.
    file.seek(min(after, len(SIGNATURE) + 25))
    place = file.read(MOST_READ).find(b"IDAT")
    if place < 4:
        return None
    place += min(after, len(SIGNATURE) + 25)
    file.seek(place - 4)
    head.damage = CORRUPT
    return _with_pixels(head, Chunk(b"IDAT", place + 4, int.from_bytes(file.read(4), "big")))


def _take(head: _Head, stream: PngStream, file: BinaryIO, chunk: Chunk) -> None:
    """Puts a chunk before the pixels into the head, where it can be read, and is not too large for Pillow."""
    file.seek(chunk.place)
    data = file.read(chunk.length)
    right = file.read(4) == struct.pack(">I", zlib.crc32(chunk.kind + data))
    needed = not chunk.kind[0] & 0x20  # by the case of its first letter
    if not right:
        head.damage = CORRUPT
    if chunk.kind in TEXTS and not data.startswith(XMP + b"\0"):
        return  # for each of which Pillow would unpack a megabyte
    if chunk.kind in ANIMATION or not (right or needed):
        return
    if chunk.kind == b"iCCP" and "icc_profile" in head.info:
        return
    if chunk.kind == b"iCCP":
        head.info |= _profile(data)
    elif chunk.kind in TEXTS:
        if chunk.kind == b"iTXt" and "xmp" not in head.info:
            head.info |= _xmp(data)
    elif _is_taken(stream, chunk.kind, data):
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


def _profile(data: bytes) -> dict[str | tuple[int, int], Any]:
    """The profile in an iCCP chunk, as long as it says that it is: some tools put a megabyte of zeros behind it."""
    _, _, packed = data.partition(b"\0")
    size = int.from_bytes(inflated(packed[1:], 4), "big")
    profile = inflated(packed[1:], min(size, MOST_PROFILE)) if size else b""
    return {"icc_profile": profile} if len(profile) == size else {}


def _xmp(data: bytes) -> dict[str | tuple[int, int], Any]:
    """The packet in an iTXt chunk."""
    return {"xmp": text(b"iTXt", data[len(XMP) + 1 :], MOST_READ)}
