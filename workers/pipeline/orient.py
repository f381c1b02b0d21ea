"""Turns the image as EXIF says; after the resize, when there are fewer pixels to turn."""

from dataclasses import replace

from PIL.Image import Transpose

from workers.pipeline.work import Work, whole

# EXIF 2.3, tag 274: what undoes each orientation.
UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def orient(work: Work) -> Work:
    """The image as a person sees it."""
    if work.orientation == 1:
        return work
    image = work.image.transpose(UPRIGHT[work.orientation])
    return replace(work, image=image, box=whole(image), orientation=1)
