"""Opening: what is a photo, what is none, and what is too large to look at."""

import errno
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.workers.pipeline.pictures import quarters, saved, stored
from workers.errors import Busy, Damaged, RenderError, SourceMissing, Unsupported
from workers.pipeline import render
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened, orientation, translated
from workers.sizing import Size

JPEG = saved(quarters()).getvalue()
PNG = saved(quarters(), "PNG").getvalue()


def header_only(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG's chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Damaged),
        (b"hello, I am text", Unsupported),
        (bytes(1000), Unsupported),
        (b"%PDF-1.7\n", Unsupported),
        (b"RIFF\0\0\1\0AVI LIST" + bytes(100), Unsupported),
        (b"RIFF\0\0\1\0WEBPVP8 " + bytes(4), Damaged),
        (saved(quarters(), "BMP").getvalue()[:200], Damaged),
        (b"BM is a car maker, and this is a text", Unsupported),
        (JPEG[:3], Damaged),
        (JPEG[:100], Damaged),
        (PNG[:12], Damaged),
        (JPEG[: len(JPEG) // 2], Damaged),
        (PNG[: len(PNG) // 2], Damaged),
        (saved(quarters(), "WEBP").getvalue()[:200], Damaged),
        (saved(quarters(), "GIF").getvalue()[:200], Damaged),
        (header_only(20, 20), Damaged),
    ],
)
@pytest.mark.filterwarnings("default")
def test_what_is_no_whole_photo(content: bytes, expected: type[RenderError]) -> None:
    with pytest.raises(expected) as raised:
        render(BytesIO(content), Size(10, 10), 80)
    assert str(raised.value).endswith(".")


def test_the_pixel_limit_is_looked_at_before_a_pixel_is() -> None:
    """The file has no pixels: had it been decoded, it would be damaged."""
    with pytest.raises(Unsupported, match=r"10,000,000,000 pixels is above the limit of 200,000,000"):
        render(BytesIO(header_only(100_000, 100_000)), Size(10, 10), 80)


def test_the_pixel_limit_is_exact() -> None:
    assert render(BytesIO(JPEG), Size(10, 10), 80, limits=Limits(max_pixels=400 * 300))
    with pytest.raises(Unsupported):
        render(BytesIO(JPEG), Size(10, 10), 80, limits=Limits(max_pixels=400 * 300 - 1))


@pytest.mark.parametrize("value", [0, 9, 65_535])
def test_an_orientation_that_is_none(value: int) -> None:
    exif = Image.Exif()
    exif[274] = value
    with opened(saved(quarters(), exif=exif), Limits()) as image:
        assert orientation(image) == 1


def test_orientation_is_read(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(stored(quarters(), 6).getvalue())
    with opened(path, Limits()) as image:
        assert (orientation(image), image.size) == (6, (300, 400))


def test_a_tiff_is_turned_by_pillow_and_not_again() -> None:
    with opened(stored(quarters(), 6, "TIFF"), Limits()) as image:
        assert (orientation(image), image.size) == (1, (400, 300))


def test_broken_exif_spoils_no_photo() -> None:
    with opened(saved(quarters(), exif=b"Exif\0\0not TIFF at all"), Limits()) as image:
        assert orientation(image) == 1
    assert render(saved(quarters(), exif=b"Exif\0\0not TIFF at all"), Size(40, 30), 80)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError("image file is truncated"), Damaged),
        (OSError(errno.EIO, "Input/output error"), SourceMissing),
        (OSError(errno.ESTALE, "Stale file handle"), SourceMissing),
        (MemoryError(), Busy),
        (struct.error("unpack requires 4 bytes"), Damaged),
        (SyntaxError("broken PNG file"), Damaged),
    ],
)
def test_pillows_errors_become_ours(error: Exception, expected: type[RenderError]) -> None:
    assert type(translated(error)) is expected
