"""Camera raw files: the JPEG that the camera has put into them, or the sensor's pixels where there is none."""

from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile

from workers.errors import Damaged, Unsupported
from workers.pipeline.limits import Limits, no_memory

if TYPE_CHECKING:
    from rawpy import RawPy

# LibRaw's flip as an EXIF orientation.
FLIPS = {0: 1, 3: 3, 5: 8, 6: 6}

ON_ITS_SIDE = (5, 6, 7, 8)

# A JPEG shorter than this part of the photo's side is for the camera's screen.
LARGE_ENOUGH = 0.5


def open_raw(file: BinaryIO, limits: Limits) -> Image.Image:
    """The photo in a raw file, with its orientation in `getexif()`; a JPEG in it is not decoded yet.

    Raises:
        Unsupported: LibRaw does not know this camera's format, is not installed, or the photo is too large.
        Damaged: it can't be read.
        Busy: there is no memory for it.
    """
    try:
        import rawpy  # takes 0.1 s, which only raw photos are to cost
    except ImportError as error:
        raise Unsupported("Camera raw files are not rendered here: rawpy is not installed.") from error
    try:
        with rawpy.imread(file) as raw:
            sizes = raw.sizes
            limits.check_source(sizes.width, sizes.height)
            image = _preview(raw)
            if image is None:
                # Of 24 megapixels in 1.1 s, where the default (AHD) takes 3.9 s; plain averages take 0.9 s.
                interpolation = rawpy.DemosaicAlgorithm.PPG
                return Image.fromarray(raw.postprocess(use_camera_wb=True, demosaic_algorithm=interpolation))
    except (rawpy.LibRawFileUnsupportedError, rawpy.LibRawTooBigError, rawpy.LibRawNotImplementedError) as error:
        raise Unsupported("The file is of a camera whose raw format is not rendered.") from error
    except (rawpy.LibRawUnsufficientMemoryError, MemoryError) as error:
        raise no_memory() from error
    except rawpy.LibRawError as error:
        raise Damaged("The photo's file is damaged: its raw data can't be read.") from error
    return image


def _preview(raw: "RawPy") -> Image.Image | None:
    """The picture that the camera has made itself, where there is one that is large enough."""
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    image: Image.Image
    if isinstance(thumbnail.data, bytes):  # a JPEG; else pixels
        try:
            image = JpegImageFile(BytesIO(thumbnail.data))
            _turn(image, raw.sizes.flip, raw.sizes.width > raw.sizes.height)
        except Exception:  # noqa: BLE001 - Pillow raises anything at all, and the sensor's pixels are there still
            return None
    else:
        image = Image.fromarray(thumbnail.data)
        _turn(image, raw.sizes.flip, raw.sizes.width > raw.sizes.height)
    large = max(image.size) >= LARGE_ENOUGH * max(raw.sizes.width, raw.sizes.height)
    return image if large else None


def _turn(image: Image.Image, flip: int, wide: bool) -> None:
    """Has the picture say how it lies where only the raw file does. LibRaw writes the raw file's word into a JPEG that
    has none of its own, though some cameras have turned theirs by then: its shape is no longer the sensor's."""
    exif = image.getexif()
    lies = exif.setdefault(ExifTags.Base.Orientation, FLIPS.get(flip, 1))
    if lies in ON_ITS_SIDE and (image.width > image.height) != wide:
        exif[ExifTags.Base.Orientation] = 1
