"""What the owner of a file in a shared folder can put there: files that ask a reader for more than they are."""

import struct
import zlib
from pathlib import Path

from PIL import Image

from tests.catalog.beneath.deep import deep_folder
from tests.photos import solid
from tests.workers.samples.jpegs import EXIF, of_scans, segment, with_segments
from tests.workers.samples.pictures import saved

SIDE = 26_000
SCANS = 20_000
DEEP = 1_500
BOMBS = 30_000
SHARED = 1_600_000


def plant(folder: Path) -> None:
    """Writes one of each into a folder of photos."""
    exif = sharing_bytes()
    (folder / "exif.png").write_bytes(png(exif))
    solid(320, 240, (9, 90, 9)).save(folder / "exif.webp", exif=exif)
    (folder / "exif.jpg").write_bytes(jpeg(exif))
    (folder / "scans.jpg").write_bytes(of_scans(4000, 3000, SCANS))
    (folder / "tile.tif").write_bytes(one_tile(SIDE))
    Image.new("RGBA", (16383, 12000)).save(folder / "big.webp", lossless=True, method=0)
    deep_folder(folder, DEEP, {})


def sharing_bytes() -> bytes:
    """EXIF whose entries all have the same bytes: a reader that takes them one by one takes 48 GB."""
    start = 8 + 2 + BOMBS * 12 + 4
    tags = (0x1000 + number for number in range(2 * BOMBS))
    entries = [tag for tag in tags if tag not in (0x8769, 0x8825, 0xA005)][:BOMBS]
    directory = b"".join(struct.pack("<HHII", tag, 7, SHARED, start) for tag in entries)
    return b"II*\0" + struct.pack("<IH", 8, BOMBS) + directory + bytes(4) + b"A" * SHARED


def png(exif: bytes) -> bytes:
    """A PNG with that EXIF."""
    whole = saved(solid(320, 240, (90, 9, 9)), "PNG").getvalue()
    return whole[:33] + chunk(b"eXIf", exif) + whole[33:]


def jpeg(exif: bytes) -> bytes:
    """A JPEG with that EXIF, in as many segments as it takes."""
    parts = (segment(0xE1, EXIF + exif[first : first + 60_000]) for first in range(0, len(exif), 60_000))
    return with_segments(saved(solid(320, 240, (9, 9, 90))).getvalue(), *parts)


def one_tile(side: int) -> bytes:
    """A TIFF of 100 x 100 pixels, whose one tile is a square of that side."""
    pixels = packed(b"\x55" * (side * 3), side)
    bits = 8 + 2 + 12 * 11 + 4
    tags = [(256, 3, 1, 100), (257, 3, 1, 100), (258, 3, 3, bits), (259, 3, 1, 8), (262, 3, 1, 2), (277, 3, 1, 3)]
    tags += [(284, 3, 1, 1), (322, 4, 1, side), (323, 4, 1, side), (324, 4, 1, bits + 8), (325, 4, 1, len(pixels))]
    directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + directory + bytes(4)
    return head + struct.pack("<4H", 8, 8, 8, 0) + pixels


def plain_png(width: int, height: int, *, alpha: bool) -> bytes:
    """A PNG of one colour, black, or, with alpha, of nothing."""
    head = struct.pack(">2I5B", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    pixels = packed(bytes(1 + width * (4 if alpha else 3)), height)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(kind, content) for kind, content in ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def packed(row: bytes, rows: int) -> bytes:
    """The same row again and again, as zlib has it; of it one block is packed, which is all the others."""
    at_once = -(-1_000_000 // len(row))
    plain = row * at_once
    packing = zlib.compressobj(9, wbits=-15)
    block = packing.compress(plain) + packing.flush(zlib.Z_FULL_FLUSH)
    blocks, rest = divmod(rows, at_once)
    packing = zlib.compressobj(9, wbits=-15)
    last = packing.compress(row * rest) + packing.flush()
    check = 1
    for _ in range(blocks):
        check = zlib.adler32(plain, check)
    return b"\x78\xda" + block * blocks + last + struct.pack(">I", zlib.adler32(row * rest, check))
