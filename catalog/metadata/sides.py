"""How large a picture is by its header, of the kinds whose headers are read without any decoder; and whether it is one
that their decoders take. Pure, but for the file.

Width and height are pixels as stored. Each function raises Unreadable, with why, and OSError where the file can't be
read.

Sources: PNG 3rd edition, 11.2.1 (IHDR); GIF89a; Microsoft's wingdi.h (bitmaps).
"""

import struct
from io import BytesIO
from typing import BinaryIO

from catalog.errors import Unreadable

BLOCK = 64 * 1024
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Of PNG: by the kind of colour, bits of a sample."""

MOST_BLOCKS, MOST_ROWS = 200_000, 2000  # of a GIF, before its pixels

CORE, INFO = 12, 40  # bytes of the oldest header of a bitmap, and of that which all later ones begin as
BITS = (1, 4, 8, 16, 24, 32)
PLAIN, FIELDS, RUNS = 0, 3, (1, 2)  # ways in which pixels are stored
MOST_COLOURS = 65_536
MASKS: dict[int, set[tuple[int, ...]]] = {
    16: {(0xF800, 0x7E0, 0x1F), (0x7C00, 0x3E0, 0x1F)},
    24: {(0xFF0000, 0xFF00, 0xFF)},
    32: {
        (0xFF0000, 0xFF00, 0xFF, 0),
        (0xFF000000, 0xFF0000, 0xFF00, 0),
        (0xFF000000, 0xFF00, 0xFF, 0),
        (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
        (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        (0xFF000000, 0xFF00, 0xFF, 0xFF0000),
        (0, 0, 0, 0),
    },
}
"""The fields that Pillow knows: by the bits of a pixel, those of red, green and blue, and of 32 those of alpha."""


def damaged(why: str) -> Unreadable:
    """The error for a header that is broken."""
    return Unreadable(f"its header is damaged: {why}")


def of_png(head: bytes) -> tuple[int, int]:
    """By the content of IHDR."""
    if len(head) < 13:
        raise damaged("it has no size")
    width, height, depth, colour, _, filters, _ = struct.unpack_from(">IIBBBBB", head)
    if depth not in DEPTHS.get(colour, ()) or filters:
        raise damaged("it is of a kind that no PNG is")
    return width, height


def of_gif(file: BinaryIO) -> tuple[int, int]:
    """The screen, or the first picture where that is larger: it is looked for behind what stands before it."""
    file.seek(0)
    found = _of_gif(BytesIO(file.read(BLOCK))) or _of_gif(file)
    if found is None:
        raise damaged("there is no picture in it")
    return found


def _of_gif(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(0)
    head = file.read(13)
    if len(head) < 13:
        return None
    width, height = struct.unpack_from("<HH", head, 6)
    file.seek(_colours(head[10]), 1)
    blocks = rows = 0
    while (what := file.read(1)) not in (b"", b";"):
        if what == b",":
            place = file.read(9)
            if len(place) < 9:
                return None
            file.seek(_colours(place[8]), 1)
            left, upper, across, down = struct.unpack_from("<4H", place)
            return (max(width, left + across), max(height, upper + down)) if file.read(1) else None
        if what != b"!":
            continue
        file.seek(1, 1)
        rows += 1
        while (count := file.read(1)) not in (b"", b"\0"):
            file.seek(count[0], 1)
            blocks += 1
            if blocks > MOST_BLOCKS:
                break
        if blocks > MOST_BLOCKS or rows > MOST_ROWS:
            raise damaged("too much stands before the pixels")
    return None


def _colours(flags: int) -> int:
    """Bytes of a table of colours, which there may be."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def of_bmp(file: BinaryIO) -> tuple[int, int]:
    """By the header that its size names."""
    file.seek(14)
    head = file.read(128)
    size = int.from_bytes(head[:4], "little")
    if len(head) < size or size < CORE:
        raise damaged("it ends early")
    if size == CORE:
        width, height, _, bits = struct.unpack_from("<4H", head, 4)
        stored, colours = PLAIN, 0
    else:
        width, height, _, bits, stored = struct.unpack_from("<IIHHI", head, 4)
        (colours,) = struct.unpack_from("<I", head, 32)
        height = 2**32 - height if head[11] == 0xFF else height  # from the top down
    if bits not in BITS:
        raise damaged(f"it has {bits} bits for each pixel")
    if stored not in (PLAIN, *RUNS) and not (stored == FIELDS and _are_known(head, size, bits)):
        raise damaged("its pixels are stored in a way that is not known")
    if bits <= 8 and (colours or 1 << bits) > MOST_COLOURS:
        raise damaged("it has too many colours")
    return width, height


def _are_known(head: bytes, size: int, bits: int) -> bool:
    """Whether the fields of the colours are some that there is a reader for; short headers have theirs behind them."""
    masks: tuple[int, ...] = struct.unpack_from("<3I", head, INFO) if len(head) >= INFO + 12 else ()
    if bits == 32:
        masks += struct.unpack_from("<I", head, INFO + 12) if size >= INFO + 16 else (0,)
    return masks in MASKS.get(bits, ())
