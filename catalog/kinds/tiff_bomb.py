"""How much a TIFF's directories ask to be read, before anybody reads them: EXIF is such a TIFF too.

Values lie one behind the other, so that together they are no larger than what holds them. Entries that all point to the
same bytes would have a reader keep as many copies: 64 KiB become 300 MB, a large TIFF any amount. And numbers become
objects, each of which takes twenty times the bytes of the file: no tag that is looked at has many.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from catalog.kinds.tiff import read_at

# By the first four bytes: the order of bytes; how the first directory's offset, a directory's count and an entry (tag,
# type, count, value) are written. TIFF 6.0, section 2; BigTIFF as libtiff has it.
LAYOUTS = {
    b"II*\0": ("<", "4xI", "H", "HHII"),
    b"MM\0*": (">", "4xI", "H", "HHII"),
    b"II+\0": ("<", "8xQ", "Q", "HHQQ"),
    b"MM\0+": (">", "8xQ", "Q", "HHQQ"),
}
UNITS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
SUB_DIRECTORIES = (0x8769, 0x8825)  # EXIF's own, and GPS
SPARE = 64 * 1024  # bytes that small things may share
MOST_ENTRIES = 65_535
AS_THEY_ARE = (1, 2, 7)  # the types that become bytes or a text
MOST_VALUES, MOST_PARTS = 3 << 16, 2_000_000  # a colour map of 16 bits; strips or tiles
PARTS = (273, 279, 324, 325)
LAST_TAG = 0xA500  # behind it are those of makers, which nobody here asks for


def is_tiff_bomb(file: BinaryIO, size: int) -> bool:
    """Whether the values of a TIFF of `size` bytes lie over each other, or are more than there can be; False for what
    is no TIFF.

    Raises:
        OSError: the file can't be read.
    """
    layout = LAYOUTS.get(read_at(file, 0, 4))
    if layout is None:
        return False
    order, first, *_ = layout
    head = read_at(file, 0, struct.calcsize(order + first))
    waiting = list(struct.unpack(order + first, head)) if len(head) == struct.calcsize(order + first) else []
    seen: set[int] = set()
    weight = 0
    while waiting:
        offset = waiting.pop()
        if offset in seen:
            continue
        seen.add(offset)
        for tag, kind, many, value in _entries(file, offset, *layout):
            length = many * UNITS.get(kind, 1)
            most = MOST_PARTS if tag in PARTS else MOST_VALUES
            if many > most and length <= size and kind not in AS_THEY_ARE and tag <= LAST_TAG:
                return True
            # What is larger than all there is can't be read, and isn't.
            weight += length if length <= size else 0
            if tag in SUB_DIRECTORIES and len(seen) <= len(SUB_DIRECTORIES):
                waiting.append(value)
    return weight > size + SPARE


def _entries(
    file: BinaryIO, offset: int, order: str, _: str, counted: str, written: str
) -> Iterator[tuple[int, int, int, int]]:
    """Each entry of a directory: its tag, the type and the number of its values, and the value or its place."""
    width = struct.calcsize(order + counted)
    head = read_at(file, offset, width)
    count = min(int.from_bytes(head, "little" if order == "<" else "big"), MOST_ENTRIES) if len(head) == width else 0
    entry = struct.Struct(order + written)
    data = read_at(file, offset + width, count * entry.size)
    yield from entry.iter_unpack(data[: len(data) // entry.size * entry.size])
