"""TIFFs of any layout that the standard knows, written sample by sample: what they show is known without a decoder.

Sources: TIFF 6.0; its technical notes 1 (sub-directories) and 2 (JPEG), 3 (floating point); BigTIFF as libtiff has it.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import product

MIN_IS_WHITE, MIN_IS_BLACK, RGB, PALETTE, MASK, INKS, YCBCR, CIELAB, ICCLAB, ITULAB = 0, 1, 2, 3, 4, 5, 6, 8, 9, 10
LOGL, LOGLUV = 32844, 32845
RAW, LZW, OLD_JPEG, JPEG, ADOBE_DEFLATE, PACKBITS, DEFLATE = 1, 5, 6, 7, 8, 32773, 32946
SGILOG, LZMA = 34676, 34925
UNSIGNED, SIGNED, FLOAT, VOID, COMPLEX = 1, 2, 3, 4, 5
HORIZONTAL, FLOATING = 2, 3

Pixel = Sequence[float]
"""One pixel's samples: whole numbers, or fractions where the format is FLOAT."""
Tags = Mapping[int, tuple[int, Sequence[int]]]
"""The type and the values of each tag."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What goes into one directory: `rows` of pixels, and how they are written.

    `tile` is a tile's width and length, `strip` the rows of a strip (0: all). `extra` are the kinds of samples behind
    the colours. `tags` are written as well, or instead: each a type and its values. `encode` compresses by a way of its
    own: it is given a segment's rows of pixels, and gives its bytes.
    """

    rows: Sequence[Sequence[Pixel]]
    photometric: int | None = RGB
    bits: int | Sequence[int] = 8
    format: int = UNSIGNED
    planes: bool = False
    extra: tuple[int, ...] = ()
    compression: int = RAW
    predictor: int = 1
    fill: int = 1
    tile: tuple[int, int] | None = None
    strip: int = 0
    palette: Sequence[int] = ()
    tags: Tags = field(default_factory=dict)
    encode: Callable[[Sequence[Sequence[Pixel]]], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How numbers are written: `sign` as struct has it, and whether places take 64 bits."""

    sign: str = "<"
    big: bool = False


LITTLE, BIG = Order("<"), Order(">")
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 11: 4, 12: 8, 13: 4, 16: 8, 18: 8}
CODES = {1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 7: "B", 11: "f", 12: "d", 13: "I", 16: "Q", 18: "Q"}


def tiff(*pictures: Picture, order: Order = LITTLE, below: Sequence[Picture] = ()) -> bytes:
    """A TIFF of these pictures, one behind the other, with those `below` the first in its sub-directories."""
    out = bytearray(_head(order))
    subs = [_write(out, each, order)[0] for each in below]
    link = 8 if order.big else 4
    for number, picture in enumerate(pictures):
        tags = {330: (18 if order.big else 13, subs)} if subs and not number else {}
        place, end = _write(out, picture, order, tags)
        _put(out, link, place, order)
        link = end
    return bytes(out)


def _head(order: Order) -> bytes:
    name = b"II" if order.sign == "<" else b"MM"
    if order.big:
        return name + struct.pack(f"{order.sign}HHHQ", 43, 8, 0, 0)
    return name + struct.pack(f"{order.sign}HI", 42, 0)


def _put(out: bytearray, at: int, place: int, order: Order) -> None:
    struct.pack_into(f"{order.sign}{'Q' if order.big else 'I'}", out, at, place)


def _write(out: bytearray, picture: Picture, order: Order, more: Tags | None = None) -> tuple[int, int]:
    """Appends a picture; gives where its directory is, and where the place of the next one goes."""
    offsets, lengths = [], []
    for segment in segments(picture, order):
        offsets.append(len(out))
        lengths.append(len(segment))
        out += segment + bytes(len(segment) % 2)
    entries = {**_tags(picture, offsets, lengths, order), **(more or {}), **picture.tags}
    wide = order.big
    row, room = (f"{order.sign}HHQ", 8) if wide else (f"{order.sign}HHI", 4)
    placed = []
    for tag, (kind, values) in sorted(entries.items()):
        data = struct.pack(f"{order.sign}{len(values)}{CODES[kind]}", *values)
        count = len(values) // 2 if kind == 5 else len(values)
        if len(data) > room:
            place = len(out)
            out += data + bytes(len(data) % 2)
            data = struct.pack(f"{order.sign}{'Q' if wide else 'I'}", place)
        placed.append(struct.pack(row, tag, kind, count) + data.ljust(room, b"\0"))
    place = len(out)
    out += struct.pack(f"{order.sign}{'Q' if wide else 'H'}", len(placed)) + b"".join(placed)
    out += bytes(room)
    return place, len(out) - room


def _tags(picture: Picture, offsets: Sequence[int], lengths: Sequence[int], order: Order) -> Tags:
    height, width = len(picture.rows), len(picture.rows[0])
    samples = len(picture.rows[0][0])
    places = 16 if order.big else 4
    tags: dict[int, tuple[int, Sequence[int]]] = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [picture.bits] * samples if isinstance(picture.bits, int) else list(picture.bits)),
        259: (3, [picture.compression]),
        277: (3, [samples]),
        284: (3, [2 if picture.planes else 1]),
    }
    if picture.photometric is not None:
        tags[262] = (3, [picture.photometric])
    if picture.tile:
        tags |= {322: (4, [picture.tile[0]]), 323: (4, [picture.tile[1]])}
        tags |= {324: (places, offsets), 325: (places, lengths)}
    else:
        tags |= {278: (4, [picture.strip or height]), 273: (places, offsets), 279: (places, lengths)}
    if picture.fill != 1:
        tags[266] = (3, [picture.fill])
    if picture.predictor != 1:
        tags[317] = (3, [picture.predictor])
    if picture.format != UNSIGNED:
        tags[339] = (3, [picture.format] * samples)
    if picture.extra:
        tags[338] = (3, picture.extra)
    if picture.palette:
        tags[320] = (3, picture.palette)
    return tags


def segments(picture: Picture, order: Order) -> Iterator[bytes]:
    """The strips or tiles, compressed: of one plane after the other, where there are planes."""
    width, height = len(picture.rows[0]), len(picture.rows)
    samples = len(picture.rows[0][0])
    across, down = picture.tile or (width, picture.strip or height)
    for plane in range(samples) if picture.planes else (None,):
        chosen = slice(plane, None if plane is None else plane + 1)
        bits = picture.bits if isinstance(picture.bits, int) else picture.bits[plane or 0]
        for top, left in product(range(0, height, down), range(0, width, across)):
            rows = [list(row[left : left + across]) for row in picture.rows[top : top + down]]
            if picture.tile:  # filled up with what stands at its edge
                rows = [row + row[-1:] * (across - len(row)) for row in rows]
                rows += rows[-1:] * (down - len(rows))
            if picture.encode:
                yield picture.encode(rows)
                continue
            data = b"".join(_row([pixel[chosen] for pixel in row], bits, picture, order) for row in rows)
            yield _filled(compressed(data, picture.compression), picture.fill)


def _row(pixels: Sequence[Pixel], bits: int, picture: Picture, order: Order) -> bytes:
    """A row's bytes, as the predictor leaves them."""
    stride = len(pixels[0])
    values = [value for pixel in pixels for value in pixel]
    if picture.format == FLOAT:
        code = {16: "e", 32: "f", 64: "d"}[bits]
        if picture.predictor == FLOATING:
            return _floating(struct.pack(f">{len(values)}{code}", *values), bits // 8, stride)
        return struct.pack(f"{order.sign}{len(values)}{code}", *values)
    whole = [int(value) & ((1 << bits) - 1) for value in values]
    if picture.predictor == HORIZONTAL:
        before = [0] * stride + whole[:-stride]
        whole = [(one - other) & ((1 << bits) - 1) for one, other in zip(whole, before, strict=True)]
    if bits in (8, 16, 32, 64):
        code = {8: "B", 16: "H", 32: "I", 64: "Q"}[bits]
        return struct.pack(f"{order.sign}{len(whole)}{code}", *whole)
    if bits % 8 == 0:
        return b"".join(value.to_bytes(bits // 8, "little" if order.sign == "<" else "big") for value in whole)
    number = 0
    for value in whole:
        number = number << bits | value
    length = -(-len(whole) * bits // 8)
    return (number << (length * 8 - len(whole) * bits)).to_bytes(length, "big")


def _floating(data: bytes, width: int, stride: int) -> bytes:
    """Note 3: all first bytes, then all second ones, and so on; each less the one before it of the same sample."""
    shuffled = b"".join(data[byte::width] for byte in range(width))
    before = bytes(stride) + shuffled[:-stride]
    return bytes((one - other) & 255 for one, other in zip(shuffled, before, strict=True))


def compressed(data: bytes, compression: int) -> bytes:
    """A segment's bytes, compressed; as they are where that is not done here."""
    if compression in (ADOBE_DEFLATE, DEFLATE):
        return zlib.compress(data)
    if compression == PACKBITS:
        # Nothing but runs of what is as it is: right, if not short. No run goes beyond a row, as rows here are short.
        return b"".join(bytes([len(data[at : at + 128]) - 1]) + data[at : at + 128] for at in range(0, len(data), 128))
    if compression == LZW:
        return _lzw(data)
    return data


def _lzw(data: bytes) -> bytes:
    """TIFF 6.0, section 13, with a table that is cleared before it would need longer codes: each byte takes 9 bits."""
    codes = []
    for at in range(0, len(data), 200):
        codes += [256, *data[at : at + 200]]
    codes.append(257)
    number = 0
    for code in codes:
        number = number << 9 | code
    length = -(-len(codes) * 9 // 8)
    return (number << (length * 8 - len(codes) * 9)).to_bytes(length, "big")


REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _filled(data: bytes, fill: int) -> bytes:
    return data.translate(REVERSED) if fill == 2 else data


def strips_of_jpeg(strips: Sequence[bytes], width: int, rows: int) -> BytesIO:
    """A TIFF of red, green and blue of which each strip, of so many rows, is a JPEG."""
    out, places = bytearray(b"II*\0\0\0\0\0"), []
    for strip in strips:
        places.append(len(out))
        out += strip + bytes(len(strip) % 2)
    count = len(strips)
    lists = {273: places, 279: [len(strip) for strip in strips]}
    tags = {
        256: width,
        257: rows * count,
        258: 8,
        259: 7,
        262: 2,
        273: places[0],
        277: 3,
        278: rows,
        279: len(strips[0]),
    }
    entries = []
    for tag, value in sorted(tags.items()):
        long = tag in lists and count > 1
        if long:
            value = len(out)
            out += struct.pack(f"<{count}I", *lists[tag])
        entries.append(struct.pack("<HHII", tag, 4, count if long else 1, value))
    struct.pack_into("<I", out, 4, len(out))
    out += struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return BytesIO(bytes(out))
