"""The few tags of a TIFF, or of EXIF, which is one, that say how a picture is shown. Pure, but for the file.

Read by their places: of a directory its entries, of an entry its value. Nothing else is looked at, so that it
takes microseconds and no memory whatever a file claims; Pillow reads and keeps every value of each directory.

Sources: TIFF 6.0, section 2; EXIF 2.32 (CIPA DC-008), 4.6.5 and 4.6.7; BigTIFF as libtiff has it.
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

# By the first four bytes: the order of bytes, how the first directory's offset and a directory's count are written, and
# an entry: its tag, type, count, and the bytes of the value or of its place.
LAYOUTS = {
    b"II*\0": ("<", "4xI", "H", "HHI4s"),
    b"MM\0*": (">", "4xI", "H", "HHI4s"),
    b"II+\0": ("<", "8xQ", "Q", "HHQ8s"),
    b"MM\0+": (">", "8xQ", "Q", "HHQ8s"),
}
ORIENTATION, XMP, EXIF = 0x0112, 0x02BC, 0x8769
COLOUR_SPACE, INTEROPERABILITY = 0xA001, 0xA005
INDEX = 1
WHOLE = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # the types of whole numbers
ASCII, BYTE, UNDEFINED, LONG = 2, 1, 7, 4

SRGB, ADOBE = 1, 2  # the latter is of tools, not of the standard
R03 = b"R03"

MOST_ENTRIES = 4096
LARGEST_XMP = 1024 * 1024
HEAD = b"Exif\0\0"

Entry = tuple[int, int, bytes]  # type, count, value or place
Directory = dict[int, Entry]


@dataclass(frozen=True, slots=True)
class Tags:
    """What the tags say: `orientation` 1 to 8 and `colour_space` 0 where they do not; `index` is that of
    interoperability, and `xmp` the packet, empty where there is none.
    """

    orientation: int = 0
    colour_space: int = 0
    index: bytes = b""
    xmp: bytes = b""

    @property
    def is_adobe_rgb(self) -> bool:
        """Whether a camera or a tool says that the numbers are Adobe RGB's: R03 is DCF 2.0's mark for it, beside a
        colour space that is not sRGB."""
        return self.colour_space == ADOBE or (self.index.startswith(R03) and self.colour_space != SRGB)


def of_exif(packet: bytes) -> Tags:
    """What EXIF says; its head may be there or not."""
    return read(BytesIO(packet.removeprefix(HEAD))) if packet else Tags()


def read(file: BinaryIO) -> Tags:
    """What a TIFF says; nothing for what is none.

    Raises:
        OSError: the file can't be read.
    """
    reader = _Reader(file)
    main = reader.main()
    exif = reader.below(main, EXIF)
    index = reader.below(exif, INTEROPERABILITY)
    orientation = reader.number(main, ORIENTATION)
    return Tags(
        orientation if 1 <= orientation <= 8 else 0,
        reader.number(exif, COLOUR_SPACE),
        reader.value(index, INDEX, (ASCII, UNDEFINED), 8),
        reader.value(main, XMP, (BYTE, UNDEFINED, ASCII, LONG), LARGEST_XMP),
    )


class _Reader:
    """Reads directories of one file, in its order of bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._layout = LAYOUTS.get(self._read(0, 4))

    def main(self) -> Directory:
        if self._layout is None:
            return {}
        order, first, *_ = self._layout
        head = self._read(0, struct.calcsize(order + first))
        return (
            self._directory(*struct.unpack(order + first, head)) if len(head) == struct.calcsize(order + first) else {}
        )

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

    def value(self, directory: Directory, tag: int, kinds: tuple[int, ...], most: int) -> bytes:
        """The bytes of a tag of one of these types, no more than `most`."""
        kind, count, field = directory.get(tag, (0, 0, b""))
        if kind not in kinds or self._layout is None:
            return b""
        size = min(count * (4 if kind == LONG else 1), most)
        if size <= len(field):
            return field[:size]
        return self._read(int.from_bytes(field, "little" if self._layout[0] == "<" else "big"), size)

    def _directory(self, place: int) -> Directory:
        if self._layout is None:
            return {}
        order, _, counted, written = self._layout
        width = struct.calcsize(order + counted)
        head = self._read(place, width)
        if len(head) < width:
            return {}
        entry = struct.Struct(order + written)
        count = min(struct.unpack(order + counted, head)[0], MOST_ENTRIES)
        data = self._read(place + width, count * entry.size)
        rows = entry.iter_unpack(data[: len(data) // entry.size * entry.size])
        found: Directory = {}
        for tag, kind, many, field in rows:
            found.setdefault(tag, (kind, many, field))
        return found

    def _read(self, place: int, size: int) -> bytes:
        if place >= 2**63:
            return b""
        self._file.seek(place)
        return self._file.read(size)
