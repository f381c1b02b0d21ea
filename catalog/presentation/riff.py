"""The chunks of a WebP that say how its picture is shown. Pure, but for the file.

Source: RFC 9649, 2.3 to 2.7: only the extended format has them, where its flags say so; of each kind the first counts.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from catalog.kinds.formats import LARGEST_PROFILE

FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}
LARGEST = {b"ICCP": LARGEST_PROFILE, b"EXIF": 1 << 20, b"XMP ": 4 << 20}
"""Bytes that each may have; what is larger counts as if it were not there."""
MOST_CHUNKS = 100_000  # an animation has a chunk for each of its pictures
START = 12


@dataclass(frozen=True, slots=True)
class Riff:
    """What there is: packets of EXIF and XMP, a profile of colours; empty where there are none."""

    exif: bytes = b""
    xmp: bytes = b""
    profile: bytes = b""


def read(file: BinaryIO) -> Riff:
    """What the chunks say; nothing for what is no WebP.

    Raises:
        OSError: the file can't be read.
    """
    file.seek(0)
    head = file.read(21)
    if len(head) < 21 or head[:4] != b"RIFF" or head[8:16] != b"WEBPVP8X":
        return Riff()
    wanted = {kind for kind, flag in FLAGS.items() if head[20] & flag}
    end = min(file.seek(0, 2), int.from_bytes(head[4:8], "little") + 8)
    found: dict[bytes, bytes] = {}
    place = START
    for _ in range(MOST_CHUNKS):
        if not wanted or place + 8 > end:
            break
        file.seek(place)
        kind, length = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
        if kind in wanted and place + 8 + length <= end:
            wanted.discard(kind)
            found[kind] = file.read(length) if length <= LARGEST[kind] else b""
        place += 8 + length + (length & 1)
    return Riff(found.get(b"EXIF", b""), found.get(b"XMP ", b""), found.get(b"ICCP", b""))
