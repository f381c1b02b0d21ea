"""The samples of a TIFF, as numbers: whatever their depth, however they are packed, in tiles, in planes, or in both.

libtiff, inside of libvips, undoes the compression and the predictor, which it can for any layout; but libvips takes no
depth but whole bytes, no planes in tiles, and has its own mind of what samples mean. So it is shown one plane at a
time, in strips, of grey: whole bytes as they are; other depths as bytes, of which the samples are taken here.
"""

from collections.abc import Sequence
from math import gcd
from typing import BinaryIO

from catalog.kinds.tiff import STRIP_BYTES, STRIPS, TILE_BYTES, TILES, UNSIGNED, Directory, Layout
from workers.errors import Damaged, Unsupported
from workers.pipeline.limits import BYTES_PER_PIXEL, check_memory
from workers.pipeline.tiff.libvips import Image, libvips, loaded
from workers.pipeline.tiff.source import Source, Tags

MOST_SEGMENTS = 2_000_000
SPARE_PIXELS = 1 << 24  # of tiles that are larger than the picture
MOST_HELD = 200_000_000 * BYTES_PER_PIXEL  # bytes
LONGEST = 10_000_000  # a side's pixels in libvips
WHOLE, DOUBLE = (8, 16, 32), 64


class Samples:
    """The samples of one picture of `file`."""

    def __init__(self, file: BinaryIO, directory: Directory, layout: Layout) -> None:
        self._directory = directory
        self._layout = layout
        # The samples of a pixel in each of what is read alone: a plane, or all of the picture.
        self._stride = 1 if layout.planes else layout.samples
        self._across, self._down = layout.tile or (layout.width, layout.strip)
        if self._across < 1 or self._down < 1:
            raise Damaged("The photo's file is damaged: its strips or tiles have no size.")
        self._columns, self._lines = -(-layout.width // self._across), -(-layout.height // self._down)
        if layout.tile or layout.depth == DOUBLE:
            self._check_held()
        planes = layout.samples // self._stride
        places, sizes = self._segments(file, self._columns * self._lines * planes)
        self.sources = [Source(file, directory, self._tags(plane, places, sizes)) for plane in range(planes)]

    def image(self) -> Image:
        """A band for each sample, of its depth: unsigned, signed or floating point as the file has it. Made anew each
        time, as it can be read through once."""
        planes = [loaded(source, at_once=self._layout.tile is not None) for source in self.sources]
        if self._layout.depth == DOUBLE:
            planes = [self._doubles(plane) for plane in planes]
        image = planes[0].bandjoin(planes[1:]) if len(planes) > 1 else planes[0]
        if self._layout.depth not in (*WHOLE, DOUBLE):
            image = self._unpacked(image)
        if self._layout.tile is None:
            return image
        if self._columns * self._lines > 1:
            image = image.grid(self._down, self._columns, self._lines)
        return image.crop(0, 0, self._layout.width, self._layout.height)

    @property
    def error(self) -> Exception | None:
        """What the system raised while the file was read."""
        return next((source.error for source in self.sources if source.error), None)

    def _check_held(self) -> None:
        """Raises Unsupported where too much would be held at once: all samples, those at the tiles' edges too."""
        pixels = self._across * self._columns * self._down * self._lines
        held = pixels * self._layout.samples * self._layout.depth // 8
        if pixels > 2 * self._layout.width * self._layout.height + SPARE_PIXELS or held > MOST_HELD:
            raise Unsupported("A TIFF of so large tiles is not rendered.")
        check_memory(held // BYTES_PER_PIXEL + 1, 1)

    def _segments(self, file: BinaryIO, count: int) -> tuple[Sequence[int], Sequence[int]]:
        """Where the strips or tiles lie, and how many bytes each has."""
        if count > MOST_SEGMENTS:
            raise Unsupported(f"A TIFF of {count:,} parts is not rendered.")
        tags = (TILES, TILE_BYTES) if self._layout.tile else (STRIPS, STRIP_BYTES)
        places, sizes = (self._directory.values(file, tag, count) for tag in tags)
        if not sizes and count == 1 and self._layout.compression == 1:  # as old programs leave it out
            sizes = (self._down * -(-self._across * self._stride * self._layout.depth // 8),)
        if not len(places) == len(sizes) == count:
            raise Damaged("The photo's file is damaged: parts of it are missing.")
        return places, sizes

    def _tags(self, plane: int, places: Sequence[int], sizes: Sequence[int]) -> Tags:
        """What libtiff is told of a plane: grey in strips; of tiles, one below the other."""
        layout, stride = self._layout, self._stride
        count = self._columns * self._lines
        chosen = slice(plane * count, (plane + 1) * count)
        height = self._down * count if layout.tile else layout.height
        width, bits, format = self._across, layout.depth, layout.format
        if layout.depth not in WHOLE:
            width, bits, format, stride = -(-width * stride * bits // 8), 8, UNSIGNED, 1
        if max(width, height) >= LONGEST:
            raise Unsupported("A TIFF of so many tiles is not rendered.")
        return {
            256: (width,),
            257: (height,),
            258: (bits,) * stride,
            259: (layout.compression,),
            262: (1,),
            266: (layout.fill,),
            273: tuple(places[chosen]),
            277: (stride,),
            278: (self._down,),
            279: tuple(sizes[chosen]),
            284: (1,),
            **({317: (layout.predictor,)} if layout.predictor != 1 else {}),
            **({338: (0,) * (stride - 1)} if stride > 1 else {}),
            339: (format,) * stride,
        }

    def _doubles(self, image: Image) -> Image:
        data = image.write_to_memory()
        image = libvips().Image.new_from_memory(data, self._across, image.height, self._stride, "double")
        return image if self._directory.order == "<" else image.byteswap()

    def _unpacked(self, image: Image) -> Image:
        """The samples in bytes, a band for each plane: one lies behind the other, the first in the highest bits, and
        each row begins with a byte of its own; but those of 24 bits lie as numbers do in that file."""
        depth, bands = self._layout.depth, image.bands
        many = 8 // gcd(depth, 8)  # samples that begin and end with bytes, and which so many bytes hold:
        length = many * depth // 8
        groups = -(-image.width // length)
        image = image.embed(0, 0, groups * length, image.height).cast("uint").bandfold(factor=length)
        parts = [image.extract_band(byte * bands, n=bands) for byte in range(length)]
        if depth % 8 == 0 and self._directory.order == "<":
            parts.reverse()
        found = [_bits(parts, number * depth, depth) for number in range(many)]
        if many > 1:
            found = [found[0].bandjoin(found[1:]).bandunfold(factor=many)]
        joined = found[0].crop(0, 0, self._across * self._stride, image.height)
        if self._stride > 1:
            joined = joined.bandfold(factor=self._stride)
        return joined.cast("uchar" if depth <= 8 else "ushort" if depth <= 16 else "uint")


def _bits(parts: Sequence[Image], start: int, depth: int) -> Image:
    """The number in `depth` bits from `start` on, the parts being the bytes that hold them, first bits first."""
    first, last = start // 8, (start + depth - 1) // 8
    number = parts[first]
    for part in parts[first + 1 : last + 1]:
        number = (number << 8) | part
    spare = (last + 1) * 8 - start - depth
    number = number >> spare if spare else number
    return number & ((1 << depth) - 1) if start % 8 else number
