"""Brings the colours to sRGB, in which a picture without a profile is shown: the profile goes with the metadata."""

import threading
from dataclasses import replace
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageCms

from workers.pipeline.icc import is_srgb
from workers.pipeline.limits import MAX_PROFILE_BYTES
from workers.pipeline.work import Work

# By a profile's colour space, the pixels that it is for. Constants, and no word of a file's ever becomes a mode for
# ImageCms: where the mode is not that of the pixels, it reads beside them (CVE-2024-28219).
MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}

# Colours that sRGB has stay what they are, beside its white and its black.
INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION

# Cameras have few profiles, a library's editors some. Each transform is kept with its profile.
TRANSFORMS = 16

_building = threading.Lock()


def colour(work: Work) -> Work:
    """The image in sRGB, RGB or L, by the profile that its file held. A profile that is broken, or meant for other
    pixels, counts as none.

    After the resize, as there are fewer pixels then. Both mix levels, not light (every curve here is near to
    sRGB's, so it makes no difference which), and a colour that sRGB does not have is cut off last, not before it is
    mixed with its neighbours.
    """
    image = work.image
    transform = _transform(work.profile, image.mode) if 0 < len(work.profile) <= MAX_PROFILE_BYTES else None
    if transform is not None:
        done = ImageCms.applyTransform(image, transform)
        assert done is not None  # noqa: S101 - it is None only where the image itself is changed
        # Grey becomes three times the same.
        return replace(work, image=done.getchannel("G") if image.mode == "L" else done)
    return work if image.mode != "CMYK" else replace(work, image=image.convert("RGB"))


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    # One at a time, so that threads that meet at a new profile build its transform once. Using it needs no lock:
    # littlecms copies the little that changes.
    with _building:
        return _built(profile, mode)


@lru_cache(maxsize=TRANSFORMS)
def _built(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """What brings pixels of `mode` from the profile to sRGB; None where nothing does, or need."""
    if is_srgb(profile):
        return None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        known = MODES.get(source.profile.xcolor_space)
        if known is None or known != mode:
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), known, "RGB", INTENT, FLAGS)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def profile_of(image: Image.Image) -> bytes:
    """The colour profile in an image's file; empty where there is none."""
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) else b""
