"""Turns a JPEG without decoding it, by libjpeg-turbo's jpegtran, so that no pixel changes."""

import subprocess
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO, cast

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from workers.errors import Damaged
from workers.pipeline.limits import MAX_SCANS, TimeLimit
from workers.pipeline.lossless.strip import stripped

# What undoes each orientation (EXIF 2.3, tag 274), in jpegtran's words.
UPRIGHT = {
    2: ("-flip", "horizontal"),
    3: ("-rotate", "180"),
    4: ("-flip", "vertical"),
    5: ("-transpose",),
    6: ("-rotate", "90"),
    7: ("-transverse",),
    8: ("-rotate", "270"),
}

# -perfect: no where the sides are no whole number of blocks. Its input has no metadata left but a colour profile that
# is needed; the marker of Adobe's colours it writes by itself.
JPEGTRAN = ("jpegtran", "-perfect", "-copy", "icc", "-optimize", "-maxscans", str(MAX_SCANS))


Jpegtran = Callable[[bytes, int, float | None], bytes | None]
"""Turns a JPEG of that orientation upright, in so many seconds; None where it can't. Raises TimeoutError."""


def command(orientation: int) -> tuple[str, ...]:
    """What turns a JPEG of that orientation, 2 to 8."""
    return (*JPEGTRAN, *UPRIGHT[orientation])


def jpegtran(jpeg: bytes, orientation: int, seconds: float | None) -> bytes | None:
    """As `Jpegtran`, by a process of this one's."""
    try:
        done = subprocess.run(command(orientation), input=jpeg, capture_output=True, timeout=seconds, check=False)
    except FileNotFoundError:
        return None
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    return done.stdout if done.returncode == 0 else None


def turned(
    image: Image.Image, orientation: int, time_limit: TimeLimit | None = None, run: Jpegtran = jpegtran
) -> bytes | None:
    """The JPEG that `image` was opened from, upright, without metadata, with the same pixels; None where it can't be:
    no JPEG, sides that can't be turned without loss, an odd file, or no jpegtran here. `run` runs that.

    Raises:
        Unsupported: it takes longer than the limit allows.
        OSError: the system does not give the file.
    """
    if not isinstance(image, JpegImageFile) or image.fp is None:
        return None
    try:
        jpeg = stripped(cast(BinaryIO, image.fp))
    except Damaged:
        return None  # decoding it may still give what there is of it
    if jpeg is None or orientation == 1:
        return jpeg
    try:
        done = run(jpeg, orientation, None if time_limit is None else time_limit.left())
    except TimeoutError as error:
        assert time_limit is not None  # noqa: S101 - else there is no time-out
        raise time_limit.error() from error
    # What it writes has a header of its own, which says nothing, and nothing behind the picture.
    return None if done is None else stripped(BytesIO(done))
