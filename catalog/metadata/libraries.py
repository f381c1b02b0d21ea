"""Opens files of the kinds whose headers libraries of C take apart: they say how large the picture is, and what of a
raw file is shown. All else that these files say is read elsewhere, within bounds.
"""

import os
import re
import warnings
from collections.abc import Callable
from typing import BinaryIO

from PIL import Image

from catalog.errors import Unreadable
from catalog.kinds.formats import AVIF, HEIF, RAW
from catalog.kinds.pillow_errors import is_damage
from catalog.kinds.preview import Preview
from catalog.kinds.raw import developed_size, preview, told_of
from catalog.kinds.untouched import untouched_avif
from catalog.metadata.sides import damaged
from catalog.presentation import boxes
from catalog.source_file import of_system

# Of AVIF, as libavif has them; libheif takes somewhat more pixels, and any side that has them.
MOST_SIDE, MOST_PIXELS = 32_768, 16_384 * 16_384

Opened = tuple[tuple[int, int], Preview | None]
"""Width and height in pixels, as stored; of a raw file what is shown, None where that is what LibRaw develops."""


def opened(file: BinaryIO, kind: str) -> Opened:
    """What the library for a kind says of a file, nothing decoded.

    Raises:
        Unreadable: it says that it is damaged, or there is none; the message says so.
        OSError: the system does not give the file.
    """
    if kind in (HEIF, AVIF) and boxes.is_bomb(file, os.fstat(file.fileno()).st_size):
        raise damaged("its items lie over each other")
    file.seek(0)
    # The state of warnings is the process's, not the thread's. At worst, where two threads meet here, Pillow's own
    # warnings stay unseen; everybody else's are left alone.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        try:
            return READERS[kind](file)
        except ImportError as error:
            raise Unreadable(f"{kind} files are not read here: {error.name} is not installed") from error
        except Exception as error:  # they raise more than they document
            if of_system(error):
                raise
            raise damaged(_plain(error)) from error


def _heif(file: BinaryIO) -> Image.Image:
    from pillow_heif.as_plugin import HeifImageFile  # takes 0.1 s, which only such photos are to cost

    image: Image.Image = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return image


def _claiming(read: Callable[[BinaryIO], Image.Image]) -> Callable[[BinaryIO], Opened]:
    """A reader of boxes; where they claim more than it decodes, what they claim."""

    def size(file: BinaryIO) -> Opened:
        try:
            return read(file).size, None
        except Exception as error:
            claimed = boxes.size(file) if is_damage(error) else (0, 0)
            if not (max(claimed) > MOST_SIDE or claimed[0] * claimed[1] > MOST_PIXELS):
                raise
            return claimed, None

    return size


def _raw(file: BinaryIO) -> Opened:
    """The camera's own picture in a raw file; where there is none, the size of the developed photo."""
    import rawpy

    with rawpy.imread(file) as raw:
        image = preview(raw)
        return (developed_size(raw), None) if image is None else (image.size, told_of(image))


READERS: dict[str, Callable[[BinaryIO], Opened]] = {
    HEIF: _claiming(_heif),
    AVIF: _claiming(untouched_avif),
    RAW: _raw,
}


def _plain(error: Exception) -> str:
    """An error's sentence on one line, without the addresses of objects."""
    return re.sub(r" at 0x[0-9a-f]+|<[^>]*>", "", " ".join(str(error).split()))[:200] or type(error).__name__
