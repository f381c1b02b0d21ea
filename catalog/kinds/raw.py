"""What of a camera raw file is shown: the JPEG that the camera has put into it, where that is large enough."""

from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from PIL import Image

from catalog.kinds.preview import LARGE_ENOUGH, ON_ITS_SIDE, Preview
from catalog.kinds.untouched import UntouchedJpeg

if TYPE_CHECKING:
    from rawpy import RawPy

# LibRaw's flip as an EXIF orientation.
FLIPS = {0: 1, 3: 3, 5: 8, 6: 6}

_PREVIEW = "preview"  # among the `info` of an image


def preview(raw: "RawPy") -> Image.Image | None:
    """The picture that the camera has made itself, not decoded yet, as it is stored; None where there is none that is
    large enough. See `told_of` for what is known of it."""
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
    image.info[_PREVIEW] = Preview(
        image.source if isinstance(image, UntouchedJpeg) else None,
        image.width > image.height,
        FLIPS.get(raw.sizes.flip, 1),
        raw.sizes.width > raw.sizes.height,
    )
    large = max(image.size) >= LARGE_ENOUGH * max(raw.sizes.width, raw.sizes.height)
    return image if large else None


def told_of(image: Image.Image) -> Preview | None:
    """What is known of a picture that `preview` gave; None of any other."""
    found = image.info.get(_PREVIEW)
    return found if isinstance(found, Preview) else None


def developed_size(raw: "RawPy") -> tuple[int, int]:
    """Width and height of the sensor's pixels as a person sees them."""
    sizes = raw.sizes
    return (sizes.height, sizes.width) if FLIPS.get(sizes.flip, 1) in ON_ITS_SIDE else (sizes.width, sizes.height)
