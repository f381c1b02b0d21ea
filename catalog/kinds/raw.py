"""What of a camera raw file is shown: the JPEG that the camera has put into it, where that is large enough."""

from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile

if TYPE_CHECKING:
    from rawpy import RawPy

# LibRaw's flip as an EXIF orientation.
FLIPS = {0: 1, 3: 3, 5: 8, 6: 6}

ON_ITS_SIDE = (5, 6, 7, 8)

# A JPEG shorter than this part of the photo's side is for the camera's screen.
LARGE_ENOUGH = 0.5


def preview(raw: "RawPy") -> Image.Image | None:
    """The picture that the camera has made itself, not decoded yet, with its orientation in `getexif()`; None where
    there is none that is large enough."""
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    image: Image.Image
    if thumbnail.format == rawpy.ThumbFormat.JPEG:
        try:
            image = JpegImageFile(BytesIO(bytes(thumbnail.data)))
            _turn(image, raw.sizes.flip, raw.sizes.width > raw.sizes.height)
        except Exception:  # noqa: BLE001 - Pillow raises anything at all, and the sensor's pixels are there still
            return None
    else:
        image = Image.fromarray(cast(Any, thumbnail.data))
        _turn(image, raw.sizes.flip, raw.sizes.width > raw.sizes.height)
    large = max(image.size) >= LARGE_ENOUGH * max(raw.sizes.width, raw.sizes.height)
    return image if large else None


def developed_size(raw: "RawPy") -> tuple[int, int]:
    """Width and height of the sensor's pixels as a person sees them."""
    sizes = raw.sizes
    return (sizes.height, sizes.width) if FLIPS.get(sizes.flip, 1) in ON_ITS_SIDE else (sizes.width, sizes.height)


def _turn(image: Image.Image, flip: int, wide: bool) -> None:
    """Has the picture say how it lies where only the raw file does. LibRaw writes the raw file's word into a JPEG that
    has none of its own, though some cameras have turned theirs by then: its shape is no longer the sensor's."""
    exif = image.getexif()
    lies = exif.setdefault(ExifTags.Base.Orientation, FLIPS.get(flip, 1))
    if lies in ON_ITS_SIDE and (image.width > image.height) != wide:
        exif[ExifTags.Base.Orientation] = 1
