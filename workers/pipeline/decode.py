"""Decodes a photo: a JPEG no finer than the render needs, the rest as they are."""

from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from catalog.kinds.damage import CORRUPT, TRUNCATED, damage_of, mark
from catalog.presentation.presentation import of
from workers.errors import Damaged
from workers.pipeline.colours.meant import profile_of
from workers.pipeline.lossless.strip import Plan, plan, stream
from workers.pipeline.open import UNREADABLE, translated
from workers.pipeline.readers.jpeg import Jpeg
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
    if not isinstance(work.image, JpegImageFile):
        return work
    image, scale = work.image, draft_scale(work)
    if scale == 1:
        return work
    # libjpeg rounds the scaled sides up; the photo ends where the exact ones do.
    box = (0, 0, image.width / scale, image.height / scale)
    image.draft(None, (image.width // scale, image.height // scale))
    return replace(work, box=box)


def load(work: Work) -> Work:
    """Decodes the image; of a damaged one, what there is of it.

    Raises:
        Damaged: that is nothing.
    """
    image, size = work.image, work.image.size
    try:
        image.load()
        if isinstance(image, Jpeg) and not image.has_end():
            mark(image, TRUNCATED)
    except Exception as error:
        known = translated(error)
        if not (isinstance(known, Damaged) and isinstance(image, Jpeg)):
            raise known from error
        image = _salvaged(image)
    # Some readers apply the profile themselves, and libheif tells only by now how large it is for sure.
    work = replace(work, image=image, profile=profile_of(of(work.image)), damage=damage_of(image))
    return work if image.size == size else replace(work, box=whole(image), shape=image.size)


def _salvaged(broken: Jpeg) -> Image.Image:
    """What libjpeg makes of a JPEG's needed parts alone, up to where it ends or something does not belong, and of as
    many of its scans as it can read. What is missing of a scan is grey, or less fine.

    Raises:
        Damaged: nothing can be made of it.
    """
    found = plan(broken.source, inks=True)
    if found is None:
        raise Damaged(UNREADABLE)
    scale = broken.decoderconfig[0] if broken.decoderconfig else 1
    image = _decoded(broken.source, found, scale)
    damage = damage_of(broken) or found.damage or CORRUPT
    if image is None:
        damage = CORRUPT
        good, bad = 0, found.scans  # so many can be read, so many can't
        while bad - good > 1:
            scans = (good + bad) // 2
            fewer = plan(broken.source, scans, inks=True)
            made = None if fewer is None else _decoded(broken.source, fewer, scale)
            image, good, bad = (image, good, scans) if made is None else (made, scans, bad)
    if image is None:
        raise Damaged(UNREADABLE)
    mark(image, damage)
    return image


def _decoded(file: BinaryIO, found: Plan, scale: int) -> Image.Image | None:
    try:
        image = JpegImageFile(BytesIO(b"".join(stream(file, found))))
        if scale > 1:
            image.draft(None, (image.width // scale, image.height // scale))
        image.load()
    except Exception as error:
        if not isinstance(translated(error), Damaged):
            raise
        return None
    return image
