"""What a render is reckoned to take of memory is no less than it takes, and not many times as much, for each kind."""

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.workers.samples.jpegs import of_scans
from tests.workers.samples.pictures import heic, saved
from tests.workers.samples.raws import dng
from workers.pipeline.cost import BASE, cost
from workers.pipeline.limits import Limits
from workers.sizing import Size

PROJECT = Path(__file__).parents[4]
WIDTH, HEIGHT = 2400, 1600
PIXELS = WIDTH * HEIGHT
SMALL, WHOLE = Size(150, 100), Size(WIDTH, HEIGHT)
SPARE = 24_000_000  # of what a process takes anyway: the threads and caches of libraries
FACTOR = 3.5


def picture(mode: str = "RGB") -> Image.Image:
    image = Image.linear_gradient("L").resize((WIDTH, HEIGHT)).convert("RGB")
    if mode.endswith("A"):
        image.putalpha(image.getchannel("R"))
    return image.convert(mode)


def of(format: str, mode: str = "RGB", **options: Any) -> Callable[[], BytesIO]:
    return lambda: saved(picture(mode), format, **options)


def animated(format: str) -> Callable[[], BytesIO]:
    return lambda: saved(picture(), format, save_all=True, append_images=[picture().rotate(180)])


def tiff(
    bits: int,
    samples: int,
    format: int = 1,
    tile: tuple[int, int] | None = None,
    planes: bool = False,
    size: Size = WHOLE,
) -> Callable[[], BytesIO]:
    """A TIFF of which all strips or tiles are the same bytes."""

    def made() -> BytesIO:
        across, down = tile or (size.width, 64)
        count = -(-size.width // across) * -(-size.height // down)
        data = zlib.compress(bytes(across * down * (1 if planes else samples) * bits // 8), 1)
        count *= samples if planes else 1
        out = bytearray(b"II*\0\0\0\0\0" + data + bytes(len(data) % 2))
        tags = {256: [size.width], 257: [size.height], 258: [bits] * samples, 259: [8], 262: [2 if samples > 1 else 1]}
        tags |= {277: [samples], 284: [2 if planes else 1], 339: [format] * samples}
        places = (324, 325) if tile else (273, 279)
        tags |= {places[0]: [8] * count, places[1]: [len(data)] * count}
        tags |= {322: [across], 323: [down]} if tile else {278: [down]}
        entries = b""
        for tag, values in sorted(tags.items()):
            place = values[0]
            if len(values) > 1:
                place = len(out)
                out += struct.pack(f"<{len(values)}I", *values)
            entries += struct.pack("<HHII", tag, 4, len(values), place)
        struct.pack_into("<I", out, 4, len(out))
        return BytesIO(bytes(out) + struct.pack("<H", len(tags)) + entries + bytes(4))

    return made


KINDS: dict[str, Callable[[], BytesIO]] = {
    "JPEG": of("JPEG"),
    "JPEG, progressive": of("JPEG", progressive=True),
    "JPEG of inks, progressive": of("JPEG", "CMYK", progressive=True),
    "PNG, grey": of("PNG", "L"),
    "PNG, palette": of("PNG", "P"),
    "PNG, palette with a clear colour": of("PNG", "P", transparency=3),
    "PNG, colours": of("PNG"),
    "PNG, alpha": of("PNG", "RGBA"),
    "PNG, grey of 16 bits": of("PNG", "I;16"),
    "PNG, animated": animated("PNG"),
    "WebP": of("WEBP", method=0),
    "WebP, alpha": of("WEBP", "RGBA", method=0, lossless=True),
    "WebP, animated": animated("WEBP"),
    "GIF": of("GIF", "P"),
    "BMP": of("BMP"),
    "TIFF, packed": of("TIFF", compression="tiff_lzw"),
    "TIFF, JPEG": of("TIFF", compression="jpeg"),
    "TIFF, alpha": of("TIFF", "RGBA", compression="tiff_adobe_deflate"),
    "TIFF, floating grey": of("TIFF", "F", compression="tiff_lzw"),
    "TIFF, 12 bits": tiff(12, 3),
    "TIFF, 16 bits": tiff(16, 3),
    "TIFF, 16 bits in planes": tiff(16, 3, planes=True),
    "TIFF, floating": tiff(32, 3, 3),
    "TIFF, floating, 64 bits": tiff(64, 3, 3),
    "TIFF, floating in tiles": tiff(32, 3, 3, tile=(256, 256)),
    "TIFF, 16 bits in planes in tiles": tiff(16, 3, tile=(256, 256), planes=True),
    "TIFF, one large tile": tiff(8, 3, tile=(4096, 4096), size=Size(100, 100)),
    "HEIC": lambda: heic(picture()),
    "HEIC, alpha": lambda: heic(picture("RGBA")),
    "AVIF": of("AVIF", speed=10),
    "AVIF, alpha": of("AVIF", "RGBA", speed=10),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_less_than_it_takes(kind: str, tmp_path: Path) -> None:
    """At a small size; and in its own, where what is made of the photo takes more."""
    source = KINDS[kind]()
    path = tmp_path / "photo"
    path.write_bytes(source.getvalue())
    sizes = (SMALL, WHOLE)
    sides = [str(side) for size in sizes for side in (size.width, size.height)]
    command = [sys.executable, "-m", "tests.workers.pipeline.bounds.peak", str(path), *sides]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300, check=True)
    for size, taken in zip(sizes, map(int, done.stdout.split()), strict=True):
        reckoned = cost(source, size, Limits())
        print(f"{kind:36} {taken / PIXELS:6.1f} {reckoned / PIXELS:6.1f}")
        assert taken - SPARE <= reckoned <= FACTOR * taken + 10 * PIXELS


def test_a_header_alone_is_enough() -> None:
    """38 bytes of WebP that claim 196 megapixels: nothing of it is decoded to know what it would take."""
    head = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (13_999).to_bytes(3, "little") * 2 + b"VP8 \0\0\0\0"
    assert len(head) == 38
    assert cost(BytesIO(head), SMALL, Limits()) > 3_900_000_000


def test_tiles_count_that_are_larger_than_the_picture() -> None:
    assert cost(tiff(8, 3, tile=(8192, 8192), size=Size(100, 100))(), SMALL, Limits()) > 3 * 8192 * 8192


def test_scans_count() -> None:
    one, many = (cost(BytesIO(of_scans(4000, 4000, count)), SMALL, Limits()) for count in (0, 3))
    assert many - one > 2 * 3 * 4000 * 4000 - BASE


def test_of_a_raw_file_the_preview_counts_where_it_is_shown() -> None:
    large, small = (saved(picture().resize(size)).getvalue() for size in ((300, 200), (30, 20)))
    image = picture().resize((400, 300))
    shown, developed = (cost(dng(image, preview=each), SMALL, Limits()) for each in (large, small))
    assert developed - shown > 20 * 400 * 300


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"\xff\xd8\xff", b"GIF89a", b"BM", b"II*\0", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_photo_costs_hardly_anything(content: bytes) -> None:
    assert cost(BytesIO(content), SMALL, Limits()) == BASE


def test_what_is_refused_anyway_costs_hardly_anything() -> None:
    """The limit says so then, and not the memory."""
    source = saved(picture(), "PNG")
    assert cost(source, SMALL, Limits(max_pixels=PIXELS - 1)) == cost(source, SMALL, Limits(max_bytes=9)) == BASE
    assert source.tell() == 0
