"""Decodes a photo: a JPEG no finer than the render needs, the rest as they are."""

from dataclasses import replace

from PIL import JpegImagePlugin

from workers.pipeline.colour import profile_of
from workers.pipeline.open import translated
from workers.pipeline.work import Work, whole

SCALES = (8, 4, 2)

# Sides of what libjpeg decodes, at least so many times the output's. Measured on four photos of 12 to 20 megapixels,
# against a full decode and Lanczos, decode and resize in ms, pillow-simd on 2 cores (256 and 1280 wide):
#   1 time:  256: 48-54 dB, 67-124 ms   1280: 45-52 dB, 94-121 ms
#   2 times: 256: 48-54 dB, 67-124 ms   1280: 52 dB to exact, 114-174 ms
#   3 times: 256: 54-57 dB, 93-130 ms   1280: exact, 138-165 ms
HEADROOM = 2


def draft_scale(work: Work) -> int:
    """The part of the image's sides, as 8 for 1/8, at which it is decoded for the work's size: 1, 2, 4 or 8."""
    width, height = work.target
    room = min(work.image.width // (width * HEADROOM), work.image.height // (height * HEADROOM))
    return next((scale for scale in SCALES if scale <= room), 1)


def draft(work: Work) -> Work:
    """Has libjpeg decode a JPEG at 1/2, 1/4 or 1/8, where that leaves HEADROOM times the pixels of a side."""
    if not isinstance(work.image, JpegImagePlugin.JpegImageFile):
        return work
    image, scale = work.image, draft_scale(work)
    if scale == 1:
        return work
    # libjpeg rounds the scaled sides up; the photo ends where the exact ones do.
    box = (0, 0, image.width / scale, image.height / scale)
    image.draft(None, (image.width // scale, image.height // scale))
    return replace(work, box=box)


def load(work: Work) -> Work:
    """Decodes the image.

    Raises:
        Damaged: it can't be, or not to its end.
    """
    size = work.image.size
    try:
        work.image.load()
    except Exception as error:
        raise translated(error) from error
    work = replace(work, profile=profile_of(work.image))  # of which some formats tell only by now
    # A TIFF may have been turned by Pillow just now.
    return work if work.image.size == size else replace(work, box=whole(work.image), shape=work.image.size)
