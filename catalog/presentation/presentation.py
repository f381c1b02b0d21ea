"""What a photo's file says of its picture beside the pixels: the one place that decides how it lies, and in which
colours its numbers are where no profile tells.

The scan, the pipeline and the way of a photo in its own size ask here, so that they can't differ.
"""

from dataclasses import dataclass, field, replace
from typing import BinaryIO

from PIL import Image

from catalog.kinds.formats import AVIF, HEIF, PNG, RAW, TIFF
from catalog.kinds.raw import ON_ITS_SIDE, SENSOR, Sensor
from catalog.kinds.tiff_file import TiffFile
from catalog.presentation import boxes, chunks, tags
from catalog.presentation.colours import ADOBE_RGB, Colours
from catalog.presentation.tags import Tags
from catalog.presentation.xmp_orientation import xmp_orientation

UPRIGHT = 1
KEY = "presentation"  # among the `info` of an image that was opened


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a picture is to be shown.

    `orientation` is EXIF's, 1 to 8: how the pixels lie as the reader of its kind hands them out. `colours` is what
    the numbers mean where no profile tells, None where nothing is known; `before_profile` whether that comes before
    a profile, too. `exif` is the packet of a PNG, which may stand behind the pixels.
    """

    orientation: int = UPRIGHT
    colours: Colours | None = None
    before_profile: bool = False
    exif: bytes = field(default=b"", compare=False, repr=False)  # what it was read of, and not how it is shown


def presentation(file: BinaryIO, kind: str, image: Image.Image) -> Presentation:
    """What the file of an opened image says, whose kind is one of KINDS; leaves the file where it was.

    Whatever there is in the file, few bytes of it are read, and what is broken is as if it were not there.

    Raises:
        OSError: the system does not give the file.
    """
    place = file.tell()
    found = _read(file, kind, image)
    file.seek(place)
    if image.info.get("icc_profile") and not found.before_profile:
        return replace(found, colours=None)
    return found


def _read(file: BinaryIO, kind: str, image: Image.Image) -> Presentation:
    if kind in (HEIF, AVIF):
        return _of_boxes(boxes.read(file), kind)
    if kind == PNG:
        return _of_chunks(chunks.read(file))
    if kind == TIFF:
        own = tags.read(file)
        # Of several pictures in one file the one that is shown need not be the first.
        of_shown = image.layout.orientation if isinstance(image, TiffFile) else UPRIGHT
        return Presentation(lies(0, of_shown if of_shown != UPRIGHT else own.orientation, own.xmp), _told(own))
    shown = tags.of_exif(packet(image.info.get("exif")))
    if kind == RAW:
        return _of_raw(image, shown, file)
    return Presentation(lies(0, shown.orientation, packet(image.info.get("xmp"))), _told(shown))


def lies(container: int, exif: int, xmp: bytes) -> int:
    """How a picture lies, 1 to 8: by the first that says so of its container (boxes that turn it), its EXIF and its
    `xmp`; the numbers are 0 where they don't. What is said twice is done once.

    EXIF before XMP, as cameras write the former, and programs that turn pictures see to it.
    """
    return container or exif or xmp_orientation(xmp) or UPRIGHT


def of(image: Image.Image) -> Presentation:
    """What was found out about an image when it was opened."""
    found = image.info.get(KEY)
    return found if isinstance(found, Presentation) else Presentation()


def _of_boxes(found: boxes.Boxes, kind: str) -> Presentation:
    own = tags.of_exif(found.exif)
    # What boxes turn libheif has turned by now, where libavif leaves it to us.
    container = UPRIGHT if kind == HEIF and found.orientation else found.orientation
    return Presentation(lies(container, own.orientation, found.xmp), found.colours or _told(own))


def _of_chunks(found: chunks.Chunks) -> Presentation:
    own = tags.of_exif(found.exif)
    # PNG's third edition, 4.3: cICP before iCCP, that before sRGB, and cHRM with gAMA last.
    colours = found.code_points or found.curve_and_primaries or (None if found.srgb else _told(own))
    before_profile = found.code_points is not None
    return Presentation(lies(0, own.orientation, found.xmp), colours, before_profile, found.exif)


def _of_raw(image: Image.Image, shown: Tags, file: BinaryIO) -> Presentation:
    sensor = image.info.get(SENSOR)
    if not isinstance(sensor, Sensor):
        return Presentation()  # developed by LibRaw, which turns it and makes sRGB of it
    orientation = lies(0, shown.orientation or sensor.orientation, b"")
    if orientation in ON_ITS_SIDE and (image.width > image.height) != sensor.wide:
        # LibRaw writes the raw file's word into a preview that has none of its own, though some cameras have turned
        # theirs by then: its shape is no longer the sensor's.
        orientation = UPRIGHT
    # A preview often says nothing of its colours, where the file around it does.
    return Presentation(orientation, _told(shown) if shown.colour_space else _told(tags.read(file)))


def _told(found: Tags) -> Colours | None:
    """The colours that EXIF tells of. Of a name (_DSC0001, as DCF has it) nobody keeps that it is the camera's."""
    return ADOBE_RGB if found.is_adobe_rgb else None


def packet(value: object) -> bytes:
    """What Pillow gives for EXIF or XMP, as bytes; empty where it is neither, as of a TIFF whose tag says that it is
    numbers.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return value if isinstance(value, bytes) else b""
