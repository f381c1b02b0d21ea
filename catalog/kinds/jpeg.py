"""The markers of a JPEG, walked through as libjpeg does, no pixel decoded. They are those of ITU-T T.81, table B.1."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, NamedTuple

SOI, EOI, SOS, APP0, APP1, APP2, APP14, COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
TABLES = frozenset({0xC4, 0xDB, 0xDC, 0xDD})  # DHT, DQT, DNL, DRI
PROGRESSIVE = 0xC2
FRAMES = frozenset({0xC0, 0xC1, PROGRESSIVE})  # baseline, extended, progressive; what every browser shows
OTHER_CODINGS = frozenset({0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xD0)})  # lossless, hierarchical, arithmetic
LEFT_OUT = frozenset({*range(0xE0, 0xF0), COM})
BELONGING = FRAMES | TABLES | OTHER_CODINGS | LEFT_OUT | {SOS}
"""What a photo may hold before its end."""

# Of the reserved ones nobody knows whether they have content; libjpeg takes them for markers alone where it goes on.
WITHOUT_CONTENT = frozenset({*range(0x01, 0xC0), SOI, EOI})

# In the data of a scan, 0xFF stands before 0 where it is data, before a restart marker, or before a real one.
MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")

START, END = b"\xff\xd8", b"\xff\xd9"
LITTLE, BLOCK, NEAR = 4096, 1 << 20, 1 << 16
HEADS = {APP0: (b"JFIF\0", 14), APP14: (b"Adobe", 12)}
"""What segments begin with that say how the pixels are to be read, and how many bytes they have at least."""

MOST_HEAD = 16 << 20  # bytes before the first scan that are read at once

# What is handed to Pillow of a header as it is. It keeps each segment, some of them twice, joins those of EXIF one by
# one, each time all of them anew, and steps over what lies between segments byte by byte. Of a header that has more,
# Pillow gets what libjpeg needs, and nothing of what else is written there: nobody asks it for that.
MOST_READ, MOST_BETWEEN, MANY_SEGMENTS = 1 << 20, 1 << 16, 4096
MOST_EXIF = 2 << 20
MOST_SEGMENTS = 100_000  # before the first scan: they are walked over in less than a second
EXIF = b"Exif\0\0"


class Segment(NamedTuple):
    """A marker and what it brings: `start` is its place in the file, `length` that of both in bytes, 2 without content
    and 0 where it names none that can be. `content` is the first of it, some 4,000 bytes at most.
    """

    marker: int
    start: int
    length: int
    content: bytes

    @property
    def end(self) -> int:
        """Where it ends, or should where the file is shorter."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Head:
    """What lies before the first scan, which begins at `scan`; None where there is none. `scans` says whether libjpeg
    reads more than one: it does where the first has not all components, or the picture is progressive. `light`: nothing
    of it takes Pillow long.

    `near` are the segments up to the scan, where all of them lie at the file's start; none where they don't. `needed`
    is what libjpeg needs of these, as a header of its own, where nothing is wrong with any; else empty.
    """

    scan: int | None
    scans: bool
    light: bool
    near: tuple[Segment, ...] = field(default=(), repr=False)
    needed: bytes = field(default=b"", repr=False)


def head_of(file: BinaryIO) -> Head:
    """Walks to the first scan: in memory, where it is near.

    Raises:
        OSError: the file can't be read.
    """
    file.seek(0)
    block = file.read(NEAR)
    near: list[Segment] = []
    found = _head_of(BytesIO(block), near)
    if found.scan is None:
        return _head_of(file)
    return Head(found.scan, found.scans, found.light, tuple(near), _needed(block, near) if found.light else b"")


def _needed(block: bytes, near: list[Segment]) -> bytes:
    kept, end = [START], len(START)
    for segment in near:
        start, marker = segment.start, segment.marker
        if start != end or not segment.length or marker not in BELONGING:
            return b""
        end = start + segment.length
        if marker in HEADS:
            if is_short(segment):
                return b""
        elif marker in LEFT_OUT:
            continue
        kept.append(block[start:end])
    return b"".join(kept) if end <= len(block) else b""


def _head_of(file: BinaryIO, seen: list[Segment] | None = None) -> Head:
    """As `head_of`, by one walk; puts the segments into `seen`."""
    frame, read, end, between = b"", 0, len(START), 0
    for number, segment in enumerate(segments(file)):
        if segment.start > end:
            between += segment.start - end
        end = segment.start + max(segment.length, 2)
        if seen is not None:
            seen.append(segment)
        light = read <= MOST_READ and between <= MOST_BETWEEN and number < MANY_SEGMENTS
        if segment.marker == SOS:
            return Head(segment.start, _is_of_scans(frame, segment), light)
        if number >= MOST_SEGMENTS or segment.marker == EOI:
            return Head(None, True, light)
        if segment.marker in FRAMES and not frame:
            frame = bytes((segment.marker,)) + segment.content[:6]
        read += segment.length
    return Head(None, True, False)


def _is_of_scans(frame: bytes, scan: Segment) -> bool:
    """Whether a picture of this header (its marker, then what it says) and this first scan has more of them."""
    return not (len(frame) == 7 and frame[0] != PROGRESSIVE and scan.content[:1] == frame[6:])


def segments(file: BinaryIO, place: int = len(START)) -> Iterator[Segment]:
    """Each segment from that place on, up to the picture's end (EOI) or, where there is none, the file's.

    The data of scans, and whatever else lies between two segments, is skipped, as libjpeg does.

    Raises:
        OSError: the file can't be read.
    """
    while (found := _next_marker(file, place)) is not None:
        marker, start, block, at = found
        if marker in WITHOUT_CONTENT:
            segment = Segment(marker, start, 2, b"")
        else:
            length = int.from_bytes(block[at : at + 2], "big")
            if len(block) - at < max(2, min(length, LITTLE)):
                file.seek(start + 2)
                block, at = file.read(LITTLE), 0
                length = int.from_bytes(block[:2], "big")
            content = block[at + 2 : at + min(length, LITTLE)]
            segment = Segment(marker, start, length + 2 if length >= 2 else 0, content)
        yield segment
        if marker == EOI:
            return
        place = max(segment.end, start + 2)


def readable_head(file: BinaryIO) -> BytesIO:
    """A JPEG's beginning up to its first scan without what does not belong there, over which readers stumble, and
    without what people and their tools wrote.

    Raises:
        OSError: the file can't be read.
    """
    kept = [START]
    size = 0
    for number, segment in enumerate(segments(file)):
        if number > MOST_SEGMENTS or segment.marker == EOI:
            break
        needed = segment.marker not in LEFT_OUT or segment.marker in HEADS
        if segment.length and segment.marker in BELONGING and needed and not is_short(segment):
            file.seek(segment.start)
            kept.append(file.read(segment.length))
            size += segment.length
            if size > MOST_HEAD:
                break
        if segment.marker == SOS:
            break
    return BytesIO(b"".join(kept))


def is_short(segment: Segment) -> bool:
    """Whether it begins as one of the segments that Pillow reads, and has not what libjpeg asks of them."""
    begins, least = HEADS.get(segment.marker, (b"", 0))
    return segment.content.startswith(begins) and len(segment.content) < least


def _next_marker(file: BinaryIO, place: int) -> tuple[int, int, bytes, int] | None:
    """The next marker at or behind a place, and where it is; and what was read, with the place in it of what comes
    behind the marker. None where there is none."""
    size = LITTLE + 2
    while True:
        file.seek(place)
        block = file.read(size)
        if match := MARKER.search(block):
            at = match.end()
            return block[at - 1], place + at - 2, block, at
        if len(block) < 2:
            return None
        place += len(block) - 1  # a marker may lie across the edge
        size = min(4 * size, BLOCK)  # most often it is near
