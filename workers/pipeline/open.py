"""Opens a photo: which format it is, how large, how it lies. Nothing is decoded before the limits are checked."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image

from catalog.kinds.formats import AVIF, BMP, GIF, HEIF, JPEG, KINDS, PNG, RAW, TIFF, WEBP, kind_of, too_long, webp_size
from catalog.kinds.raw import told_of
from catalog.kinds.tiff import PILLOW, described, reader_of, shown
from catalog.kinds.tiff_bomb import is_tiff_bomb
from catalog.kinds.tiff_file import TiffFile
from catalog.kinds.untouched import UntouchedJpeg, UntouchedTiff, untouched_avif
from catalog.presentation import boxes
from catalog.presentation.presentation import KEY, UPRIGHT, Presentation, of, presentation
from catalog.source_file import SourceFile, as_binary, of_system
from workers.errors import Damaged, RenderError, Unsupported
from workers.pipeline.limits import Limits, check_memory, check_scans, no_memory
from workers.pipeline.raw import open_raw
from workers.pipeline.readers.bmp import Bmp
from workers.pipeline.readers.gif import Gif
from workers.pipeline.readers.jpeg import Jpeg
from workers.pipeline.readers.png import Png
from workers.pipeline.readers.webp import open_webp
from workers.pipeline.source import reading, unreadable
from workers.pipeline.tiff.parts import check_parts
from workers.sizing import Size

UNREADABLE = "The photo's file is damaged: it can't be decoded."


@contextmanager
def opened(source: Path | BinaryIO | SourceFile, limits: Limits) -> Iterator[Image.Image]:
    """The photo in `source`, not decoded yet; its first frame, where it has several. A path's file is closed after.

    Raises:
        SourceMissing, Unsupported, Damaged, Busy: as `workers.errors` says.
    """
    if isinstance(source, SourceFile):  # within `reading`
        yield _identified(as_binary(source), limits)
        return
    with reading(source) as file:
        yield _identified(as_binary(file), limits)


def orientation(image: Image.Image) -> int:
    """How the photo lies that was opened here, as EXIF has it, 1 to 8; 1 where nothing that can be read says
    otherwise."""
    return of(image).orientation


def photo_size(image: Image.Image) -> Size:
    """How large a photo is that was just opened, as a person sees it."""
    return Size(image.height, image.width) if orientation(image) >= 5 else Size(image.width, image.height)


def translated(error: Exception) -> RenderError:
    """Our error for whatever Pillow raised while it read a photo: it documents few, and raises many."""
    if isinstance(error, RenderError):
        return error
    if isinstance(error, MemoryError):
        return no_memory()
    if isinstance(error, Image.DecompressionBombError):
        return Unsupported("A part of the photo has more pixels than are decoded.")
    if of_system(error):
        return unreadable(cast(OSError, error))
    return Damaged(UNREADABLE)


def _identified(file: BinaryIO, limits: Limits) -> Image.Image:
    try:
        limits.check_bytes(file)
        kind = kind_of(file)
        if kind is None:
            raise Unsupported(f"The file is of a kind that is not rendered; rendered are {', '.join(KINDS)}.")
        if kind == WEBP:
            _check_size(*webp_size(file), limits)
        image = open_raw(file, limits) if kind == RAW else _read(file, kind, limits)
        # What knows how many pictures it has without reading all of the file.
        limits.check_frames(getattr(image, "n_frames", 1) if kind in COUNTED else 1)
        _check_size(image.width, image.height, limits)
        if kind == JPEG:
            limits.check_output(Size(image.width, image.height))  # libjpeg reads no longer side than it writes
        image.info[KEY] = _told(file, kind, image)
        if isinstance(image, UntouchedJpeg) and image.head.scans:  # of a raw file, too
            check_scans(image.source, limits)
    except Exception as error:
        raise translated(error) from error
    return image


def _told(file: BinaryIO, kind: str, image: Image.Image) -> Presentation:
    """What the file says of the picture in it that was opened."""
    shown = image.layout.orientation if isinstance(image, TiffFile) else UPRIGHT
    known = image.head.near if kind == JPEG and isinstance(image, UntouchedJpeg) else ()
    return presentation(file, kind, shown=shown, preview=told_of(image) if kind == RAW else None, known=known)


def _read(file: BinaryIO, kind: str, limits: Limits) -> Image.Image:
    try:
        return _tiff(file, limits) if kind == TIFF else READERS[kind](file)
    except Exception:
        if kind in (HEIF, AVIF):  # whose decoders call it damaged where it claims too much
            _check_size(*boxes.size(file), limits)
        raise


def _check_size(width: int, height: int, limits: Limits) -> None:
    if why := too_long(width, height):
        raise Unsupported(why)
    limits.check_source(width, height)
    check_memory(width, height)


# Each photo is opened by the reader of its kind, not by `Image.open`: that has a limit of pixels which is the whole
# process's, where ours is a setting, checked for each photo.


def _tiff(file: BinaryIO, limits: Limits) -> Image.Image:
    if is_tiff_bomb(file, file.seek(0, os.SEEK_END)):
        raise Damaged("The photo's file is damaged: its values lie over each other.")
    found = shown(file)
    if found is None:
        raise Damaged("The photo's file is damaged: its header can't be read.")
    reader = reader_of(found[1])
    if reader is None:
        raise Unsupported(f"The photo is a TIFF of a kind that is not rendered ({described(found[1])}).")
    check_parts(file, *found, limits)
    file.seek(0)
    if reader != PILLOW:
        from workers.pipeline.tiff.image import SecondTiff  # which loads libvips

        return SecondTiff(file, *found, reader)
    try:
        return UntouchedTiff(file)
    except SyntaxError as error:
        # What Pillow raises for a layout of pixels that it does not know; and for a header that is broken, but then
        # what it stumbled over is in it.
        if error.args and isinstance(error.args[0], Exception):
            raise
        raise Unsupported("The photo is a TIFF of a kind that is not rendered.") from error


def _check_items(file: BinaryIO) -> None:
    if boxes.is_bomb(file, file.seek(0, os.SEEK_END)):
        raise Damaged("The photo's file is damaged: its items lie over each other.")
    file.seek(0)


def _heif(file: BinaryIO) -> Image.Image:
    _check_items(file)
    try:
        from pillow_heif.as_plugin import HeifImageFile  # takes 0.1 s
    except ImportError as error:
        raise Unsupported("HEIC photos are not rendered here: pillow-heif is not installed.") from error
    image: Image.Image = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return image


def _avif(file: BinaryIO) -> Image.Image:
    _check_items(file)
    try:
        return untouched_avif(file)
    except ImportError as error:
        raise Unsupported("AVIF photos are not rendered here: pillow-avif-plugin is not installed.") from error


READERS: dict[str, Callable[[BinaryIO], Image.Image]] = {
    JPEG: Jpeg,
    PNG: Png,
    WEBP: open_webp,
    GIF: Gif,
    BMP: Bmp,
    HEIF: _heif,
    AVIF: _avif,
}
COUNTED = frozenset({PNG, WEBP, HEIF, AVIF})
