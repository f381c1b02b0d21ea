"""What stands in a photo's file beside its pixels, as bytes: read in bounds, by one reader for each kind.

Whoever looks at what a file says of its picture takes it from here: the catalogue, the pipeline and the way of a photo
in its own size. No library is asked, which keep all that they find: a few KB can ask for gigabytes, or for minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from catalog.kinds.formats import AVIF, HEIF, JPEG, PNG, RAW, TIFF, WEBP
from catalog.kinds.jpeg import Segment
from catalog.kinds.preview import Preview
from catalog.presentation import boxes, chunks, riff, segments, tags
from catalog.presentation.boxes import Boxes
from catalog.presentation.chunks import Chunks
from catalog.presentation.segments import Segments
from catalog.presentation.tags import Tiff


@dataclass(frozen=True, slots=True)
class Packets:
    """`exif` is a TIFF, as its reader: of a photo that is a TIFF the photo itself; None where there is none. `xmp` is
    the first packet, `profile` that of the colours, both empty where there are none. `file` is where `segments` lie.

    What there is of one kind alone: a JPEG's `segments` (of a raw file those of its preview), a PNG's `chunks`, the
    `boxes` of a HEIC or AVIF.
    """

    file: BinaryIO
    exif: Tiff | None = None
    xmp: bytes = b""
    profile: bytes = b""
    segments: Segments | None = None
    chunks: Chunks | None = None
    boxes: Boxes | None = None


def read(file: BinaryIO, kind: str, preview: Preview | None = None, known: Sequence[Segment] = ()) -> Packets:
    """The packets of a file of that kind, one of KINDS; of a raw file those of its preview. Leaves the file anywhere.
    `known` as of `segments.read`.

    Raises:
        OSError: the system does not give it.
    """
    if kind == JPEG:
        return _of_jpeg(file, known)
    if kind == PNG:
        of_png = chunks.read(file)
        return Packets(file, tags.of_packet(of_png.exif), of_png.xmp, of_png.profile, chunks=of_png)
    if kind in (HEIF, AVIF):
        of_boxes = boxes.read(file)
        return Packets(file, tags.of_packet(of_boxes.exif), of_boxes.xmp, of_boxes.profile, boxes=of_boxes)
    if kind == TIFF:
        own = Tiff(file)
        return Packets(file, own, tags.xmp(own), tags.profile(own))
    if kind == WEBP:
        of_webp = riff.read(file)
        return Packets(file, tags.of_packet(of_webp.exif), of_webp.xmp, of_webp.profile)
    if kind == RAW and preview is not None and preview.file is not None:
        place = preview.file.tell()
        found = _of_jpeg(preview.file)
        preview.file.seek(place)
        return found
    return Packets(file)  # GIF and BMP have none, nor has what LibRaw develops


def _of_jpeg(file: BinaryIO, known: Sequence[Segment] = ()) -> Packets:
    found = segments.read(file, known)
    return Packets(file, tags.of_packet(found.exif), found.xmp, found.profile, segments=found)
