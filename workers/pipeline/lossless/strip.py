"""A JPEG in its own size without its metadata: which bytes of its file to send. No pixel is decoded.

What is kept is what libjpeg needs to decode the same pixels, and a colour profile other than sRGB. All else goes:
EXIF, XMP, IPTC, comments, thumbnails, whatever cameras invent, and everything behind the picture's end, where phones
put further pictures (with their own EXIF), gain maps and films. Markers are those of ITU-T T.81, table B.1.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from PIL.JpegImagePlugin import JpegImageFile

from catalog.kinds.formats import JPEG, kind_of
from catalog.source_file import as_binary
from workers.errors import Damaged
from workers.pipeline.icc import is_srgb
from workers.pipeline.limits import MAX_PROFILE_BYTES
from workers.pipeline.open import orientation, reading, translated

SOI, EOI, SOS, APP0, APP2, APP14, COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE2, 0xEE, 0xFE
TABLES = frozenset({0xC4, 0xDB, 0xDC, 0xDD})  # DHT, DQT, DNL, DRI
FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive; what every browser shows
OTHER_CODINGS = frozenset({0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xD0)})  # lossless, hierarchical, arithmetic
NEEDED = FRAMES | TABLES | {SOS}
LEFT_OUT = frozenset({*range(0xE0, 0xF0), COM})

# In the data of a scan, 0xFF stands before 0 where it is data, before a restart marker, or before a real one.
MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")

JFIF, ADOBE, ICC = b"JFIF\0", b"Adobe", b"ICC_PROFILE\0"
START = b"\xff\xd8"
# Version 1.01, no density, no thumbnail.
START_JFIF = START + b"\xff\xe0\x00\x10JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00"
ADOBE_CONTENT = 12
MOST_CONTENT = 65_535 - 2 - len(ICC) - 2

SPACES = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}
MOST_SEGMENTS = 5000
LITTLE, BLOCK = 4096, 1 << 20


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the file, from `start` on."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send, in order: bytes as they are, and spans of the file. `length` is that of all, in bytes."""

    parts: tuple[bytes | Span, ...]

    @property
    def length(self) -> int:
        """How many bytes are sent."""
        return sum(part.length if isinstance(part, Span) else len(part) for part in self.parts)


def deliverable(file: BinaryIO) -> Plan | None:
    """How to send the photo as it is, or None where it takes a worker: no JPEG, one that needs turning, or one of a
    coding that browsers do not show.

    `file` can be seeked, and is left anywhere. It is read in blocks, not mapped: where somebody cuts off a mapped file,
    the whole process dies. 15 MB take about 13 ms, so a caller may keep the plan as long as the file is the same.

    Raises:
        Damaged: it ends early, or is put together as no camera does.
        SourceMissing: the system does not give it.
    """
    try:
        with reading(file) as source:
            return _deliverable(as_binary(source))
    except Exception as error:
        raise translated(error) from error


def _deliverable(file: BinaryIO) -> Plan | None:
    if kind_of(file) != JPEG or orientation(JpegImageFile(file)) != 1:
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
    """All that the plan for a JPEG gives, for what is to be worked on; errors as of `plan`."""
    found = plan(file)
    return None if found is None else b"".join(stream(file, found))


def plan(file: BinaryIO) -> Plan | None:
    """The plan for a JPEG, however it lies; None where it is of a coding that browsers do not show.

    Raises:
        Damaged: as `deliverable` does.
        OSError: the system does not give it.
    """
    file.seek(0)
    if file.read(2) != START:
        raise Damaged("The photo's file is damaged: it does not begin as a JPEG.")
    return _Planner(file).plan()


class _Planner:
    """Walks from marker to marker, and keeps what is needed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = START
        self._parts: list[bytes | Span] = []
        self._profile: list[tuple[int, int, Span]] = []  # number, count, content
        self._components = 0
        self._scans = 0
        self._in_scan = False

    def plan(self) -> Plan | None:
        place = 2
        for _ in range(MOST_SEGMENTS):
            marker, at = _next_marker(self._file, place)
            if self._in_scan:
                self._keep(Span(place, at - place))
            self._in_scan = marker == SOS
            if marker == EOI:
                return self._end(at)
            if marker in OTHER_CODINGS:
                return None
            if marker not in NEEDED and marker not in LEFT_OUT:
                raise _damaged("it holds a marker that no photo has")
            length, content = self._content(at)
            if marker in FRAMES and not self._frame(content):
                return None
            if marker in NEEDED:
                self._keep(Span(at, length))
            elif not self._scans:
                self._application(marker, Span(at, length), content)
            self._scans += marker == SOS
            place = at + length
        raise _damaged("it is cut into too many parts")

    def _content(self, at: int) -> tuple[int, bytes]:
        """The length of a segment, its marker included, and as much of its content as is looked at."""
        self._file.seek(at + 2)
        head = self._file.read(LITTLE)
        length = int.from_bytes(head[:2], "big")
        if length < 2:
            raise _damaged("a part of it has no length")
        return length + 2, head[2:length]

    def _frame(self, content: bytes) -> bool:
        """Takes note of the picture's own header; gives whether browsers show its like."""
        if self._components or len(content) < 6:
            raise _damaged("it has no header, or several")
        precision, height, width, self._components = struct.unpack_from(">BHHB", content)
        if not width or len(content) != 6 + 3 * self._components:
            raise _damaged("its header is wrong")
        return precision == 8 and height > 0 and self._components in SPACES

    def _application(self, marker: int, span: Span, content: bytes) -> None:
        """Keeps what an application segment says of the colours, and no more of it."""
        if marker == APP0 and content.startswith(JFIF):
            self._start = START_JFIF
        elif marker == APP14 and content.startswith(ADOBE) and len(content) >= ADOBE_CONTENT:
            self._parts.append(b"\xff\xee\0\x0e" + content[:ADOBE_CONTENT])
        elif marker == APP2 and content.startswith(ICC) and len(content) > len(ICC) + 2:
            head = 4 + len(ICC) + 2
            self._profile.append(
                (content[len(ICC)], content[len(ICC) + 1], Span(span.start + head, span.length - head))
            )

    def _end(self, at: int) -> Plan:
        if not (self._scans and self._components):
            raise _damaged("it holds no picture")
        self._keep(Span(at, 2))
        return Plan((self._start, *self._kept_profile(), *self._parts))

    def _kept_profile(self) -> list[bytes | Span]:
        """The profile in segments of our own, where it is whole, for these colours, and not sRGB.

        Not the file's segments: some hold more bytes than the profile says that it has.
        """
        pieces = sorted(self._profile, key=lambda piece: piece[0])
        counted = [(number + 1, len(pieces)) for number in range(len(pieces))]
        size = sum(span.length for *_, span in pieces)
        if not 0 < size <= MAX_PROFILE_BYTES or [piece[:2] for piece in pieces] != counted:
            return []
        profile = b"".join(_read(self._file, span) for *_, span in pieces)
        said = int.from_bytes(profile[:4], "big")
        if not 128 < said <= len(profile) or profile[36:40] != b"acsp" or profile[16:20] != SPACES[self._components]:
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


def _next_marker(file: BinaryIO, place: int) -> tuple[int, int]:
    """The next marker at or behind a place, and where it is. Between segments, as libjpeg does, anything is skipped."""
    size = LITTLE
    while True:
        file.seek(place)
        block = file.read(size)
        if match := MARKER.search(block):
            return block[match.start() + 1], place + match.start()
        if len(block) < 2:
            raise _damaged("it ends early")
        place += len(block) - 1  # a marker may lie across the edge
        size = BLOCK


def _read(file: BinaryIO, span: Span) -> bytes:
    file.seek(span.start)
    return file.read(span.length)


def _damaged(why: str) -> Damaged:
    return Damaged(f"The photo's file is damaged: {why}.")
