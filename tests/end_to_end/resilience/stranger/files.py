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
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif))
    return whole[:33] + chunk + whole[33:]


def jpeg(exif: bytes) -> bytes:
    """A JPEG with that EXIF, in as many segments as it takes."""
    parts = (segment(0xE1, EXIF + exif[first : first + 60_000]) for first in range(0, len(exif), 60_000))
    return with_segments(saved(solid(320, 240, (9, 9, 90))).getvalue(), *parts)


def one_tile(side: int) -> bytes:
    """A TIFF of 100 x 100 pixels, whose one tile is a square of that side."""
    packing = zlib.compressobj(9)
    row = b"\x55" * (side * 3)
    pixels = b"".join(packing.compress(row) for _ in range(side)) + packing.flush()
    bits = 8 + 2 + 12 * 11 + 4
    tags = [(256, 3, 1, 100), (257, 3, 1, 100), (258, 3, 3, bits), (259, 3, 1, 8), (262, 3, 1, 2), (277, 3, 1, 3)]
    tags += [(284, 3, 1, 1), (322, 4, 1, side), (323, 4, 1, side), (324, 4, 1, bits + 8), (325, 4, 1, len(pixels))]
    directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + directory + bytes(4)
    return head + struct.pack("<4H", 8, 8, 8, 0) + pixels
