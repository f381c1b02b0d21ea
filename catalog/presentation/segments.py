"""The segments of a JPEG before its pixels: its size, what says how it is shown, and where all else stands that people
and their tools wrote. Pure, but for the file.

Sources: ITU-T T.81, annex B; EXIF 2.32 (CIPA DC-008), 4.7; ICC.1:2022, B.4; XMP part 3, 1.1.3. A multi-picture JPEG is
its first picture: what its index says of others is not looked at.
"""

import struct
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from typing import BinaryIO

from catalog.kinds.formats import LARGEST_PROFILE
from catalog.kinds.jpeg import (
    APP1,
    APP2,
    EOI,
    EXIF,
    FRAMES,
    MOST_EXIF,
    MOST_SEGMENTS,
    NEAR,
    OTHER_CODINGS,
    SOS,
    START,
    Segment,
    segments,
)

XMP = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
RESOURCES = b"Photoshop 3.0\0"
ICC = b"ICC_PROFILE\0"
APP13, DQT, DAC = 0xED, 0xDB, 0xCC
HEAD = 4  # bytes of a marker and a length
PIECE = len(ICC) + 2  # which of a profile's pieces it is, and how many there are, come behind the name

MOST_PIECES = 255  # of a profile: their number is a byte
MOST_EXTENSIONS = 256  # pieces of XMP, each of 64 KB
MOST_KEPT = 16  # segments of any other kind


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file, from `start` on."""

    start: int
    length: int

    def read(self, file: BinaryIO) -> bytes:
        """These bytes."""
        file.seek(self.start)
        return file.read(self.length)


Piece = tuple[int, int, Span]
"""Of a profile: its number, how many there are, and its bytes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture's own header: `bits` of a sample, sides in pixels as stored, and how many components it has."""

    bits: int
    width: int
    height: int
    components: int


@dataclass(frozen=True, slots=True)
class Segments:
    """What stands before the first scan; nothing where there is no scan.

    `frame` is None where there is none, or where what libjpeg needs beside it is broken. `exif` is that of all its
    segments, `xmp` the packet that has its right name, `profile` the whole one; each is empty where it is not there.
    `extensions` are where pieces of XMP lie that have no place in the packet, `others` what has no name that is known,
    `resources` those of Photoshop; each without what comes before its own name.
    """

    frame: Frame | None = None
    exif: bytes = b""
    xmp: bytes = b""
    profile: bytes = b""
    extensions: tuple[Span, ...] = ()
    others: tuple[Span, ...] = ()
    resources: tuple[Span, ...] = ()


def read(file: BinaryIO, known: Sequence[Segment] = ()) -> Segments:
    """What the segments say: in memory, where all of them are near. `known` are all up to the scan, where somebody has
    walked over them before.

    Raises:
        OSError: the file can't be read.
    """
    if known:
        return _taken(file, known) or Segments()
    file.seek(0)
    near = BytesIO(file.read(NEAR))
    return _read(near) or _read(file) or Segments()


def _read(file: BinaryIO) -> Segments | None:
    """As `read`; None where no scan is found."""
    return _taken(file, islice(_before_pixels(file), MOST_SEGMENTS))


def _taken(file: BinaryIO, segments: Iterable[Segment]) -> Segments | None:
    found = _Found(file)
    for segment in segments:
        if segment.marker == SOS:
            return found.all()
        found.take(segment)
    return None


def _before_pixels(file: BinaryIO) -> Iterator[Segment]:
    """Each segment up to the pixels and beyond: an end before them is none, as Pillow has it."""
    place: int | None = len(START)
    while place is not None:
        began, place = place, None
        for segment in segments(file, began):
            yield segment
            if segment.marker == EOI:
                place = segment.end


@dataclass(slots=True)
class _Found:
    """Takes one segment after the other."""

    file: BinaryIO
    frame: Frame | None = None
    sound: bool = True
    exif: bytes = b""
    xmp: Span | None = None
    pieces: list[Piece] = field(default_factory=list)
    extensions: list[Span] = field(default_factory=list)
    others: list[Span] = field(default_factory=list)
    resources: deque[Span] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    def take(self, segment: Segment) -> None:
        marker, content = segment.marker, segment.content
        if marker == APP1:
            self._metadata(Span(segment.start + HEAD, max(0, segment.length - HEAD)), content)
        elif marker == APP2:
            if content.startswith(ICC) and len(content) > PIECE and len(self.pieces) <= MOST_PIECES:
                self.pieces.append(piece(segment))
        elif marker == APP13:
            if content.startswith(RESOURCES):
                self.resources.append(_behind(segment, len(RESOURCES)))
        elif marker == DQT:
            self.sound = self.sound and _are_tables(content)
        elif marker in FRAMES or (marker in OTHER_CODINGS and marker != DAC):
            self.sound = self.sound and len(content) >= 6
            if self.sound:
                self.frame = Frame(*_sides(content))

    def _metadata(self, span: Span, content: bytes) -> None:
        """EXIF, or XMP in one of its ways."""
        if content.startswith(EXIF):
            if len(self.exif) + span.length <= MOST_EXIF:
                whole = content if len(content) == span.length else span.read(self.file)
                # Each of them begins with the name.
                self.exif = self.exif + whole[len(EXIF) :] if self.exif else whole
        elif content.startswith(XMP):
            self.xmp = Span(span.start + len(XMP), span.length - len(XMP))
        elif content.startswith(EXTENSION):
            if len(self.extensions) < MOST_EXTENSIONS:
                self.extensions.append(Span(span.start + len(EXTENSION), span.length - len(EXTENSION)))
        elif len(self.others) < MOST_KEPT:
            self.others.append(span)

    def all(self) -> Segments:
        return Segments(
            self.frame if self.sound else None,
            self.exif,
            self.xmp.read(self.file) if self.xmp else b"",
            joined(self.file, self.pieces),
            tuple(self.extensions),
            tuple(self.others),
            tuple(self.resources),
        )


def piece(segment: Segment) -> Piece:
    """The piece of a profile in a segment that begins with ICC, and has more than PIECE bytes."""
    return segment.content[len(ICC)], segment.content[len(ICC) + 1], _behind(segment, PIECE)


def joined(file: BinaryIO, pieces: Sequence[Piece]) -> bytes:
    """A profile of its pieces in their order; empty where some are missing, or it is too large.

    As many as the first says, from whatever number on.

    Raises:
        OSError: the file can't be read.
    """
    ordered = sorted(pieces, key=lambda each: each[0])
    size = sum(span.length for *_, span in ordered)
    if not 0 < size <= LARGEST_PROFILE or ordered[0][1] != len(ordered):
        return b""
    return b"".join(span.read(file) for *_, span in ordered)


def _behind(segment: Segment, width: int) -> Span:
    """What of a segment stands behind its head and so many bytes more."""
    return Span(segment.start + HEAD + width, max(0, segment.length - HEAD - width))


def _sides(content: bytes) -> tuple[int, int, int, int]:
    bits, height, width, components = struct.unpack_from(">BHHB", content)
    return bits, width, height, components


def _are_tables(content: bytes) -> bool:
    """Whether it is tables of quantization, each of 64 numbers of one byte or of two, and nothing else."""
    place = 0
    while place < len(content):
        place += 65 if content[place] < 16 else 129
    return place == len(content)
