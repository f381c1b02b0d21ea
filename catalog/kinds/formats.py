"""Which kind of file a photo is, by its bytes: nothing is asked of a name, and no decoder is tried out."""

import re
import struct
from typing import BinaryIO

JPEG, PNG, WEBP, TIFF, GIF, BMP, HEIF, AVIF, RAW = "JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "HEIF", "AVIF", "RAW"
KINDS = (JPEG, PNG, WEBP, TIFF, GIF, BMP, HEIF, AVIF, RAW)

SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), JPEG),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PNG),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), WEBP),
    (re.compile(rb"GIF8[79]a"), GIF),
    # The size of one of the headers that there are tells a bitmap from a text that begins with BM.
    (re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), BMP),
    # Fujifilm RAF; Olympus ORF; Panasonic RW2; Canon CR2, a TIFF with a word of its own.
    (re.compile(rb"FUJIFILMCCD-RAW|IIR[OS]|MMOR|IIU\0|(II\*\0|MM\0\*)....CR", re.DOTALL), RAW),
    # Canon CRW; Minolta MRW; Sigma X3F.
    (re.compile(rb"II....HEAPCCDR|\0MRM|FOVb", re.DOTALL), RAW),
)
CLASSIC_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
BIG_TIFF = (b"II+\0", b"MM\0+")

# ISO/IEC 14496-12, 4.3: a box of the file's brands comes first. What HEIF and AVIF share counts last.
BRANDS = (
    ({b"crx "}, RAW),
    ({b"avif", b"avis"}, AVIF),
    ({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}, HEIF),
)

# What makes a TIFF a raw photo: a DNG says so (DNG 1.7, chapter 4), the others' pixels lie under a colour filter.
SUB_DIRECTORIES, PHOTOMETRIC, DNG_VERSION = 330, 262, 50706
COLOUR_FILTER, LINEAR_RAW = 32803, 34892
MOST_DIRECTORIES, MOST_ENTRIES = 10, 1000

LARGEST_PROFILE = 4_000_000
"""The bytes that a profile of colours may have at most: the largest ones of printing presses have 3 MB. What is larger
counts as none."""

LONGEST_SIDE = 999_999
"""The pixels of a side that a photo may have at most: what claims more is no photo."""


def too_long(width: int, height: int) -> str:
    """Why a photo that claims to have so many pixels is refused; empty where it is not."""
    if max(width, height) <= LONGEST_SIDE:
        return ""
    return f"The photo's header claims {width} x {height} pixels: no side may have more than {LONGEST_SIDE:,}."


def kind_of(file: BinaryIO) -> str | None:
    """The kind, one of KINDS; None for a file of no kind that is rendered. Leaves the file at its start.

    Raises:
        OSError: the file can't be read.
    """
    file.seek(0)
    head = file.read(64)
    kind = _by_head(head)
    if kind is None and head[:4] in CLASSIC_TIFF:
        kind = RAW if _is_raw(file, CLASSIC_TIFF[head[:4]]) else TIFF
    file.seek(0)
    return kind


def webp_size(file: BinaryIO) -> tuple[int, int]:
    """Width and height that a WebP's first 30 bytes give, 0 x 0 where they give none; leaves the file at its start.

    libwebp takes memory for all pixels as it opens a file, so its size has to be looked at before. The layouts are
    RFC 9649's: 2.5, 2.6 and 2.7.
    """
    file.seek(0)
    head = file.read(30).ljust(30, b"\0")
    file.seek(0)
    word = int.from_bytes(head[21:25], "little")
    sizes = {
        b"VP8 ": (int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF),
        b"VP8L": ((word & 0x3FFF) + 1, (word >> 14 & 0x3FFF) + 1),
        b"VP8X": (int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1),
    }
    begins = {b"VP8 ": head[23:26] == b"\x9d\x01\x2a", b"VP8L": head[20] == 0x2F}
    return sizes.get(head[12:16], (0, 0)) if begins.get(head[12:16], True) else (0, 0)


def _by_head(head: bytes) -> str | None:
    for signature, kind in SIGNATURES:
        if signature.match(head):
            return kind
    if head.startswith(BIG_TIFF):
        return TIFF
    if head[4:8] == b"ftyp":
        end = int.from_bytes(head[:4], "big")
        brands = {head[8:12]} | {head[at : at + 4] for at in range(16, min(end, len(head)), 4)}
        return next((kind for known, kind in BRANDS if known & brands), None)
    return None


def _is_raw(file: BinaryIO, order: str) -> bool:
    """Whether a TIFF holds a raw photo: looks at its first directory and at those below it."""
    waiting = [(4, 1)]  # places of offsets, and how many are there
    seen: set[int] = set()
    while waiting:
        place, count = waiting.pop()
        for offset in _numbers(file, order, place, min(count, MOST_DIRECTORIES)):
            if offset in seen or len(seen) >= MOST_DIRECTORIES:
                continue
            seen.add(offset)
            for tag, many, value, at in _entries(file, order, offset):
                if tag == DNG_VERSION or (tag == PHOTOMETRIC and value in (COLOUR_FILTER, LINEAR_RAW)):
                    return True
                if tag == SUB_DIRECTORIES:
                    # One offset stands in the entry itself, several elsewhere.
                    waiting.append((at, 1) if many == 1 else (_number(file, order, at), many))
    return False


def _entries(file: BinaryIO, order: str, offset: int) -> list[tuple[int, int, int, int]]:
    """A directory's entries: tag, how many values, the value where it is one short, and the value's place."""
    file.seek(offset)
    head = file.read(2)
    count = min(struct.unpack(f"{order}H", head)[0], MOST_ENTRIES) if len(head) == 2 else 0
    data = file.read(12 * count)
    rows = struct.iter_unpack(f"{order}HHIH2x", data[: len(data) // 12 * 12])
    return [(tag, many, value, offset + 10 + 12 * number) for number, (tag, _, many, value) in enumerate(rows)]


def _number(file: BinaryIO, order: str, place: int) -> int:
    return next(iter(_numbers(file, order, place, 1)), 0)


def _numbers(file: BinaryIO, order: str, place: int, count: int) -> list[int]:
    file.seek(place)
    data = file.read(4 * count)
    return [number for (number,) in struct.iter_unpack(f"{order}I", data[: len(data) // 4 * 4])]
