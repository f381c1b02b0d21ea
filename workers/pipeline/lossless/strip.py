"""A JPEG in its own size without its metadata: which bytes of its file to send. No pixel is decoded.

What is kept is what libjpeg needs to decode the same pixels, and a colour profile other than sRGB. All else goes:
EXIF, XMP, IPTC, comments, thumbnails, whatever cameras invent, and everything behind the picture's end, where phones
put further pictures (with their own EXIF), gain maps and films. Markers are those of ITU-T T.81, table B.1.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from catalog.kinds.damage import CORRUPT, TRUNCATED
from catalog.kinds.formats import JPEG, kind_of
from catalog.kinds.jpeg import (
    APP0,
    APP2,
    APP14,
    END,
    EOI,
    FRAMES,
    LEFT_OUT,
    OTHER_CODINGS,
    SOS,
    START,
    TABLES,
    Segment,
    is_short,
    segments,
)
from catalog.presentation.presentation import UPRIGHT, presentation
from catalog.presentation.segments import ICC, PIECE, Piece, Span, joined, piece
from catalog.source_file import as_binary, of_system
from workers.errors import Damaged
from workers.pipeline.colours.icc import is_srgb
from workers.pipeline.colours.meant import is_told_by_metadata
from workers.pipeline.limits import JPEG_LONGEST_SIDE, MAX_SCANS, no_memory
from workers.pipeline.lossless.tables import Tables
from workers.pipeline.source import reading, unreadable

NEEDED = FRAMES | TABLES | {SOS}

JFIF, ADOBE = b"JFIF\0", b"Adobe"
# Version 1.01, no density, no thumbnail.
START_JFIF = START + b"\xff\xe0\x00\x10JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00"
ADOBE_CONTENT = 12
MOST_CONTENT = 65_535 - 2 - PIECE

# By how many components a JPEG has, the profiles that browsers take for it. Inks are shown by hardly any of them as
# they are meant, and by each in its own way.
SPACES = {1: (b"GRAY", b"RGB "), 3: (b"RGB ",)}
INKS = 4
MOST_SEGMENTS = 5000

# The barest row of blocks takes a byte for 32 pixels of width: for each block of 8 two codes of one bit.
PIXELS_OF_A_BYTE = 32
# All blocks of 8 x 8 take a bit each at the very least, in progressive ones.
MOST_PIXELS_OF_A_BYTE = 512


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send, in order: bytes as they are, and spans of the file. `length` is that of all, in bytes.

    `damage` is a word of `catalog.kinds.damage` where the file is not as it should be, `scans` how many there are.
    """

    parts: tuple[bytes | Span, ...]
    damage: str = ""
    scans: int = 1

    @property
    def length(self) -> int:
        """How many bytes are sent."""
        return sum(part.length if isinstance(part, Span) else len(part) for part in self.parts)


def deliverable(file: BinaryIO) -> Plan | None:
    """How to send the photo as it is, or None where it takes a worker: no JPEG, one that needs turning, one whose
    colours its metadata tells, one of a coding or of colours that browsers do not show, or one so damaged that only
    decoding it tells what there is of it. Of one that ends early and is sound until there, all is sent, and the end
    that it lacks.

    `file` can be seeked, and is left anywhere. It is read in blocks, not mapped: where somebody cuts off a mapped file,
    the whole process dies. 15 MB take about 13 ms, so a caller may keep the plan as long as the file is the same.

    Raises:
        SourceMissing: the system does not give it.
    """
    try:
        with reading(file) as source:
            found = _deliverable(as_binary(source))
    except MemoryError as error:
        raise no_memory() from error
    except OSError as error:
        if of_system(error):
            raise unreadable(error) from error
        return None  # a place that can't be
    except Damaged:
        return None  # whether anything can be shown of it, one place decides, for every size
    return None if found is None or found.damage == CORRUPT else found


def _deliverable(file: BinaryIO) -> Plan | None:
    if kind_of(file) != JPEG:
        return None
    told = presentation(file, JPEG)
    if told.orientation != UPRIGHT or is_told_by_metadata(told):
        return None
    return plan(file)


def stream(file: BinaryIO, plan: Plan, block: int = 256 * 1024) -> Iterator[bytes]:
    """The bytes of the plan, in blocks of at most `block`.

    Raises:
        Damaged: the file has become shorter since the plan was made.
    """
    for part in plan.parts:
        if isinstance(part, bytes):
            yield part
            continue
        file.seek(part.start)
        left = part.length
        while left:
            data = file.read(min(block, left))
            if not data:
                raise Damaged("The photo's file has become shorter while it was sent.")
            left -= len(data)
            yield data


def stripped(file: BinaryIO) -> bytes | None:
    """All that the plan for a JPEG gives, for what is to be worked on without loss; None where it is damaged, too.

    Errors as of `plan`.
    """
    found = plan(file)
    return None if found is None or found.damage else b"".join(stream(file, found))


def plan(file: BinaryIO, scans: int = MAX_SCANS, *, inks: bool = False) -> Plan | None:
    """The plan for a JPEG, however it lies, with its first so many scans; None where it is of a coding, or (without
    `inks`) of inks, that browsers do not show, or cut into too many parts. Of inks no profile is kept.

    Where the file ends early, or goes on with what no photo has, the picture is what comes before, and its end is put
    behind it.

    Raises:
        Damaged: there is no picture in it, or less of one than a row of blocks takes.
        OSError: the system does not give it.
    """
    file.seek(0)
    if file.read(2) != START:
        raise Damaged("The photo's file is damaged: it does not begin as a JPEG.")
    return _Planner(file, scans, inks).plan()


class _Planner:
    """Walks from marker to marker, and keeps what is needed."""

    def __init__(self, file: BinaryIO, scans: int, inks: bool) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        self._start = START
        self._parts: list[bytes | Span] = []
        self._profile: list[Piece] = []
        self._width = self._height = self._components = 0
        self._most_scans = scans
        self._kinds = {*SPACES, INKS} if inks else {*SPACES}
        self._scans = self._scanned = 0
        self._in_scan = False
        self._tables = Tables()
        self._damage = ""

    def plan(self) -> Plan | None:
        place = len(START)
        for number, segment in enumerate(segments(self._file)):
            if number == MOST_SEGMENTS:
                return None
            self._scan_data(place, segment.start)
            if segment.marker == EOI:
                return self._end(Span(segment.start, len(END)))
            if segment.marker in OTHER_CODINGS and not self._scans:
                return None
            if segment.end > self._size or (segment.marker == SOS and self._scans == self._most_scans):
                place = self._size
                break
            if self._belongs(segment):
                if segment.marker in FRAMES and not self._frame(segment.content):
                    return None
                if is_short(segment):
                    self._damage = CORRUPT
                self._take(segment)
                if segment.marker in NEEDED and not self._tables.take(segment):
                    self._damage = CORRUPT  # libjpeg knows best what can be made of it
            else:
                self._damage = CORRUPT
                if self._scans:
                    return self._end(END)
            place = max(segment.end, segment.start + 2)
        self._scan_data(place, self._size)
        self._damage = self._damage or TRUNCATED
        return self._end(END)

    def _belongs(self, segment: Segment) -> bool:
        if segment.marker in FRAMES and self._components:
            return False  # one picture has one header
        return segment.length > 0 and (segment.marker in NEEDED or segment.marker in LEFT_OUT)

    def _take(self, segment: Segment) -> None:
        if segment.marker in NEEDED:
            self._keep(Span(segment.start, segment.length))
        elif not self._scans:
            self._application(segment)
        self._in_scan = segment.marker == SOS
        self._scans += self._in_scan

    def _scan_data(self, start: int, end: int) -> None:
        """Keeps what lies between a scan's header and the next marker."""
        if self._in_scan:
            self._keep(Span(start, end - start))
            self._scanned += end - start
        self._in_scan = False

    def _frame(self, content: bytes) -> bool:
        """Takes note of the picture's own header; gives whether browsers show its like."""
        if len(content) < 6:
            raise _damaged("its header is wrong")
        precision, self._height, self._width, self._components = struct.unpack_from(">BHHB", content)
        if not self._width or len(content) != 6 + 3 * self._components:
            raise _damaged("its header is wrong")
        sides = self._height > 0 and max(self._width, self._height) <= JPEG_LONGEST_SIDE
        return precision == 8 and sides and self._components in self._kinds

    def _application(self, segment: Segment) -> None:
        """Keeps what an application segment says of the colours, and no more of it."""
        marker, content = segment.marker, segment.content
        if marker == APP0 and content.startswith(JFIF):
            self._start = START_JFIF
        elif marker == APP14 and content.startswith(ADOBE) and len(content) >= ADOBE_CONTENT:
            self._parts.append(b"\xff\xee\0\x0e" + content[:ADOBE_CONTENT])
        elif marker == APP2 and content.startswith(ICC) and len(content) > PIECE:
            self._profile.append(piece(segment))

    def _end(self, end: bytes | Span) -> Plan:
        if not (self._scans and self._components):
            raise _damaged("it holds no picture")
        if self._damage and self._scanned < max(1, self._width // PIXELS_OF_A_BYTE):
            raise _damaged("it ends where its picture begins")
        if self._scanned < self._width * self._height // MOST_PIXELS_OF_A_BYTE:
            self._damage = self._damage or CORRUPT  # its header claims more than there can be
        if isinstance(end, Span):
            self._keep(end)
        else:
            self._parts.append(end)
        return Plan((self._start, *self._kept_profile(), *self._parts), self._damage, self._scans)

    def _kept_profile(self) -> list[bytes | Span]:
        """The profile in segments of our own, where it is whole, for these colours, and not sRGB.

        Not the file's segments: some hold more bytes than the profile says that it has.
        """
        profile = joined(self._file, self._profile)
        said = int.from_bytes(profile[:4], "big")
        if (
            not 128 < said <= len(profile)
            or profile[36:40] != b"acsp"
            or profile[16:20] not in SPACES.get(self._components, ())
        ):
            return []
        return [] if is_srgb(profile) else [_profile_segments(profile[:said])]

    def _keep(self, span: Span) -> None:
        last = self._parts[-1] if self._parts else b""
        if isinstance(last, Span) and last.start + last.length == span.start:
            self._parts[-1] = Span(last.start, last.length + span.length)
        elif span.length:
            self._parts.append(span)


def _profile_segments(profile: bytes) -> bytes:
    """A profile as JPEGs hold it (ICC.1:2022, B.4)."""
    parts = [profile[at : at + MOST_CONTENT] for at in range(0, len(profile), MOST_CONTENT)]
    heads = [struct.pack(">HH", 0xFFE2, 2 + len(ICC) + 2 + len(part)) + ICC for part in parts]
    return b"".join(
        head + bytes((number, len(parts))) + part
        for number, (head, part) in enumerate(zip(heads, parts, strict=True), 1)
    )


def _damaged(why: str) -> Damaged:
    return Damaged(f"The photo's file is damaged: {why}.")
