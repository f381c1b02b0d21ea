"""The chunks of a PNG, no pixel decoded. Source: PNG 3rd edition, 5.3 (chunk layout)."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from catalog.kinds.formats import LARGEST_PROFILE

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP = b"XML:com.adobe.xmp"
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
ANIMATION = (b"acTL", b"fcTL", b"fdAT")
MOST_CHUNKS = 100_000
AFTER_HEAD = len(SIGNATURE) + 25
MOST_READ = 16 << 20  # bytes of a chunk that is looked into


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk: `place` is that of its data, of `length` bytes, behind which come four of its checksum."""

    kind: bytes
    place: int
    length: int


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


def has_pixels(file: BinaryIO) -> bool:
    """Whether there are pixels in a file though no chunk leads to them: a length that is wrong leads anywhere.

    Raises:
        OSError: the file can't be read.
    """
    return lost_pixels(file, AFTER_HEAD) is not None


def lost_pixels(file: BinaryIO, start: int) -> Chunk | None:
    """The first pixels behind some place, by their name, near it; None where there are none."""
    file.seek(start)
    found = file.read(MOST_READ).find(b"IDAT")
    if found < 4:
        return None
    file.seek(start + found - 4)
    return Chunk(b"IDAT", start + found + 4, int.from_bytes(file.read(4), "big"))


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


def profile(data: bytes) -> bytes:
    """The profile in an iCCP chunk, as long as it says that it is: some tools put a megabyte of zeros behind it. Empty
    where it is shorter, or longer than any that is looked at."""
    packed = data.partition(b"\0")[2][1:]
    size = int.from_bytes(inflated(packed, 4), "big")
    found = inflated(packed, size) if 0 < size <= LARGEST_PROFILE else b""
    return found if len(found) == size else b""
