"""Where files keep their XMP."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from catalog.kinds.formats import kind_of
from catalog.kinds.png import XMP
from catalog.metadata import packets as tested
from catalog.metadata import xmp
from catalog.metadata.merge import Metadata
from catalog.presentation.chunks import XMP_PROFILE
from catalog.presentation.packets import read as presented
from catalog.presentation.segments import EXTENSION
from tests.catalog.metadata import packets
from tests.catalog.metadata.packets import bag

NAME = b"0123456789ABCDEF" * 2
FIRST = packets.xmp("<dc:title>Title</dc:title>", f'xmpNote:HasExtendedXMP="{NAME.decode()}"')
SECOND = packets.xmp(bag("dc:subject", *(f"keyword {number}" for number in range(900))))
PLAIN = packets.xmp("<dc:title>Title</dc:title>")


def jpeg(*segments: bytes) -> bytes:
    """A JPEG with these in APP1."""
    made = BytesIO()
    Image.new("RGB", (8, 8)).save(made, "JPEG")
    told = b"".join(b"\xff\xe1" + (len(each) + 2).to_bytes(2, "big") + each for each in segments)
    return made.getvalue()[:2] + told + made.getvalue()[2:]


def first(packet: bytes = FIRST, name: bytes = b"http://ns.adobe.com/xap/1.0/\0") -> bytes:
    return name + packet


def piece(start: int, end: int, name: bytes = NAME, whole: int = len(SECOND)) -> bytes:
    return EXTENSION + name + struct.pack(">II", whole, start) + SECOND[start:end]


def png(*chunks: tuple[bytes, bytes], before: bool = True) -> bytes:
    """A PNG with these chunks, before its pixels or behind them."""
    made = BytesIO()
    Image.new("RGB", (8, 8)).save(made, "PNG")
    told = b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in chunks
    )
    place = 33 if before else made.getvalue().index(b"IEND") - 4
    return made.getvalue()[:place] + told + made.getvalue()[place:]


def read(data: bytes) -> Metadata:
    file = BytesIO(data)
    kind = kind_of(file)
    assert kind
    return xmp.read(*tested.xmp(presented(file, kind))).metadata


@pytest.mark.parametrize(
    ("segments", "title", "keywords"),
    [
        ([first(PLAIN)], "Title", 0),
        ([first(), piece(0, 5000), piece(5000, len(SECOND))], "Title", 900),
        ([first(), piece(5000, len(SECOND)), piece(0, 5000)], "Title", 900),
        ([piece(0, len(SECOND)), first()], "Title", 900),
        ([first(), piece(0, len(SECOND), NAME.lower())], "Title", 900),
        ([first(), piece(0, len(SECOND), b"F" * 32)], "Title", 0),
        ([first(PLAIN), piece(0, len(SECOND))], "Title", 0),
        ([first(), piece(5000, len(SECOND))], "Title", 0),
        ([first(), piece(0, len(SECOND), whole=2**32 - 1)], "Title", 0),
        ([first(), EXTENSION + b"short"], "Title", 0),
        ([first(PLAIN, b"XMP\0://ns.adobe.com/xap/1.0/\0")], "Title", 0),
        ([first(PLAIN, b"")], "Title", 0),
    ],
)
def test_jpeg(segments: list[bytes], title: str, keywords: int) -> None:
    known = read(jpeg(*segments))
    assert (known.title, len(known.keywords)) == (title, keywords)


HEX = b"\nxmp\n%8d\n%s\n" % (len(PLAIN), PLAIN.hex().encode())
INTERNATIONAL = XMP + b"\0%b\0de\0\0"


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (b"iTXt", INTERNATIONAL % b"\0" + PLAIN),
        (b"iTXt", INTERNATIONAL % b"\1" + zlib.compress(PLAIN)),
        (b"zTXt", XMP + b"\0\0" + zlib.compress(PLAIN)),
        (b"tEXt", XMP + b"\0" + PLAIN),
        (b"zTXt", XMP_PROFILE + b"\0\0" + zlib.compress(HEX)),
        (b"tEXt", XMP_PROFILE + b"\0" + HEX),
    ],
)
def test_png(kind: bytes, data: bytes, before: bool) -> None:
    assert read(png((kind, data), before=before)).title == "Title"


@pytest.mark.parametrize(
    "chunk",
    [
        (b"iTXt", INTERNATIONAL % b"\1" + b"garbage"),
        (b"iTXt", INTERNATIONAL % b"\1" + zlib.compress(bytes(50_000_000))),
        (b"tEXt", XMP_PROFILE + b"\0\nxmp\n4\nno hex\n"),
        (b"tEXt", b"Comment\0" + PLAIN),
    ],
)
def test_png_that_says_nothing(chunk: tuple[bytes, bytes]) -> None:
    assert read(png(chunk, before=False)) == Metadata()
