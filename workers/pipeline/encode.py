"""Writes the JPEG, with nothing in it but the picture."""

from dataclasses import replace
from io import BytesIO

from PIL import Image

from workers.pipeline.work import Work

# From this quality on, colours are as fine as brightness (4:4:4); below, half as fine on both sides (4:2:0).
FULL_COLOUR = 90

# From which quality on, and for how many pixels, a progressive JPEG is the smaller: from there each of four photos is
# so, or within 0.4 %. Bytes of progressive over baseline, both with tables of their own, least and most of the four;
# and how much longer the encoding takes:
#   pixels            quality 50   quality 70   quality 85   quality 95   time
#   160 x 90..120     1.02 1.15    0.99 1.11    0.96 1.05    0.95 1.00    2.0 to 2.3
#   256 x 144..192    1.00 1.08    0.97 1.05    0.95 1.02    0.94 0.98    2.0 to 2.3
#   400 x 225..300    0.99 1.03    0.97 1.02    0.95 1.00    0.94 0.97    2.1 to 2.4
#   640 x 360..480    0.99 1.03    0.97 1.01    0.95 0.99    0.95 0.96    2.1 to 2.4
#   1440 x 810..1080  0.99 1.04    0.98 1.02    0.96 0.99    0.95 0.96    2.1 to 2.5
#   2560 x 1440..1920 0.99 1.03    0.99 1.02    0.96 0.98    0.95 0.97    2.0 to 2.6
# At 70 it gains 1 % on average and loses 2 % on some, for twice the time: not worth it at any size.
PROGRESSIVE = ((90, 15_000), (80, 90_000))


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
    out = BytesIO()
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
    return out.getvalue()
