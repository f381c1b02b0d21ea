"""Writes the JPEG, with nothing in it but the picture."""

import os
from dataclasses import replace
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO

from PIL import Image

from workers.pipeline.work import Work

# From this quality on, colours are as fine as brightness (4:4:4); below, half as fine on both sides (4:2:0).
FULL_COLOUR = 90

# From which quality on, and for how many pixels, a progressive JPEG is the smaller: from there on it is so for each of
# four photos, or within 0.1 %. Bytes of progressive over baseline, both with tables of their own, least and most of the
# four; it takes 1.5 to 3.2 times as long to encode, at every size:
#   pixels             quality 50     70           80           85           90           95
#   160 x 90..120      1.015-1.148    0.989-1.109  0.972-1.074  0.961-1.049  0.955-1.014  0.949-0.995
#   256 x 144..192     0.995-1.077    0.970-1.051  0.962-1.033  0.952-1.019  0.955-0.993  0.943-0.976
#   400 x 225..300     0.987-1.034    0.967-1.015  0.960-1.011  0.951-1.004  0.953-0.989  0.941-0.966
#   640 x 360..480     0.986-1.031    0.966-1.008  0.959-0.992  0.950-0.987  0.953-0.986  0.946-0.962
#   1440 x 810..1080   0.991-1.043    0.979-1.019  0.971-1.001  0.959-0.987  0.964-0.983  0.951-0.960
#   2560 x 1440..1920  0.986-1.031    0.986-1.016  0.975-0.998  0.964-0.982  0.966-0.977  0.954-0.965
# At 70 it is smaller by 1 % at best on average (640 wide), and larger for some at every size: not worth the time.
PROGRESSIVE = ((95, 14_400), (90, 36_000), (80, 230_000))


def encode(work: Work) -> Work:
    """The image as a JPEG without any metadata, its Huffman tables made for it, progressive where that is smaller."""
    progressive = is_progressive(work.image.width * work.image.height, work.quality)
    try:
        jpeg = _jpeg(work.image, work.quality, optimize=True, progressive=progressive)
    except OSError:
        # With tables of its own a picture must fit the buffer that Pillow guesses; wild noise may not.
        jpeg = _jpeg(work.image, work.quality, optimize=False, progressive=False)
    return replace(work, jpeg=jpeg)


def is_progressive(pixels: int, quality: int) -> bool:
    """Whether a JPEG of so many pixels and libjpeg's `quality` is smaller when it is progressive."""
    return any(quality >= least and pixels >= fewest for least, fewest in PROGRESSIVE)


def _jpeg(image: Image.Image, quality: int, *, optimize: bool, progressive: bool) -> bytes:
    with _file() as out:
        image.save(
            out,
            "JPEG",
            quality=quality,
            subsampling="4:4:4" if quality >= FULL_COLOUR else "4:2:0",
            optimize=optimize,
            progressive=progressive,
            # Pillow would copy the source's comment. EXIF, XMP and ICC it writes only where it is given them.
            comment=b"",
        )
        if isinstance(out, BytesIO):
            return out.getvalue()
        return os.pread(out.fileno(), os.fstat(out.fileno()).st_size, 0)


def _file() -> BinaryIO:
    """A file in memory. Only while it writes to a real file does Pillow give up the GIL: into a BytesIO the JPEG of a
    television's screen holds up every other thread, those with cached photos too, for some 50 ms. A confined process
    may make no file, and holds up nobody.
    """
    try:
        if hasattr(os, "memfd_create"):
            return os.fdopen(os.memfd_create("jpeg"), "w+b", buffering=0)
        return TemporaryFile(buffering=0)
    except PermissionError:
        return BytesIO()
