"""Brings the colours to sRGB, in which a picture without a profile is shown: the profile goes with the metadata."""

import threading
from dataclasses import replace
from functools import lru_cache
from io import BytesIO

from PIL import ImageCms

from catalog.kinds.formats import LARGEST_PROFILE
from workers.pipeline.colours.icc import has_tables, is_srgb
from workers.pipeline.colours.press import press_profile
from workers.pipeline.work import Work

# By the mode of pixels, the colour spaces of profiles that are for them. Grey is red, green and blue alike. No word of
# a file's ever becomes a mode for ImageCms: where the mode is not that of the pixels, it reads beside them
# (CVE-2024-28219).
SPACES = {"RGB": ("RGB ",), "L": ("GRAY", "RGB "), "CMYK": ("CMYK",)}

# Colours that sRGB has stay what they are, beside its white and its black.
INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION

# Of a profile's table littlecms makes one of its own, whose steps lie by what becomes of grey: where that hardly rises,
# in HLG's highlights, colours were off by 30 levels and more. So they lie as the profile's own do.
OF_TABLES = FLAGS | ImageCms.Flags.FORCE_CLUT | ImageCms.Flags.CLUT_PRE_LINEARIZATION

# Cameras have few profiles, a library's editors some. Each transform is kept with its profile.
TRANSFORMS = 16

_building = threading.Lock()


def colour(work: Work) -> Work:
    """The image in sRGB, RGB or L, by the profile of its colours. A profile that is broken, or meant for other pixels,
    counts as none; inks without one are taken for those of a press.

    After the resize, as there are fewer pixels then. Both mix levels, not light (every curve here is near to
    sRGB's, so it makes no difference which), and a colour that sRGB does not have is cut off last, not before it is
    mixed with its neighbours.
    """
    image = work.image
    transform = _transform(work.profile, image.mode) if 0 < len(work.profile) <= LARGEST_PROFILE else None
    if transform is None and image.mode == "CMYK":
        transform = _transform(press_profile(), "CMYK")
    if transform is None:
        return work
    if image.mode != transform.input_mode:
        image = image.convert(transform.input_mode)
    done = ImageCms.applyTransform(image, transform)
    assert done is not None  # noqa: S101 - it is None only where the image itself is changed
    # By a profile of its own grey becomes three times the same.
    return replace(work, image=done.getchannel("G") if image.mode == "L" else done)


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    # One at a time, so that threads that meet at a new profile build its transform once. Using it needs no lock:
    # littlecms copies the little that changes.
    with _building:
        return _built(profile, mode)


@lru_cache(maxsize=TRANSFORMS)
def _built(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """What brings pixels of `mode`, or of the mode that it names, from the profile to sRGB; None where nothing does, or
    need."""
    if is_srgb(profile):
        return None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        space = source.profile.xcolor_space
        if space not in SPACES.get(mode, ()):
            return None
        known = "RGB" if space == "RGB " else mode
        flags = OF_TABLES if has_tables(profile) else FLAGS
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), known, "RGB", INTENT, flags)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
