"""The boxes of a HEIC or AVIF that say how its picture is shown: of its primary item what turns it, its colours, its
EXIF and its XMP. Pure, but for the file.

Sources: ISO/IEC 14496-12 (boxes; 8.11 of items), ISO/IEC 23008-12, 6.5 (properties) and annex A (EXIF), MIAF
(ISO/IEC 23000-22, 7.3.6.7: transformations in the order in which they are associated).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from catalog.kinds.formats import LARGEST_PROFILE
from catalog.presentation.colours import Colours, of_code_points

LARGEST_META = 1024 * 1024  # bytes of the box that has them all; a photo of 1000 tiles has 60 KB
LARGEST_ITEM = 4 * 1024 * 1024  # of EXIF, of XMP
LARGEST_WEIGHED = 16 * LARGEST_META  # of a box whose items are weighed
SPARE = 64 * 1024  # bytes that small items may share
MOST_BOXES = 1000  # side by side, of the file; inside of meta they are bounded by its bytes

# What undoes nothing: an orientation by how often it is turned by 90 degrees against the clock, and mirrored before
# that from left to right. EXIF's numbers.
ORIENTATIONS = {
    (0, False): 1,
    (1, False): 8,
    (2, False): 3,
    (3, False): 6,
    (0, True): 2,
    (1, True): 5,
    (2, True): 4,
    (3, True): 7,
}

PACKETS = (b"Exif", b"mime")
RDF = b"application/rdf+xml"  # the type of a mime item that is XMP

Box = tuple[bytes, bytes]  # type and content
Reference = tuple[bytes, int, list[int]]  # between items: of which kind, from which one, to which ones


@dataclass(frozen=True, slots=True)
class Boxes:
    """What there is of the primary item: its `orientation` as EXIF has it, 1 to 8, 0 where nothing turns it; the
    `colours` of its code points; packets of EXIF and XMP, and a profile of colours, empty where there are none.
    """

    orientation: int = 0
    colours: Colours | None = None
    exif: bytes = b""
    xmp: bytes = b""
    profile: bytes = b""


def read(file: BinaryIO) -> Boxes:
    """What the boxes say; nothing for what has none. What is broken is as if it were not there.

    Raises:
        OSError: the file can't be read.
    """
    meta = _meta(file)
    if len(meta) < 4:
        return Boxes()
    return _Meta(file, dict(reversed(list(_inside(meta[4:]))))).said()


def size(file: BinaryIO) -> tuple[int, int]:
    """Width and height that the boxes claim for the primary item, as it is stored; 0 x 0 where they claim none.

    Decoders do not open what claims too much.

    Raises:
        OSError: the file can't be read.
    """
    meta = _meta(file)
    return _Meta(file, dict(reversed(list(_inside(meta[4:]))))).size() if len(meta) >= 4 else (0, 0)


def sizes(file: BinaryIO) -> list[int]:
    """The pixels of each picture that the boxes tell of: of the primary item, of its tiles, of thumbnails.

    Raises:
        OSError: the file can't be read.
    """
    inside = dict(reversed(list(_inside(_meta(file)[4:]))))
    known = (content for kind, content in _inside(inside.get(b"iprp", b"")) if kind == b"ipco")
    properties = _inside(next(known, b""))
    claimed = [
        struct.unpack_from(">2I", content, 4) for kind, content in properties if kind == b"ispe" and len(content) >= 12
    ]
    return [width * height for width, height in claimed]


def is_bomb(file: BinaryIO, length: int) -> bool:
    """Whether the items of a file of so many bytes lie over each other: together they are no larger than what holds
    them. Decoders copy the metadata of a picture, item by item, of which thousands may be the same megabytes.

    Raises:
        OSError: the file can't be read.
    """
    weight = 0
    for place, size in _metas(file):
        if size > LARGEST_WEIGHED:
            return True
        file.seek(place)
        inside = dict(reversed(list(_inside(file.read(size)[4:]))))
        weight += _weight(inside.get(b"iloc", b""), length)
        if weight > length + SPARE:
            return True
    return False


def _weight(content: bytes, length: int) -> int:
    """The bytes of all extents that an iloc box names, each no larger than a file of this length."""
    reader = _Numbers(content)
    version = reader.version()
    sizes = reader.take(2)
    of_offset, of_length, of_base, of_index = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15)
    of_index = of_index if version else 0
    of_item = 4 if version == 2 else 2
    weight = 0
    for _ in range(reader.take(of_item)):
        if not reader.has_more():
            break
        reader.skip(of_item + (2 if version else 0) + 2 + of_base)
        count = reader.take(2)
        for _ in range(count if of_offset or of_length or of_index else min(count, 1)):
            if not reader.has_more():
                break
            reader.skip(of_index + of_offset)
            # To the end, where none is named.
            weight += min(reader.take(of_length) or length, length)
    return weight


def _metas(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """The place and the size of what each meta box of the file holds."""
    end = file.seek(0, 2)
    for kind, place, length in _outermost(file):
        if kind == b"meta":
            yield place, end - place if length is None else min(length, end - place)


def _meta(file: BinaryIO) -> bytes:
    """The content of the file's meta box; empty where it has none, or one too large."""
    for kind, place, length in _outermost(file):
        if kind == b"meta":
            length = LARGEST_META if length is None else length
            file.seek(place)
            return file.read(length) if 0 < length <= LARGEST_META else b""
    return b""


def _outermost(file: BinaryIO) -> Iterator[tuple[bytes, int, int | None]]:
    """The boxes of the file itself: the kind of each, where its content begins, and how many bytes that has; None: all
    up to the end of the file.
    """
    place = 0
    for _ in range(MOST_BOXES):
        file.seek(place)
        head = file.read(16)
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        width = 8
        if size == 1 and len(head) == 16:
            size, width = int.from_bytes(head[8:], "big"), 16
        if not size:
            yield kind, place + width, None
            return
        if size < width or place + size >= 2**63:
            return
        yield kind, place + width, size - width
        place += size


def _inside(content: bytes) -> Iterator[Box]:
    """The boxes in the content of another."""
    place = 0
    while place + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        width = 8
        if size == 1 and place + 16 <= len(content):
            size, width = int.from_bytes(content[place + 8 : place + 16], "big"), 16
        size = size or len(content) - place
        if size < width:
            return
        yield kind, content[place + width : place + size]
        place += size


class _Meta:
    """Asks the boxes of a meta box; the first of each kind counts."""

    def __init__(self, file: BinaryIO, boxes: dict[bytes, bytes]) -> None:
        self._file = file
        self._boxes = boxes

    def said(self) -> Boxes:
        primary = self._primary()
        references = list(self._references())
        properties = list(self._properties(primary))
        if not any(kind == b"colr" for kind, _ in properties):
            # Of a picture of tiles the first tile may say it.
            properties += self._properties(_first_tile(primary, references))
        exif, xmp = self._packets(primary, references)
        return Boxes(_orientation(properties), _colours(properties), exif, xmp, _profile(properties))

    def size(self) -> tuple[int, int]:
        for kind, content in self._properties(self._primary()):
            if kind == b"ispe" and len(content) >= 12:
                width, height = struct.unpack_from(">2I", content, 4)
                return width, height
        return 0, 0

    def _primary(self) -> int:
        reader = _Numbers(self._boxes.get(b"pitm", b""))
        version = reader.version()
        return reader.take(4 if version else 2)

    def _properties(self, item: int) -> Iterator[Box]:
        """The properties of an item, in the order in which they are associated with it."""
        inside = list(_inside(self._boxes.get(b"iprp", b"")))
        known = next((list(_inside(content)) for kind, content in inside if kind == b"ipco"), [])
        for content in (content for kind, content in inside if kind == b"ipma"):
            for index in _associated(content, item):
                if 1 <= index <= len(known):
                    yield known[index - 1]

    def _references(self) -> Iterator[Reference]:
        content = self._boxes.get(b"iref", b"")
        reader = _Numbers(content)
        width = 4 if reader.version() else 2
        for kind, one in _inside(content[4:]):
            reader = _Numbers(one)
            start, count = reader.take(width), reader.take(2)
            if kind == b"dimg":
                count = min(count, 1)
            yield kind, start, [reader.take(width) for _ in range(min(count, len(one) // width))]

    def _packets(self, primary: int, references: list[Reference]) -> tuple[bytes, bytes]:
        """EXIF and XMP of the primary item; or that of nobody in particular, as old encoders have it."""
        describes = {start: there for kind, start, there in references if kind == b"cdsc"}
        chosen: dict[bytes, int] = {}
        for item, kind, rest in self._items():
            if primary in describes.get(item, [primary]) and (kind != b"mime" or rest.startswith(RDF)):
                chosen.setdefault(kind, item)
        contents = self._contents(set(chosen.values()))
        exif, xmp = (contents.get(chosen.get(kind, -1), b"") for kind in PACKETS)
        # Before it stand 4 bytes: how many there are between them and the TIFF.
        start = 4 + int.from_bytes(exif[:4], "big")
        return exif[start:] or exif[4:], xmp

    def _items(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Each item: its number, its type, and what follows the name of it."""
        content = self._boxes.get(b"iinf", b"")
        reader = _Numbers(content)
        width = 4 if reader.version() else 2
        for kind, one in _inside(content[4 + width :]):
            version = one[0] if one else 0
            # A photo of many tiles has as many items, of which hardly one is looked at.
            if kind != b"infe" or version not in (2, 3) or one[10 if version == 3 else 8 :][:4] not in PACKETS:
                continue
            reader = _Numbers(one)
            reader.skip(4)
            item = reader.take(4 if version == 3 else 2)
            reader.skip(2)  # protection
            yield item, reader.part(4), reader.rest().partition(b"\0")[2]

    def _contents(self, items: set[int]) -> dict[int, bytes]:
        """The bytes of these items, LARGEST_ITEM of each at most, in one walk over where all are."""
        reader = _Numbers(self._boxes.get(b"iloc", b""))
        version = reader.version()
        sizes = reader.take(2)
        of_offset, of_length, of_base, of_index = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15)
        of_index = of_index if version else 0
        of_item = 4 if version == 2 else 2
        before = (2 if version else 0) + 2 + of_base  # by which method, in which file, from where on
        found: dict[int, bytes] = {}
        for _ in range(reader.take(of_item)):
            if len(found) == len(items) or not reader.has_more():
                break
            number = reader.take(of_item)
            if number not in items or number in found:
                reader.skip(before)
                reader.skip(reader.take(2) * (of_index + of_offset + of_length))
                continue
            method = reader.take(2) & 15 if version else 0
            reader.skip(2)  # which file: this one
            base = reader.take(of_base)
            count = reader.take(2)
            extents = []
            for _ in range(count if of_offset or of_length else min(count, 1)):
                if not reader.has_more():
                    break
                reader.skip(of_index)
                extents.append((base + reader.take(of_offset), reader.take(of_length)))
            found[number] = self._extents(extents, method)
        return found

    def _extents(self, extents: list[tuple[int, int]], method: int) -> bytes:
        """Parts of the file or, by the other method that there is, of the box of data."""
        if method not in (0, 1):
            return b""
        source = self._file if method == 0 else BytesIO(self._boxes.get(b"idat", b""))
        found = b""
        for place, length in extents:
            left = LARGEST_ITEM - len(found)
            if left <= 0 or place >= 2**63:
                break
            source.seek(place)
            found += source.read(min(length or left, left))
        return found


class _Numbers:
    """Takes numbers from bytes, one after the other; 0 where they end early."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def has_more(self) -> bool:
        """Whether there is anything left."""
        return self._place < len(self._content)

    def version(self) -> int:
        """The version of a box that has one; its flags are gone after."""
        found = self.take(1)
        self.skip(3)
        return found

    def take(self, width: int) -> int:
        """The next number, of so many bytes."""
        found = self._content[self._place : self._place + width]
        self._place += width
        return int.from_bytes(found, "big") if len(found) == width else 0

    def skip(self, width: int) -> None:
        """Leaves out so many bytes."""
        self._place += width

    def part(self, width: int) -> bytes:
        """The next so many bytes, fewer where there are no more."""
        found = self._content[self._place : self._place + width]
        self._place += width
        return found if len(found) == width else b""

    def rest(self) -> bytes:
        """All that is left."""
        return self._content[self._place :]


def _first_tile(item: int, references: list[Reference]) -> int:
    made_of = (there for kind, start, there in references if kind == b"dimg" and start == item)
    return next((there[0] for there in made_of if there), 0)


def _associated(content: bytes, item: int) -> list[int]:
    """The numbers of an item's properties, from 1 on, by an ipma box."""
    reader = _Numbers(content)
    version, flags = reader.take(1), reader.take(3)
    width, index = (4 if version else 2), (2 if flags & 1 else 1)
    for _ in range(reader.take(4)):
        if not reader.has_more():
            break
        number, count = reader.take(width), reader.take(1)
        if number == item:
            return [reader.take(index) & (0x7FFF if index == 2 else 0x7F) for _ in range(count)]
        reader.skip(count * index)
    return []


def _orientation(properties: list[Box]) -> int:
    """What all turns and mirrors together do, as an orientation; 0 where there are none."""
    turns, mirrored, some = 0, False, False
    for kind, content in properties:
        if kind == b"irot" and content:
            turns += content[0] & 3
        elif kind == b"imir" and content:
            # Upside down (0) is from left to right, and half a turn. Who mirrors after a turn, turns the other way.
            turns = -turns + (0 if content[0] & 1 else 2)
            mirrored = not mirrored
        else:
            continue
        some = True
    return ORIENTATIONS[turns % 4, mirrored] if some else 0


def _colours(properties: list[Box]) -> Colours | None:
    """The code points of the first colr box that has any."""
    for kind, content in properties:
        if kind == b"colr" and content.startswith(b"nclx") and len(content) >= 8:
            primaries, transfer = struct.unpack_from(">2H", content, 4)
            return of_code_points(primaries, transfer, peak=_peak(properties))
    return None


def _profile(properties: list[Box]) -> bytes:
    """The profile in the first colr box that has one, of whatever restriction."""
    found = (content[4:] for kind, content in properties if kind == b"colr" and content[:4] in (b"prof", b"rICC"))
    return next((profile for profile in found if len(profile) <= LARGEST_PROFILE), b"")


def _peak(properties: list[Box]) -> float:
    """The brightest pixel in cd/m² (clli), else what is said of the display that it was made on (mdcv)."""
    of_kind = dict(reversed(properties))
    light, display = of_kind.get(b"clli", b""), of_kind.get(b"mdcv", b"")
    brightest = float(int.from_bytes(light[:2], "big")) if len(light) >= 4 else 0.0
    return brightest or (int.from_bytes(display[16:20], "big") / 10_000 if len(display) >= 24 else 0.0)
