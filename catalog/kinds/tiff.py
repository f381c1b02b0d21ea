"""The layouts of TIFF: what its header says of the pixels, and which reader shows them right.

Pillow misreads some layouts without a word, and which it knows depends on compression and byte order besides; libvips
has its own that it refuses or misreads. So none is tried out: ROWS says, by the header alone, who is to read what. What
no row has is not rendered, as a wrong picture is worse than none.

Sources: TIFF 6.0; Adobe's technical notes 1 (sub-directories), 2 (JPEG), 3 (floating point); BigTIFF and what stands
for a tag that is missing as libtiff has it.
"""

import errno
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import BinaryIO

PILLOW, SAMPLES, PICTURE = "Pillow", "libvips, the samples", "libvips, the picture"
"""The readers. Of SAMPLES libvips only decompresses, and what they mean is for us; a PICTURE it decodes to colours."""

MIN_IS_WHITE, MIN_IS_BLACK, RGB, PALETTE, INKS, YCBCR = 0, 1, 2, 3, 5, 6
CIELAB, ICCLAB, LOGL, LOGLUV = 8, 9, 32844, 32845
COLOURS = {MIN_IS_WHITE: 1, MIN_IS_BLACK: 1, RGB: 3, PALETTE: 1, INKS: 4, YCBCR: 3, CIELAB: 3, ICCLAB: 3, LOGLUV: 3}
"""How many samples of a pixel are its colour; those behind are extra samples."""
GREY, LAB = (MIN_IS_WHITE, MIN_IS_BLACK), (CIELAB, ICCLAB)

UNSIGNED, SIGNED, FLOAT, VOID = 1, 2, 3, 4
UNSPECIFIED, ASSOCIATED, UNASSOCIATED = 0, 1, 2
"""Extra samples: of unknown use, alpha by which the colours are multiplied already, alpha alone."""

NONE, LZW, OLD_JPEG, JPEG, DEFLATE, PACKBITS, OLD_DEFLATE, LZMA, ZSTANDARD = 1, 5, 6, 7, 8, 32773, 32946, 34925, 50000
FAX, SGI, WEBP = (2, 3, 4), (34676, 34677), 50001
PLAIN = (NONE, LZW, DEFLATE, PACKBITS, OLD_DEFLATE)
"""What the libtiff of both readers has."""
LOSSLESS = (*PLAIN, LZMA, ZSTANDARD)
"""With what only Debian's libtiff has, and so Pillow."""

CMYK = 1  # of InkSet
REDUCED, MASK = 1, 4  # bits of NewSubfileType

MOST_ENTRIES, MOST_DIRECTORIES, MOST_SAMPLES, MOST_DEPTH = 1000, 20, 32, 16
BLOCK = 1024  # bytes, of which most directories have fewer
ENTRIES = {order: struct.Struct(f"{order}HHI4s") for order in "<>"}
BIG_ENTRIES = {order: struct.Struct(f"{order}HHQ8s") for order in "<>"}
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 18: "Q"}
SUB_FILE, WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
FILL_ORDER, STRIPS, ORIENTATION, SAMPLES_PER_PIXEL, ROWS_PER_STRIP = 266, 273, 274, 277, 278
STRIP_BYTES, PLANAR = 279, 284
PREDICTOR, COLOUR_MAP, TILE_WIDTH, TILE_LENGTH, TILES, TILE_BYTES = 317, 320, 322, 323, 324, 325
SUB_DIRECTORIES, INK_SET, EXTRA_SAMPLES, SAMPLE_FORMAT = 330, 332, 338, 339
COEFFICIENTS, SUBSAMPLING, REFERENCE_BLACK_WHITE = 529, 530, 532
RATIONAL = 5
JPEG_COEFFICIENTS = tuple(Fraction(part, 1000) for part in (299, 587, 114))
JPEG_RANGE = tuple(map(Fraction, (0, 255, 128, 255, 128, 255)))
"""What YCbCr is without these tags."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A tag of a directory: the type and number of its values, and where in the file they lie; the values themselves
    where they stand in the directory."""

    type: int
    count: int
    place: int
    inside: bytes | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """A picture of the file: its tags, where the directory lies, and how its numbers are written.

    `order` is struct's sign, `big` says that places take 64 bits, `next` is where the next directory is, 0 for none.
    """

    order: str
    big: bool
    place: int
    next: int
    entries: dict[int, Entry]

    def values(self, file: BinaryIO, tag: int, most: int = MOST_SAMPLES) -> tuple[int, ...]:
        """The first whole numbers of a tag, at most so many; empty where it is not there or holds others."""
        entry = self.entries.get(tag)
        if entry is None or entry.type not in CODES:
            return ()
        size = SIZES[entry.type]
        length = min(entry.count, most) * size
        data = read_at(file, entry.place, length) if entry.inside is None else entry.inside[:length]
        return struct.unpack(f"{self.order}{len(data) // size}{CODES[entry.type]}", data[: len(data) // size * size])

    def fractions(self, file: BinaryIO, tag: int) -> tuple[Fraction, ...] | None:
        """The fractions of a tag; None where it is not there, none where one of them is no number."""
        entry = self.entries.get(tag)
        if entry is None:
            return None
        data = read_at(file, entry.place, min(entry.count, MOST_SAMPLES) * 8) if entry.type == RATIONAL else b""
        pairs = list(struct.iter_unpack(f"{self.order}II", data[: len(data) // 8 * 8]))
        return tuple(Fraction(above, below) for above, below in pairs) if all(below for _, below in pairs) else ()

    def value(self, file: BinaryIO, tag: int, default: int) -> int:
        """The first whole number of a tag."""
        return next(iter(self.values(file, tag, 1)), default)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the pixels of a picture lie, with what stands for what its directory leaves out.

    `width` and `height` are pixels as stored. `bits` and `formats` are of each sample of a pixel, `extra` the kinds of
    those behind the colour's. `planes`: each sample has a plane of its own. `tile` is a tile's width and length, None
    where there are strips, of `strip` rows each. `map` is the colour map: all reds, all greens, all blues.
    `own_matrix`: YCbCr is not what JPEG has. `said`: nothing is missing for which Pillow takes something else. `opens`:
    Pillow opens it, which knows the first directory alone, and none of a BigTIFF that begins numbers with their highest
    byte.
    """

    width: int
    height: int
    photometric: int
    bits: tuple[int, ...]
    formats: tuple[int, ...]
    extra: tuple[int, ...]
    planes: bool
    compression: int
    predictor: int = 1
    fill: int = 1
    tile: tuple[int, int] | None = None
    strip: int = 0
    subsampling: tuple[int, ...] = (2, 2)
    inks: int = CMYK
    map: tuple[int, ...] = field(default=(), repr=False)
    own_matrix: bool = False
    said: bool = True
    opens: bool = True
    orientation: int = 1

    @property
    def samples(self) -> int:
        """How many samples a pixel has."""
        return len(self.bits)

    @property
    def depth(self) -> int:
        """Bits of a sample; 0 where they differ."""
        return self.bits[0] if len(set(self.bits)) == 1 else 0

    @property
    def format(self) -> int:
        """The format of all samples; 0 where they differ."""
        found = {UNSIGNED if each == VOID else each for each in self.formats}
        return found.pop() if len(found) == 1 else 0

    @property
    def map_of_bytes(self) -> bool:
        """Whether the colour map holds 0 to 255 in the place of 0 to 65535, as old programs wrote it: no entry is
        above. libtiff's tools and libvips take it so too."""
        return bool(self.map) and max(self.map) < 256


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of TIFF, and who reads it."""

    kind: str
    holds: Callable[[Layout], bool]
    reader: str


def _is_of(layout: Layout, photometrics: tuple[int, ...]) -> bool:
    """Whether the samples are colours of such an interpretation and, behind them, what extra samples are named."""
    return (
        layout.photometric in photometrics
        and layout.samples == COLOURS[layout.photometric] + len(layout.extra)
        and (layout.photometric != INKS or layout.inks == CMYK)
    )


def _pillow(layout: Layout, photometric: int, depths: tuple[int, ...], *extras: tuple[int, ...]) -> bool:
    return (
        layout.opens
        and _is_of(layout, (photometric,))
        and layout.extra in extras
        and layout.depth in depths
        and set(layout.formats) == {UNSIGNED}
        and layout.fill == 1
        and layout.said
        and layout.compression in (*LOSSLESS, WEBP)
        and layout.predictor in _predictors(layout)
        and (not layout.planes or _in_planes_of_bytes(layout))
    )


def _in_planes_of_bytes(layout: Layout) -> bool:
    """Whether it is one of the few layouts in planes that Pillow has right."""
    kind = (layout.photometric, layout.extra)
    return layout.depth == 8 and kind in ((RGB, NO), (RGB, (UNASSOCIATED,)), (INKS, NO))


def _samples(layout: Layout, *photometrics: int) -> bool:
    return (
        _is_of(layout, photometrics)
        and not (layout.photometric == MIN_IS_WHITE and ASSOCIATED in layout.extra)
        and layout.compression in PLAIN
        and layout.fill in (1, 2)
        and layout.predictor in _predictors(layout)
    )


def _predictors(layout: Layout) -> tuple[int, ...]:
    if layout.compression in (NONE, PACKBITS):
        return (1, 2, 3)  # nobody looks at it
    if layout.format == FLOAT:
        return (1, 3) if layout.depth in (16, 32) else (1,)
    return (1, 2) if layout.depth in (8, 16, 32) else (1,)


def _integers(layout: Layout) -> bool:
    return layout.format == UNSIGNED and layout.depth in (*range(1, 17), 24, 32)


def _mapped(layout: Layout) -> bool:
    return layout.depth > 0 and len(layout.map) == 3 << layout.depth


def _fax(layout: Layout) -> bool:
    return layout.opens and _is_of(layout, GREY) and layout.bits == (1,) and layout.compression in FAX


def _jpeg(layout: Layout) -> bool:
    return (
        layout.compression == JPEG
        and _is_of(layout, (*GREY, RGB, INKS, YCBCR))
        and not layout.extra
        and layout.depth == 8
        and set(layout.formats) == {UNSIGNED}
        and layout.said
    )


def _old_jpeg(layout: Layout) -> bool:
    return (
        layout.opens
        and layout.compression == OLD_JPEG
        and layout.photometric == YCBCR
        and layout.bits == (8, 8, 8)
        and not layout.planes
    )


def _ycbcr(layout: Layout) -> bool:
    return _samples(layout, YCBCR) and layout.bits == (8, 8, 8) and layout.format == UNSIGNED and not layout.planes


NO, FIRST, BOTH = (), (UNSPECIFIED,), (UNSPECIFIED, UNSPECIFIED)
ROWS = (
    Row("fax", _fax, PILLOW),
    Row("grey, 0 is white", lambda it: _pillow(it, MIN_IS_WHITE, (1, 2, 4, 8), NO), PILLOW),
    Row("grey", lambda it: _pillow(it, MIN_IS_BLACK, (1, 2, 4, 8, 16), NO), PILLOW),
    Row("grey with alpha", lambda it: _pillow(it, MIN_IS_BLACK, (8,), (UNASSOCIATED,)), PILLOW),
    Row("RGB", lambda it: _pillow(it, RGB, (8, 16), NO, FIRST, (ASSOCIATED,), (UNASSOCIATED,)), PILLOW),
    Row("palette", lambda it: _pillow(it, PALETTE, (1, 2, 4, 8), NO) and _mapped(it) and not it.map_of_bytes, PILLOW),
    Row("CMYK", lambda it: _pillow(it, INKS, (8,), NO, FIRST, BOTH), PILLOW),
    Row("CMYK of 16 bits", lambda it: _pillow(it, INKS, (16,), NO), PILLOW),
    Row(
        "JPEG", lambda it: it.opens and _jpeg(it) and it.fill == 1 and (not it.planes or it.photometric == RGB), PILLOW
    ),
    Row("JPEG of another directory", lambda it: _jpeg(it) and (not it.planes or it.samples == 1), PICTURE),
    Row("old-style JPEG", _old_jpeg, PILLOW),
    Row("unsigned samples", lambda it: _samples(it, *GREY, RGB, INKS) and _integers(it), SAMPLES),
    Row("places in a palette", lambda it: _samples(it, PALETTE) and _integers(it) and _mapped(it), SAMPLES),
    Row("L*a*b*", lambda it: _samples(it, *LAB) and it.depth in (8, 16) and it.format in (UNSIGNED, SIGNED), SAMPLES),
    Row("YCbCr", lambda it: _ycbcr(it) and it.subsampling == (1, 1) and not it.own_matrix, SAMPLES),
    # Of tiles that are not compressed libtiff takes the colours from elsewhere.
    Row(
        "subsampled YCbCr",
        lambda it: _ycbcr(it) and it.subsampling != (1, 1) and (it.tile is None or it.compression != NONE),
        PICTURE,
    ),
    Row("LogLuv", lambda it: it.photometric == LOGLUV and it.samples == 3 and it.compression in SGI, PICTURE),
    Row("signed grey", lambda it: _samples(it, *GREY) and it.format == SIGNED and it.depth in (8, 16, 32), SAMPLES),
    Row(
        "floating point",
        lambda it: _samples(it, *GREY, RGB, INKS) and it.format == FLOAT and it.depth in (16, 32, 64),
        SAMPLES,
    ),
)
"""The first that holds counts."""


def reader_of(layout: Layout) -> str | None:
    """Who reads a picture of that layout; None: nobody, so it is not rendered."""
    return next((row.reader for row in ROWS if row.holds(layout)), None)


def described(layout: Layout) -> str:
    """What a layout is, in the words of the standard, for whoever wants to know why it has no reader."""
    bits = layout.depth or "+".join(map(str, layout.bits))
    kinds = {UNSIGNED: "", SIGNED: "signed ", FLOAT: "floating "}
    format = kinds.get(layout.format, f"format {'+'.join(map(str, layout.formats))} ")
    return (
        f"photometric interpretation {layout.photometric}, {layout.samples} {format}samples of {bits} bits, "
        f"compression {layout.compression}"
    )


def shown(file: BinaryIO) -> tuple[Directory, Layout] | None:
    """The picture that a TIFF is shown by, leaving the file anywhere; None where its header is broken.

    It is the first, unless that says of itself that it is a smaller version of another, or a mask: then it is the first
    of the others that does not, and after those the first below it (as TIFF/EP has it).

    Raises:
        OSError: the file can't be read.
    """
    first = next(directories(file), None)
    if first is None:
        return None
    found = first
    if _is_lesser(file, first):
        others = (*list(directories(file))[1:], *below(file, first))
        found = next((each for each in others if not _is_lesser(file, each) and WIDTH in each.entries), first)
    layout = layout_of(file, found, opens=found is first and not (first.big and first.order == ">"))
    return None if layout is None else (found, layout)


def directories(file: BinaryIO) -> Iterator[Directory]:
    """The directories of a TIFF, one behind the other, MOST_DIRECTORIES at most."""
    head = read_at(file, 0, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        return
    big = struct.unpack_from(f"{order}H", head, 2)[0] == 43
    if big and len(head) < 16:
        return
    place = struct.unpack_from(f"{order}Q", head, 8)[0] if big else struct.unpack_from(f"{order}I", head, 4)[0]
    seen: set[int] = set()
    while place and place not in seen and len(seen) < MOST_DIRECTORIES:
        seen.add(place)
        found = _directory(file, order, big, place)
        if found is None:
            return
        yield found
        place = found.next


def layout_of(file: BinaryIO, directory: Directory, *, opens: bool = True) -> Layout | None:
    """The layout that a directory tells, of which Pillow `opens` the file at it; None where it has no size."""

    def value(tag: int, default: int) -> int:
        return directory.value(file, tag, default)

    width, height = value(WIDTH, 0), value(LENGTH, 0)
    if width < 1 or height < 1:
        return None
    samples = value(SAMPLES_PER_PIXEL, 1)
    compression = value(COMPRESSION, 1)
    photometric = value(PHOTOMETRIC, -1)
    said = photometric != -1
    if not said:  # as libtiff takes it
        photometric = {1: MIN_IS_WHITE if compression in FAX else MIN_IS_BLACK, 3: RGB}.get(samples, -1)
    extra = directory.values(file, EXTRA_SAMPLES)
    spare = samples - COLOURS.get(photometric, samples)
    if not extra and (spare == 1 or (photometric == RGB and 0 < spare < MOST_SAMPLES)):
        # Many programs do not name it; what is one behind red, green and blue is alpha.
        extra = (UNASSOCIATED,) if photometric == RGB and spare == 1 else (UNSPECIFIED,) * spare
        said = said and photometric == RGB and spare == 1
    bits = _each(directory.values(file, BITS) or (1,), samples)
    tiled = TILES in directory.entries
    return Layout(
        width=width,
        height=height,
        photometric=photometric,
        bits=bits,
        formats=_each(directory.values(file, SAMPLE_FORMAT) or (UNSIGNED,), samples),
        extra=extra,
        planes=value(PLANAR, 1) == 2,
        compression=compression,
        predictor=value(PREDICTOR, 1),
        fill=value(FILL_ORDER, 1),
        tile=(value(TILE_WIDTH, 0), value(TILE_LENGTH, 0)) if tiled else None,
        strip=min(value(ROWS_PER_STRIP, height), height),
        subsampling=directory.values(file, SUBSAMPLING, 2) or (2, 2),
        inks=value(INK_SET, CMYK),
        map=directory.values(file, COLOUR_MAP, 3 << bits[0])
        if photometric == PALETTE and 0 < bits[0] <= MOST_DEPTH
        else (),
        own_matrix=directory.fractions(file, COEFFICIENTS) not in (None, JPEG_COEFFICIENTS)
        or directory.fractions(file, REFERENCE_BLACK_WHITE) not in (None, JPEG_RANGE),
        said=said,
        opens=opens,
        orientation=value(ORIENTATION, 1),
    )


def _each(values: tuple[int, ...], samples: int) -> tuple[int, ...]:
    """Values of each sample: some programs write one for all of them, or too many."""
    samples = min(samples, MOST_SAMPLES + 1)
    return values * samples if len(values) == 1 else values[:samples]


def _is_lesser(file: BinaryIO, directory: Directory) -> bool:
    return bool(directory.value(file, SUB_FILE, 0) & (REDUCED | MASK))


def below(file: BinaryIO, directory: Directory) -> Iterator[Directory]:
    """The directories below another, MOST_DIRECTORIES at most."""
    for place in directory.values(file, SUB_DIRECTORIES, MOST_DIRECTORIES):
        found = _directory(file, directory.order, directory.big, place)
        if found is not None:
            yield found


def _directory(file: BinaryIO, order: str, big: bool, place: int) -> Directory | None:
    width, room, row, number = (8, 8, BIG_ENTRIES[order], f"{order}Q") if big else (2, 4, ENTRIES[order], f"{order}I")
    block = read_at(file, place, BLOCK)
    if len(block) < width:
        return None
    count = struct.unpack_from(f"{order}{'Q' if big else 'H'}", block)[0]
    length = width + min(count, MOST_ENTRIES) * row.size
    if length + room > len(block):
        block = read_at(file, place, length + room)
    entries: dict[int, Entry] = {}
    rows = block[width:length]
    for at, (tag, kind, many, value) in enumerate(row.iter_unpack(rows[: len(rows) // row.size * row.size]), 1):
        if many * SIZES.get(kind, 1) <= room:
            entries.setdefault(tag, Entry(kind, many, place + width + at * row.size - room, value))
        else:
            entries.setdefault(tag, Entry(kind, many, struct.unpack(number, value)[0]))
    link = block[length : length + room] if count <= MOST_ENTRIES else b""
    return Directory(order, big, place, struct.unpack(number, link)[0] if len(link) == room else 0, entries)


def read_at(file: BinaryIO, place: int, size: int) -> bytes:
    """At most so many bytes from a place on; none where no file has such a place."""
    if place >= 2**63:
        return b""
    try:
        file.seek(place)
    except OSError as error:
        if error.errno != errno.EINVAL:  # beyond what the file system can have
            raise
        return b""
    return file.read(size)
