"""Opens a photo: which format it is, how large, how it lies. Nothing is decoded before the limits are checked."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import (
    ExifTags,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from workers.errors import Busy, Damaged, RenderError, SourceMissing, Unsupported
from workers.pipeline.limits import FORMATS, Limits

# The pixel limit is ours, a setting, and checked below for each photo: Pillow's own, which warns first and is
# the same for the whole process, would only get in its way.
Image.MAX_IMAGE_PIXELS = None

# Named here so that they are there from the start: else Pillow imports all of its formats at the first TIFF.
PLUGINS = (GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)

# Files that begin so are meant to be of a format that is rendered: where they can't be opened, they are broken.
# TIFF's is left out, as it is that of many a camera's raw format too.
SIGNATURES = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8|RIFF....WEBP", re.DOTALL)

# A file system that lost the file, or the right to read it; Pillow's own complaints carry no such number.
FILE_SYSTEM = frozenset({errno.EIO, errno.ESTALE, errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENXIO, errno.ENODEV})

# Pillow has a TIFF turned by the time it is loaded, so for us it lies as it should.
TURNED_BY_PILLOW = "TIFF"


@contextmanager
def opened(source: Path | BinaryIO, limits: Limits) -> Iterator[Image.Image]:
    """The photo in `source`, not decoded yet; its first frame, where it has several. A path's file is closed after.

    Raises:
        SourceMissing, Unsupported, Damaged, Busy: as `workers.errors` says.
    """
    if not isinstance(source, Path):
        yield _identified(source, limits)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise SourceMissing("The photo's file is gone, or can't be read.") from error
    with file:
        yield _identified(file, limits)


def orientation(image: Image.Image) -> int:
    """How the photo lies, as EXIF has it, 1 to 8; 1 where nothing that can be read says otherwise."""
    if image.format == TURNED_BY_PILLOW:
        return 1
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - Pillow raises anything at all on broken EXIF, which spoils no pixel
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def translated(error: Exception) -> RenderError:
    """Our error for whatever Pillow raised while it read a photo: it documents few, and raises many."""
    if isinstance(error, MemoryError):
        return Busy("There is not enough memory for the photo now.")
    if isinstance(error, OSError) and error.errno in FILE_SYSTEM:
        return SourceMissing("The photo's file is gone, or can't be read.")
    return Damaged("The photo's file is damaged: it can't be decoded.")


def _identified(file: BinaryIO, limits: Limits) -> Image.Image:
    try:
        image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise _unidentified(file) from error
    except Exception as error:
        raise translated(error) from error
    limits.check_source(image.width, image.height)
    return image


def _unidentified(file: BinaryIO) -> RenderError:
    try:
        file.seek(0)
        start = file.read(12)
    except OSError as error:
        return translated(error)
    if not start:
        return Damaged("The photo's file is empty.")
    if SIGNATURES.match(start):
        return Damaged("The photo's file is damaged: its beginning can't be read.")
    return Unsupported(f"The file is of a kind that is not rendered; rendered are {', '.join(FORMATS)}.")
