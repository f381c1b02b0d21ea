"""What a render takes of memory, as a photo's header says before anything of it is decoded.

Bytes, for each pixel as it is stored, at the peak of a render; what was measured (the most that a process had beyond
what it had before, 12 megapixels, pillow-simd 12.1), and what is reckoned with here:

    kind                                    measured    reckoned
    JPEG at 1/8, 1/1                        0.1, 4      0.1, 4
      progressive, or of several scans      + 3 to 8    + 2 for each sample
    PNG grey, of 16 bits                    1.3, 10     2, 11
      palette, colours, alpha               5 to 9      10, 5, 9
      with a clear colour, interlaced       6 to 12     + 8
    WebP                                    16 to 18    20
    GIF                                     5.5         14
    BMP, of 32 bits                         4.5, 8.5    6, 10
    HEIC, AVIF                              9 to 13     18
    TIFF by Pillow: grey, colours, alpha    1 to 9      2.5 to 11, and a strip or tile
    TIFF by libvips, in strips              4 to 14     6, and 3.5 for a colour
      in tiles                              15 to 23    and 1.2 times all samples
      of 64 bits                            57          and 2.4 times all samples
    raw, developed                          18          24

and of the render itself, where it is large: rows that are as long as its own, its pixels, these turned, and the
coefficients of a JPEG. `tests/workers/pipeline/bounds/test_cost.py` holds each to what is measured.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from catalog.kinds.formats import AVIF, BMP, GIF, HEIF, JPEG, PNG, RAW, TIFF, WEBP, kind_of, webp_size
from catalog.kinds.jpeg import FRAMES, NEAR, PROGRESSIVE, SOS, START, segments
from catalog.kinds.png import chunks
from catalog.kinds.preview import LARGE_ENOUGH
from catalog.kinds.tiff import JPEG as JPEG_COMPRESSION
from catalog.kinds.tiff import PALETTE, PILLOW, STRIPS, Layout, below, directories, layout_of, read_at, reader_of, shown
from catalog.presentation import boxes
from catalog.source_file import as_binary
from workers.pipeline.limits import Limits
from workers.pipeline.source import reading
from workers.sizing import Size

BASE = 4_000_000  # of anything: tables, profiles, the blocks in which memory comes
OF_OUTPUT = 12.0  # bytes for a pixel of the render
HEADROOM = 2  # as of `decode.draft`
SEGMENTS = 10_000
GIF_BLOCKS = 100_000
PNG_CHUNKS = 1000
JPEG_PLACE = 513  # of TIFF 6.0, section 22


Found = tuple[int, float]
"""The pixels of a photo, and the bytes that decoding it takes."""


def cost(source: BinaryIO, largest: Size | None, limits: Limits) -> int:
    """Bytes that a render of the photo takes, whose size is `largest`, or the largest of several; None: its own.

    What is refused anyway, or is no photo, costs hardly anything. Leaves the file at its start.

    Raises:
        SourceMissing, Busy: the system does not give the file.
    """
    with reading(source) as opened:
        file = as_binary(opened)
        length = file.seek(0, 2)
        file.seek(0)
        if not 0 < length <= limits.max_bytes:
            return BASE
        kind = kind_of(file)
        reader = COSTS.get(kind or "")
        pixels, decoded = (0, 0.0) if reader is None else reader(file, largest, length)
        file.seek(0)
    if not 0 < pixels <= limits.max_pixels:
        return BASE
    output = pixels if largest is None else min(largest.width * largest.height, 4 * limits.max_pixels)
    # Rows are resized before columns: as many as the photo has, as long as those of the render.
    between = min(decoded, 4.0 * (pixels * output) ** 0.5)
    return BASE + int(decoded + between + OF_OUTPUT * output)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A JPEG's own header: its size, the samples of a pixel, of how many colours, and whether it has several scans."""

    width: int
    height: int
    samples: float
    colours: int
    scans: bool


def _frame(file: BinaryIO, start: int = 0) -> _Frame | None:
    """That of the JPEG that begins there; None where there is none."""
    frame = b""
    for number, segment in enumerate(segments(file, start + len(START))):
        if segment.marker in FRAMES and not frame:
            frame = bytes((segment.marker,)) + segment.content
        if segment.marker == SOS and len(frame) >= 7:
            height, width = struct.unpack_from(">HH", frame, 2)
            samplings = [(each >> 4) * (each & 15) for each in frame[8::3][: frame[6]]]
            most = max(samplings, default=0)
            samples = sum(samplings) / most if most else 4.0
            scans = frame[0] == PROGRESSIVE or segment.content[:1] != frame[6:7]
            return _Frame(width, height, samples, frame[6], scans)
        if segment.marker == SOS or number > SEGMENTS:
            break
    return None


def _of_frame(frame: _Frame, largest: Size | None) -> Found:
    pixels, scale = frame.width * frame.height, 1
    if largest is not None and min(largest.width, largest.height) > 0:
        # Whichever way it lies.
        sides = zip(sorted((frame.width, frame.height)), sorted((largest.width, largest.height)), strict=True)
        room = min(side // (wanted * HEADROOM) for side, wanted in sides)
        scale = next((each for each in (8, 4, 2) if each <= room), 1)
    decoded = (1.0 if frame.colours == 1 else 4.0) * pixels / scale**2
    return pixels, decoded + (2.0 * frame.samples * pixels if frame.scans else 0.0)


def _jpeg(file: BinaryIO, largest: Size | None, _: int) -> Found:
    file.seek(0)
    frame = _frame(BytesIO(file.read(NEAR))) or _frame(file)
    return (0, 0.0) if frame is None else _of_frame(frame, largest)


def _png(file: BinaryIO, _: Size | None, __: int) -> Found:
    file.seek(16)
    head = file.read(13)
    if len(head) < 13:
        return 0, 0.0
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    pixels = width * height
    clear = False
    for chunk in chunks(file, most=PNG_CHUNKS):
        clear = clear or chunk.kind == b"tRNS"
        if chunk.kind == b"IDAT":
            break
    each = {0: 11.0 if depth == 16 else 2.0, 2: 5.0, 3: 10.0, 4: 6.0, 6: 9.0}.get(colour, 9.0)
    return pixels, (each + 8.0 * bool(interlaced) + 8.0 * clear) * pixels


def _webp(file: BinaryIO, _: Size | None, length: int) -> Found:
    width, height = webp_size(file)
    return width * height, 20.0 * width * height + 2.0 * length


def _gif(file: BinaryIO, _: Size | None, __: int) -> Found:
    """The screen, or the first picture where that is larger: it is looked for behind what stands before it."""
    file.seek(0)
    head = file.read(13)
    if len(head) < 13:
        return 0, 0.0
    width, height = struct.unpack_from("<HH", head, 6)
    file.seek(3 << (head[10] & 7) + 1 if head[10] & 0x80 else 0, 1)
    for _blocks in range(GIF_BLOCKS):
        what = file.read(1)
        if what == b",":
            left, upper, across, down = struct.unpack("<4H", file.read(8).ljust(8, b"\0"))
            width, height = max(width, left + across), max(height, upper + down)
            break
        if what != b"!" or not file.read(1):
            break
        while count := file.read(1):
            if count == b"\0":
                break
            file.seek(count[0], 1)
    return width * height, 14.0 * width * height


def _bmp(file: BinaryIO, _: Size | None, length: int) -> Found:
    file.seek(14)
    head = file.read(20)
    if len(head) < 20:
        return 0, 0.0
    if head[0] == 12:
        width, height = struct.unpack_from("<HH", head, 4)
    else:
        width, height = (abs(side) for side in struct.unpack_from("<ii", head, 4))
    bits = int.from_bytes(head[10:12] if head[0] == 12 else head[14:16], "little")
    # Runs are read as a whole.
    return width * height, (10.0 if bits >= 32 else 6.0) * width * height + min(length, 2 * width * height)


def _tiff(file: BinaryIO, _: Size | None, length: int) -> Found:
    found = shown(file)
    return (0, 0.0) if found is None else of_layout(found[1], length)


def of_layout(layout: Layout, length: int) -> Found:
    """The pixels of a TIFF, and what decoding them takes, the file being of so many bytes."""
    pixels = layout.width * layout.height
    bits = sum(layout.bits)
    across, down = layout.tile or (layout.width, layout.strip)
    part = across * down * bits / 8 / (layout.samples if layout.planes else 1)
    # What a strip or tile is packed in is no more than the file; a JPEG has coefficients, and its colours again.
    held = (4.0 if layout.compression == JPEG_COMPRESSION else 1.1) * part + min(part, length)
    if reader_of(layout) == PILLOW:
        each = 9.5 if layout.extra else 5.5
        if layout.samples == 1:
            each = 11.0 if layout.depth > 8 else 6.0 if layout.photometric == PALETTE else 2.5
        return pixels, each * pixels + held
    each = 6.0 + 3.5 * min(4, layout.samples)
    samples = pixels * bits / 8
    if layout.tile and across > 0 and down > 0:
        samples = -(-layout.width // across) * across * -(-layout.height // down) * down * bits / 8
    several = 2.4 if layout.depth == 64 else 1.2 if layout.tile else 0.0
    return pixels, each * pixels + 2 * held + several * samples


def _boxes(file: BinaryIO, _: Size | None, length: int) -> Found:
    """By the largest picture that the boxes name: a tile may claim to be larger than what it is a part of."""
    width, height = boxes.size(file)
    most = max(boxes.sizes(file), default=0)
    return width * height, 18.0 * max(width * height, most) + 2.0 * length


def _raw(file: BinaryIO, largest: Size | None, length: int) -> Found:
    """By the camera's own JPEG, where there is one that is shown, else by the largest of the file's pictures. Of what
    is no TIFF: all such cameras put a JPEG into their files, whose pixels are fewer than the file's bytes.
    """
    longest, pixels, previews = 0, 0, list[_Frame]()
    for first in directories(file):
        for directory in (first, *below(file, first)):
            layout = layout_of(file, directory)
            if layout is not None:
                longest, pixels = max(longest, layout.width, layout.height), max(pixels, layout.width * layout.height)
            for place in (*directory.values(file, STRIPS, 1), *directory.values(file, JPEG_PLACE, 1)):
                if read_at(file, place, len(START)) == START and (frame := _frame(file, place)):
                    previews.append(frame)
    shown = [frame for frame in previews if max(frame.width, frame.height) >= LARGE_ENOUGH * longest]
    if shown:
        found, decoded = max(_of_frame(frame, largest) for frame in shown)
        return found, decoded + 2.0 * length
    return (pixels, 24.0 * pixels + length) if pixels else (length, 14.0 * length)


COSTS: dict[str, Callable[[BinaryIO, Size | None, int], Found]] = {
    JPEG: _jpeg,
    PNG: _png,
    WEBP: _webp,
    GIF: _gif,
    BMP: _bmp,
    TIFF: _tiff,
    HEIF: _boxes,
    AVIF: _boxes,
    RAW: _raw,
}
