"""Writes the JPEG, with nothing in it but the picture."""

from dataclasses import replace
from io import BytesIO

from PIL import Image

from workers.pipeline.work import Work


def encode(work: Work) -> Work:
    """The image as a JPEG without any metadata: baseline, 4:2:0, its Huffman tables made for it."""
    try:
        jpeg = _jpeg(work.image, work.quality, optimize=True)
    except OSError:
        # With tables of its own a picture must fit the buffer that Pillow guesses; wild noise may not.
        jpeg = _jpeg(work.image, work.quality, optimize=False)
    return replace(work, jpeg=jpeg)


def _jpeg(image: Image.Image, quality: int, *, optimize: bool) -> bytes:
    out = BytesIO()
    # Pillow would copy the source's comment. EXIF, XMP and ICC it writes only where it is given them.
    image.save(out, "JPEG", quality=quality, optimize=optimize, subsampling="4:2:0", comment=b"")
    return out.getvalue()
