"""WebP that ends early, or holds something odd behind its first picture: that one, as far as it goes.

libwebp decodes no file that is shorter than its header says, nor an animation with one broken picture. So what there is
of the first is put into a file of its own, with zeros for what is missing. The layouts are RFC 9649's, 2.3 to 2.7.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from catalog.kinds.damage import CORRUPT, TRUNCATED, mark
from catalog.kinds.formats import webp_size
from catalog.kinds.pillow_errors import is_damage

START = 12
FRAME = 16  # bytes of a picture's place, size and time in an animation
HAS_PROFILE, HAS_ALPHA = 0x20, 0x10
MOST_CHUNKS = 1000
SPARE = 1 << 16  # bytes for a picture's header


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    length: int  # as it says
    data: bytes  # what there is of it


@dataclass(frozen=True, slots=True)
class _Frame:
    """A picture of an animation: where it lies on the canvas, and its size, all in pixels."""

    left: int
    upper: int
    width: int
    height: int


def open_webp(file: BinaryIO) -> Image.Image:
    """The photo; of a damaged one what there is of its first picture, decoded.

    Raises:
        Exception: what Pillow raises, where there is nothing of it.
    """
    try:
        return WebPImageFile(file)
    except Exception as error:
        if not is_damage(error):
            raise
        file.seek(0)
        whole = file.read()
        image = _first_picture(whole, webp_size(file))
        if image is None:
            raise
        said = int.from_bytes(whole[4:8], "little") + 8
        mark(image, TRUNCATED if len(whole) < said else CORRUPT)
        return image


def _first_picture(whole: bytes, canvas: tuple[int, int]) -> Image.Image | None:
    frame, found = _Frame(0, 0, *canvas), dict[bytes, _Chunk]()
    for chunk in _chunks(whole[START:]):
        if chunk.kind == b"ANMF" and len(chunk.data) > FRAME:
            left, upper, width, height = (int.from_bytes(chunk.data[at : at + 3], "little") for at in (0, 3, 6, 9))
            frame = _Frame(2 * left, 2 * upper, width + 1, height + 1)
            found |= {each.kind: each for each in _chunks(chunk.data[FRAME:])}
            break
        found.setdefault(chunk.kind, chunk)
    pixels = found.get(b"VP8 ") or found.get(b"VP8L")
    inside = frame.left + frame.width <= canvas[0] and frame.upper + frame.height <= canvas[1]
    if pixels is None or not inside or not _begins(pixels):
        return None
    image = WebPImageFile(BytesIO(_file(frame, pixels, found)))
    image.load()
    if image.size == canvas:
        return image
    shown = Image.new("RGBA", canvas)
    shown.paste(image, (frame.left, frame.upper))
    shown.info = image.info
    return shown


def _begins(pixels: _Chunk) -> bool:
    """Whether there is more of a lossy picture than what stands before its colours."""
    return pixels.kind == b"VP8L" or len(pixels.data) > 10 + (int.from_bytes(pixels.data[:3], "little") >> 5)


def _file(frame: _Frame, pixels: _Chunk, found: dict[bytes, _Chunk]) -> bytes:
    """A WebP with this picture alone, and the profile of its colours."""
    size = min(pixels.length, len(pixels.data) + 4 * frame.width * frame.height + SPARE)
    beside = [each for kind in (b"ICCP", b"ALPH") if (each := found.get(kind)) and len(each.data) == each.length]
    kinds = {each.kind for each in beside} | {pixels.kind}
    flags = HAS_PROFILE * (b"ICCP" in kinds) | HAS_ALPHA * bool(kinds & {b"ALPH", b"VP8L"})
    sides = (frame.width - 1).to_bytes(3, "little") + (frame.height - 1).to_bytes(3, "little")
    parts = [(b"VP8X", struct.pack("<I", flags) + sides), *((each.kind, each.data) for each in beside)]
    parts.append((pixels.kind, pixels.data.ljust(size, b"\0")))
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1) for kind, data in parts)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _chunks(data: bytes) -> Iterator[_Chunk]:
    place = 0
    for _ in range(MOST_CHUNKS):
        if place + 8 >= len(data):
            return
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        yield _Chunk(data[place : place + 4], length, data[place + 8 : place + 8 + length])
        place += 8 + length + (length & 1)
