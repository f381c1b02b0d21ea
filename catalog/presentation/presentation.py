"""What a photo's file says of its picture beside the pixels: the one place that decides how it lies, and in which
colours its numbers are where no profile tells.

The scan, the pipeline and the way of a photo in its own size ask here, so that they can't differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from catalog.kinds.formats import HEIF, RAW
from catalog.kinds.jpeg import Segment
from catalog.kinds.preview import ON_ITS_SIDE, Preview
from catalog.presentation import packets, tags
from catalog.presentation.boxes import Boxes
from catalog.presentation.chunks import Chunks
from catalog.presentation.colours import ADOBE_RGB, Colours
from catalog.presentation.packets import Packets
from catalog.presentation.tags import Tags, Tiff
from catalog.presentation.xmp_orientation import xmp_orientation

UPRIGHT = 1
KEY = "presentation"  # among the `info` of an image that was opened


class Image(Protocol):
    """What Pillow has opened."""

    info: dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a picture is to be shown.

    `orientation` is EXIF's, 1 to 8: how the pixels lie as the reader of its kind hands them out. `profile` is that of
    their colours, empty where there is none; `colours` what the numbers mean where no profile tells, None where nothing
    is known; `before_profile` whether that comes before a profile, too. `packets` is what all of it was read of.
    """

    orientation: int = UPRIGHT
    colours: Colours | None = None
    before_profile: bool = False
    profile: bytes = field(default=b"", compare=False, repr=False)
    packets: Packets | None = field(default=None, compare=False, repr=False)


def presentation(
    file: BinaryIO,
    kind: str,
    *,
    shown: int = UPRIGHT,
    preview: Preview | None = None,
    known: Sequence[Segment] = (),
) -> Presentation:
    """What a file says, whose kind is one of KINDS; leaves it where it was.

    `shown` is how a TIFF's picture lies by its own directory, where that is not the file's first; `preview` what of a
    raw file is shown, None where LibRaw develops it. `known` as of `segments.read`.

    Whatever there is in the file, few bytes of it are read, and what is broken is as if it were not there.

    Raises:
        OSError: the system does not give the file.
    """
    place = file.tell()
    found = packets.read(file, kind, preview, known)
    said = _said(found, kind, shown, preview, file)
    file.seek(place)
    colours = None if found.profile and not said.before_profile else said.colours
    return Presentation(said.orientation, colours, said.before_profile, found.profile, found)


def _said(found: Packets, kind: str, shown: int, preview: Preview | None, file: BinaryIO) -> Presentation:
    own = tags.read(found.exif)
    if found.boxes is not None:
        return _of_boxes(found.boxes, own, kind)
    if found.chunks is not None:
        return _of_chunks(found.chunks, own)
    if kind == RAW:
        return _of_raw(preview, own, file)
    # Of several pictures in one TIFF the one that is shown need not be the first.
    orientation = own.orientation if shown == UPRIGHT else shown
    return Presentation(lies(0, orientation, found.xmp), _told(own))


def lies(container: int, exif: int, xmp: bytes) -> int:
    """How a picture lies, 1 to 8: by the first that says so of its container (boxes that turn it), its EXIF and its
    `xmp`; the numbers are 0 where they don't. What is said twice is done once.

    EXIF before XMP, as cameras write the former, and programs that turn pictures see to it.
    """
    return container or exif or xmp_orientation(xmp) or UPRIGHT


def of(image: Image) -> Presentation:
    """What was found out about an image when it was opened."""
    found = image.info.get(KEY)
    return found if isinstance(found, Presentation) else Presentation()


def _of_boxes(found: Boxes, own: Tags, kind: str) -> Presentation:
    # What boxes turn libheif has turned by now, where libavif leaves it to us.
    container = UPRIGHT if kind == HEIF and found.orientation else found.orientation
    return Presentation(lies(container, own.orientation, found.xmp), found.colours or _told(own))


def _of_chunks(found: Chunks, own: Tags) -> Presentation:
    # PNG's third edition, 4.3: cICP before iCCP, that before sRGB, and cHRM with gAMA last.
    colours = found.code_points or found.curve_and_primaries or (None if found.srgb else _told(own))
    return Presentation(lies(0, own.orientation, found.xmp), colours, found.code_points is not None)


def _of_raw(preview: Preview | None, own: Tags, file: BinaryIO) -> Presentation:
    if preview is None:
        return Presentation()  # developed by LibRaw, which turns it and makes sRGB of it
    orientation = lies(0, own.orientation or preview.orientation, b"")
    if orientation in ON_ITS_SIDE and preview.wide != preview.sensor_wide:
        # LibRaw writes the raw file's word into a preview that has none of its own, though some cameras have turned
        # theirs by then: its shape is no longer the sensor's.
        orientation = UPRIGHT
    # A preview often says nothing of its colours, where the file around it does.
    return Presentation(orientation, _told(own) if own.colour_space else _told(tags.read(Tiff(file))))


def _told(found: Tags) -> Colours | None:
    """The colours that EXIF tells of. Of a name (_DSC0001, as DCF has it) nobody keeps that it is the camera's."""
    return ADOBE_RGB if found.is_adobe_rgb else None
