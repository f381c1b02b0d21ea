"""What of a camera raw file is shown: the JPEG that the camera has put into it, where that is large enough."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from PIL import Image

from catalog.kinds.untouched import UntouchedJpeg

if TYPE_CHECKING:
    from rawpy import RawPy

# LibRaw's flip as an EXIF orientation.
FLIPS = {0: 1, 3: 3, 5: 8, 6: 6}

ON_ITS_SIDE = (5, 6, 7, 8)

SENSOR = "sensor"  # among the `info` of a preview

# A JPEG shorter than this part of the photo's side is for the camera's screen.
LARGE_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Sensor:
    """What a raw file says of its sensor's pixels: how they lie, as EXIF has it (1 to 8), and whether they are wider
    than high."""

    orientation: int
    wide: bool


def preview(raw: "RawPy") -> Image.Image | None:
    """The picture that the camera has made itself, not decoded yet, as it is stored, with the Sensor among its `info`;
    None where there is none that is large enough."""
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    image: Image.Image
    if thumbnail.format == rawpy.ThumbFormat.JPEG:
        try:
            image = UntouchedJpeg(BytesIO(bytes(thumbnail.data)))
        except Exception:  # noqa: BLE001 - Pillow raises anything at all, and the sensor's pixels are there still
            return None
    else:
        image = Image.fromarray(cast(Any, thumbnail.data))
    image.info[SENSOR] = Sensor(FLIPS.get(raw.sizes.flip, 1), raw.sizes.width > raw.sizes.height)
    large = max(image.size) >= LARGE_ENOUGH * max(raw.sizes.width, raw.sizes.height)
    return image if large else None


def developed_size(raw: "RawPy") -> tuple[int, int]:
    """Width and height of the sensor's pixels as a person sees them."""
    sizes = raw.sizes
    return (sizes.height, sizes.width) if FLIPS.get(sizes.flip, 1) in ON_ITS_SIDE else (sizes.width, sizes.height)
