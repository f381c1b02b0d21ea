"""What a photo's file says beside its pixels is read in bounds, whatever it claims, in the processes that serve: by
whoever scans, hands out a photo in its own size, or weighs what a render will take. No library opens it there."""

import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ImageFile
from PIL.Image import Exif

from catalog.kinds.formats import kind_of
from catalog.metadata.header import read
from catalog.presentation.presentation import presentation
from catalog.presentation.segments import EXTENSION, ICC, XMP
from tests.workers.samples.containers import photo, png
from tests.workers.samples.jpegs import EXIF, segment, with_segments
from tests.workers.samples.pictures import quarters, saved
from workers.pipeline.cost import cost
from workers.pipeline.limits import Limits
from workers.pipeline.lossless.strip import deliverable
from workers.pipeline.render import render
from workers.sizing import Size

PICTURE = quarters(64, 48)
JPEG = saved(PICTURE).getvalue()
FULL = 65_000
MB = 1 << 20
MOST = 40 * MB
"""Bytes that a look at any of these files may take: a few copies of the most of EXIF, of XMP and of a profile."""


def tags(*rows: tuple[int, int, int, int]) -> bytes:
    """EXIF of these entries: tag, type, count, and the value or its place."""
    return b"II*\0" + struct.pack("<IH", 8, len(rows)) + b"".join(struct.pack("<HHII", *row) for row in rows) + bytes(4)


COUNTS = tags(*((tag, kind, 2**32 - 1, 8) for tag in range(0x9000, 0x9400, 8) for kind in (2, 3, 5, 7)))
CIRCLE = tags((0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8), (0x0112, 3, 1, 6))
OUTSIDE = tags(*((tag, 4, 1, place) for tag, place in ((0x8769, 2**32 - 1), (0x8825, 2**31), (0x010F, 2**32 - 2))))
SAME_BYTES = tags(*((0x8000 + number, 7, FULL, 8) for number in range(5000))) + bytes(FULL)


def of_exif(packet: bytes) -> bytes:
    pieces = (packet[at : at + FULL] for at in range(0, len(packet), FULL))
    return with_segments(JPEG, *(segment(0xE1, EXIF + piece) for piece in pieces))


def of_profile(count: int) -> bytes:
    """So many pieces; each says that there are 255."""
    pieces = (ICC + bytes(((number + 1) % 256, 255)) + bytes(FULL) for number in range(count))
    return with_segments(JPEG, *(segment(0xE2, piece) for piece in pieces))


def extended() -> bytes:
    """XMP of 50 MB, in pieces."""
    name, size = b"0123456789ABCDEF" * 2, 800 * FULL
    first = XMP + b'<x:xmpmeta xmlns:x="adobe:ns:meta/" HasExtendedXMP="%s"/>' % name
    pieces = (EXTENSION + name + struct.pack(">II", size, at) + bytes(FULL) for at in range(0, size, FULL))
    return with_segments(JPEG, segment(0xE1, first), *(segment(0xE1, each) for each in pieces))


def index_that_lies() -> bytes:
    """Of a multi-picture JPEG: of 2^32 - 1 pictures, all of them at one place beyond the file."""
    rows = ((0xB000, 7, 4, 0x30303130), (0xB001, 4, 1, 2**32 - 1), (0xB002, 7, 2**32 - 16, 2**31))
    return with_segments(JPEG, segment(0xE2, b"MPF\0" + tags(*rows)))


def of_chunk(kind: bytes, size: int, *, packed: bool = False) -> bytes:
    """A PNG with so many bytes in one chunk."""
    names = {b"iCCP": b"profile\0\0", b"iTXt": b"XML:com.adobe.xmp\0" + bytes((packed,)) + b"\0\0\0"}
    body = struct.pack(">I", size) + bytes(size - 4)
    return png(PICTURE, (kind, names.get(kind, b"") + (zlib.compress(body, 1) if packed else body)))


def webp(kind: bytes, flag: int) -> bytes:
    """A WebP with 50 MB in a chunk of that kind."""
    plain = saved(PICTURE, "WEBP", quality=80).getvalue()[12:]
    sides = b"".join((side - 1).to_bytes(3, "little") for side in PICTURE.size)
    head = b"WEBPVP8X" + struct.pack("<II", 10, flag) + sides
    body = head + plain + kind + struct.pack("<I", 50 * MB) + bytes(50 * MB)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff(tag: int) -> bytes:
    """A TIFF with 50 MB in that tag."""
    more = Exif()
    more[tag] = bytes(50 * MB)
    return saved(PICTURE, "TIFF", exif=more).getvalue()


PHOTOS: dict[str, Callable[[], bytes]] = {
    "EXIF, counts without number": lambda: of_exif(COUNTS),
    "EXIF, circles": lambda: of_exif(CIRCLE),
    "EXIF, places outside": lambda: of_exif(OUTSIDE),
    "EXIF, the same bytes": lambda: of_exif(SAME_BYTES),
    "EXIF, 50 MB": lambda: of_exif(CIRCLE + bytes(50 * MB)),
    "ICC, 100 MB": lambda: of_profile(1600),
    "ICC, 255 pieces": lambda: of_profile(255),
    "XMP, 50 MB": extended,
    "MPO": index_that_lies,
    "PNG, ICC of 100 MB": lambda: of_chunk(b"iCCP", 100 * MB, packed=True),
    "PNG, XMP of 50 MB": lambda: of_chunk(b"iTXt", 50 * MB),
    "PNG, packed XMP of 200 MB": lambda: of_chunk(b"iTXt", 200 * MB, packed=True),
    "PNG, EXIF of 50 MB": lambda: of_chunk(b"eXIf", 50 * MB),
    "PNG, EXIF in circles": lambda: png(PICTURE, (b"eXIf", CIRCLE)),
    "TIFF, XMP of 50 MB": lambda: tiff(700),
    "TIFF, ICC of 50 MB": lambda: tiff(34675),
    "WebP, EXIF of 50 MB": lambda: webp(b"EXIF", 0x08),
    "WebP, XMP of 50 MB": lambda: webp(b"XMP ", 0x04),
    "WebP, ICC of 50 MB": lambda: webp(b"ICCP", 0x20),
}


@pytest.fixture
def file_of(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    path = tmp_path / "photo"

    def made(name: str) -> Path:
        path.write_bytes(PHOTOS[name]())
        return path

    yield made
    path.unlink()  # all of them are most of a gigabyte


@pytest.fixture
def _nobody_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object, **__: object) -> None:
        pytest.fail("Pillow was asked")

    monkeypatch.setattr(ImageFile.ImageFile, "__init__", asked)
    for name in ("load", "load_from_fp"):
        monkeypatch.setattr(Exif, name, asked)


Most = Callable[[], int]
"""The most bytes that were taken at once since it was asked before."""


@pytest.fixture
def most() -> Iterator[Most]:
    tracemalloc.start()

    def taken() -> int:
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        return found

    yield taken
    tracemalloc.stop()


@pytest.mark.usefixtures("_nobody_opens")
@pytest.mark.parametrize("name", PHOTOS)
def test_in_a_process_that_serves(name: str, file_of: Callable[[str], Path], request: pytest.FixtureRequest) -> None:
    path = file_of(name)
    most: Most = request.getfixturevalue("most")
    with path.open("rb") as file:
        kind = kind_of(file)
        assert kind
        presentation(file, kind)
        assert most() < MOST
        deliverable(file)
        assert most() < MOST
        cost(file, Size(32, 24), Limits())
        assert most() < MOST
    header = read(path)
    assert sorted((header.width, header.height)) == [48, 64]
    assert most() < MOST


@pytest.mark.parametrize("name", [name for name in PHOTOS if not name.startswith(("TIFF", "WebP"))])
def test_where_it_is_rendered(name: str, file_of: Callable[[str], Path], request: pytest.FixtureRequest) -> None:
    """Pillow opens it there, and keeps no more of it."""
    path = file_of(name)
    most: Most = request.getfixturevalue("most")
    with path.open("rb") as file:
        assert render(file, Size(32, 24), 80).startswith(b"\xff\xd8")
    assert most() < MOST


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_nobody_need_open_it(kind: str) -> None:
    assert presentation(BytesIO(photo(PICTURE, kind, 0, 6, 3)), kind).orientation == 6
