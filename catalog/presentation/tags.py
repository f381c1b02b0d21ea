"""The tags of a TIFF, or of EXIF, which is one: those that say how a picture is shown, and whichever the catalogue asks
for. Pure, but for the file.

Read by their places: of a directory its entries, of an entry its value, so much of it as is asked for. Nothing else is
looked at, so that it takes microseconds and no memory whatever a file claims.

Sources: TIFF 6.0, section 2; EXIF 2.32 (CIPA DC-008), 4.6.5 and 4.6.7; BigTIFF as libtiff has it.
"""

import struct
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import BinaryIO

from catalog.kinds.formats import LARGEST_PROFILE
from catalog.kinds.tiff import SIZES as UNITS
from catalog.kinds.tiff import read_at

# By the first four bytes: the order of bytes, how the first directory's offset and a directory's count are written, and
# an entry: its tag, type, count, and the bytes of the value or of its place.
LAYOUTS = {
    b"II*\0": ("<", "4xI", "H", "HHI4s"),
    b"MM\0*": (">", "4xI", "H", "HHI4s"),
    b"II+\0": ("<", "8xQ", "Q", "HHQ8s"),
    b"MM\0+": (">", "8xQ", "Q", "HHQ8s"),
}
ORIENTATION, XMP, EXIF, PROFILE = 0x0112, 0x02BC, 0x8769, 0x8773
COLOUR_SPACE, INTEROPERABILITY = 0xA001, 0xA005
INDEX = 1
WHOLE = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # the types of whole numbers
ASCII, BYTE, UNDEFINED, LONG = 2, 1, 7, 4
NUMBERS = {
    3: "H",
    4: "I",
    5: "II",
    6: "b",
    8: "h",
    9: "i",
    10: "ii",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
"""The types of numbers, fractions being two."""
NAN = float("nan")

SRGB, ADOBE = 1, 2  # the latter is of tools, not of the standard
R03 = b"R03"

MOST_ENTRIES = 4096
MOST_NUMBERS = 16  # of one tag that are looked at: a place has three
LARGEST_XMP = 1024 * 1024
HEAD = b"Exif\0\0"

Entry = tuple[int, int, bytes]  # type, count, value or place
Directory = dict[int, Entry]
Value = bytes | str | int | float | tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """What the tags say: `orientation` 1 to 8 and `colour_space` 0 where they do not; `index` is that of
    interoperability.
    """

    orientation: int = 0
    colour_space: int = 0
    index: bytes = b""

    @property
    def is_adobe_rgb(self) -> bool:
        """Whether a camera or a tool says that the numbers are Adobe RGB's: R03 is DCF 2.0's mark for it, beside a
        colour space that is not sRGB."""
        return self.colour_space == ADOBE or (self.index.startswith(R03) and self.colour_space != SRGB)


def of_packet(packet: bytes) -> "Tiff | None":
    """EXIF, to be read; its head may be there or not. None where there is none."""
    return Tiff(BytesIO(packet.removeprefix(HEAD))) if packet else None


def read(tiff: "Tiff | None") -> Tags:
    """What a TIFF says; nothing for what is none.

    Raises:
        OSError: the file can't be read.
    """
    if tiff is None or not tiff.main:
        return Tags()
    exif = tiff.below(tiff.main, EXIF)
    index = tiff.below(exif, INTEROPERABILITY)
    orientation = tiff.number(tiff.main, ORIENTATION)
    return Tags(
        orientation if 1 <= orientation <= 8 else 0,
        tiff.number(exif, COLOUR_SPACE),
        tiff.bytes_of(index, INDEX, (ASCII, UNDEFINED), 8),
    )


def xmp(tiff: "Tiff") -> bytes:
    """The packet of XMP that a TIFF has as a tag; empty where there is none."""
    return tiff.bytes_of(tiff.main, XMP, (BYTE, UNDEFINED, ASCII, LONG), LARGEST_XMP)


def profile(tiff: "Tiff") -> bytes:
    """The profile that a TIFF has as a tag; empty where there is none, or one that is too large."""
    _, count, _ = tiff.main.get(PROFILE, (0, 0, b""))
    return tiff.bytes_of(tiff.main, PROFILE, (BYTE, UNDEFINED), LARGEST_PROFILE) if count <= LARGEST_PROFILE else b""


class Tiff:
    """Reads directories of one file, in its order of bytes; what is no TIFF has none.

    Each method raises OSError where the file can't be read.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self._layout = LAYOUTS.get(read_at(file, 0, 4))

    @property
    def big_endian(self) -> bool:
        """Whether numbers begin with their highest byte."""
        return self._layout is not None and self._layout[0] == ">"

    @cached_property
    def main(self) -> Directory:
        """The first directory."""
        if self._layout is None:
            return {}
        order, first, *_ = self._layout
        head = read_at(self.file, 0, struct.calcsize(order + first))
        if len(head) < struct.calcsize(order + first):
            return {}
        return self._directory(*struct.unpack(order + first, head))

    def below(self, directory: Directory, tag: int) -> Directory:
        """The directory whose place a tag tells."""
        place = self.number(directory, tag)
        return self._directory(place) if place else {}

    def number(self, directory: Directory, tag: int) -> int:
        """A tag's one whole number; 0 where it is not there or is something else."""
        kind, count, field = directory.get(tag, (0, 0, b""))
        if count != 1 or kind not in WHOLE or self._layout is None:
            return 0
        code = self._layout[0] + WHOLE[kind]
        return int(struct.unpack_from(code, field)[0]) if len(field) >= struct.calcsize(code) else 0

    def bytes_of(self, directory: Directory, tag: int, kinds: tuple[int, ...] | None, most: int) -> bytes:
        """The bytes of a tag of one of these types, or of any, no more than `most`."""
        kind, count, field = directory.get(tag, (0, 0, b""))
        if kind not in (UNITS if kinds is None else kinds) or self._layout is None:
            return b""
        whole = count * UNITS[kind]
        return field[:whole] if whole <= len(field) else read_at(self.file, self._place(field), min(whole, most))

    def value(self, directory: Directory, tag: int, most: int) -> Value | None:
        """A tag's value: a text (of Latin-1) or bytes, no more than `most` of them; one number, or the first
        MOST_NUMBERS, fractions as what they come to, NaN where they come to nothing. None where it is not there, or
        does not lie in the file.
        """
        kind, count, field = directory.get(tag, (0, 0, b""))
        if kind not in UNITS or not count or self._layout is None:
            return None
        size = count * UNITS[kind]
        wanted = min(size, most if kind in (ASCII, BYTE, UNDEFINED) else MOST_NUMBERS * UNITS[kind])
        if size <= len(field):
            data = field[:wanted]
        elif self._place(field) + size > self.length:
            return None
        else:
            data = read_at(self.file, self._place(field), wanted)
        if kind == ASCII:
            return data.removesuffix(b"\0").decode("latin-1")
        if kind in (BYTE, UNDEFINED):
            return data
        numbers = self._numbers(kind, data)
        return numbers[0] if len(numbers) == 1 else numbers

    def _numbers(self, kind: int, data: bytes) -> tuple[int | float, ...]:
        assert self._layout is not None  # noqa: S101 - else there is no entry
        order, code = self._layout[0], NUMBERS[kind]
        data = data[: len(data) // UNITS[kind] * UNITS[kind]]
        if len(code) == 1:
            return struct.unpack(f"{order}{len(data) // UNITS[kind]}{code}", data)
        return tuple(above / under if under else NAN for above, under in struct.iter_unpack(order + code, data))

    def _place(self, field: bytes) -> int:
        return int.from_bytes(field, "big" if self.big_endian else "little")

    @cached_property
    def length(self) -> int:
        """Bytes of the file."""
        return self.file.seek(0, 2)

    def _directory(self, place: int) -> Directory:
        if self._layout is None:
            return {}
        order, _, counted, written = self._layout
        width = struct.calcsize(order + counted)
        head = read_at(self.file, place, width)
        if len(head) < width:
            return {}
        entry = struct.Struct(order + written)
        count = min(struct.unpack(order + counted, head)[0], MOST_ENTRIES)
        data = self.file.read(count * entry.size)
        rows = entry.iter_unpack(data[: len(data) // entry.size * entry.size])
        found: Directory = {}
        for tag, kind, many, field in rows:
            found.setdefault(tag, (kind, many, field))
        return found
