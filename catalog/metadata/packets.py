"""Where the XMP of a photo stands in its file, in how many pieces ever."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from catalog.kinds.png import XMP, chunks, text
from catalog.metadata.xmp import LARGEST, extension_of
from catalog.presentation.chunks import MOST_CHUNKS
from catalog.presentation.presentation import packet

EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
EXTENSION_HEAD = struct.Struct(">32sII")  # the id, the length of the whole, the place of this piece in it
ROOTS = (b":xmpmeta", b":xapmeta", b":RDF")
PROFILE = b"Raw profile type xmp"  # ImageMagick's way: hex behind three lines
TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def of_image(file: BinaryIO, image: Image.Image) -> list[bytes]:
    """The packets that an image has beside its own directories: the first, and what goes on elsewhere."""
    first = packet(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp"))
    if isinstance(image, JpegImageFile):
        return [*filter(None, _of_jpeg(image, first))]
    if not first and isinstance(image, PngImageFile):
        first = _of_png(file)
    return [first] if first else []


def _of_jpeg(image: JpegImageFile, first: bytes) -> Iterator[bytes]:
    """Source: XMP part 3, 1.1.3: what has no place in a segment stands in others, under the id that the first names."""
    segments = [data for marker, data in image.applist if marker == "APP1" and not data.startswith(b"Exif\0")]
    if not first:
        # Under a name that is not as it should be.
        odd = (data for data in segments if not data.startswith(EXTENSION) and any(root in data for root in ROOTS))
        first = next(odd, b"")
    yield first
    pieces = [data[len(EXTENSION) :] for data in segments if data.startswith(EXTENSION)]
    if pieces and (wanted := extension_of(first)):
        yield _joined(pieces, wanted)


def _joined(pieces: list[bytes], wanted: bytes) -> bytes:
    """The pieces of one id in the order of their places; empty where some are missing, or the whole is too large."""
    found: dict[int, bytes] = {}
    whole = 0
    for piece in pieces:
        if len(piece) < EXTENSION_HEAD.size:
            continue
        name, whole_of_this, place = EXTENSION_HEAD.unpack_from(piece)
        if name.upper() == wanted.upper():
            found[place], whole = piece[EXTENSION_HEAD.size :], whole_of_this
    joined = b"".join(found[place] for place in sorted(found))
    return joined if len(joined) == whole <= LARGEST else b""


def _of_png(file: BinaryIO) -> bytes:
    """The XMP among a PNG's texts, wherever it is, compressed or not; pixels are skipped.

    Source: PNG 3rd edition, 5.3 (chunk layout), 11.3.3 (texts).
    """
    for chunk in chunks(file, most=MOST_CHUNKS):
        if chunk.kind == b"IEND":
            break
        if chunk.kind in TEXTS and (found := _text(chunk.kind, file.read(min(chunk.length, LARGEST)))):
            return found
    return b""


def _text(kind: bytes, chunk: bytes) -> bytes:
    """The XMP of a text chunk; empty where it holds something else."""
    keyword, _, rest = chunk.partition(b"\0")
    if keyword not in (XMP, PROFILE):
        return b""
    said = text(kind, rest, LARGEST)
    if keyword == XMP:
        return said
    try:
        return bytes.fromhex(b"".join(said.split(b"\n")[3:]).decode("ascii"))
    except ValueError:
        return b""
