"""Camera raw files: the JPEG that the camera has put into them, or the sensor's pixels where there is none."""

from typing import BinaryIO

from PIL import Image

from catalog.kinds.raw import preview
from workers.errors import Damaged, Unsupported
from workers.pipeline.limits import Limits, no_memory
from workers.pipeline.tiff.parts import check_raw


def open_raw(file: BinaryIO, limits: Limits) -> Image.Image:
    """The photo in a raw file; a JPEG in it is not decoded yet.

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
            image = preview(raw)
            if image is None:
                check_raw(file, limits)
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
