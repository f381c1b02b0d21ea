"""Pictures that the tests make: a colour in each quarter, so that no turn, flip or crop goes unseen."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pillow_avif  # noqa: F401 - teaches Pillow to write AVIF
import pillow_heif
from PIL import Image
from PIL.Image import Transpose

from workers.pipeline.work import Work, begin
from workers.sizing import Size

RED, GREEN, BLUE, YELLOW = (230, 30, 30), (30, 200, 30), (30, 30, 230), (230, 230, 30)
WHITE = (255, 255, 255)
QUARTERS = (RED, GREEN, BLUE, YELLOW)  # upper left, upper right, lower left, lower right
PRINTED = ((217, 59, 41), (15, 139, 76), (74, 56, 131), (242, 216, 35))  # as a press shows them, of their opposites

# How a picture must be stored so that each orientation shows it upright.
STORED = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}


def quarters(width: int = 400, height: int = 300) -> Image.Image:
    """An RGB picture of four colours."""
    image = Image.new("RGB", (width, height))
    half = (width // 2, height // 2)
    for place, colour in zip(((0, 0), (half[0], 0), (0, half[1]), half), QUARTERS, strict=True):
        image.paste(colour, (*place, width, height))
    return image


def stored(image: Image.Image, orientation: int, format: str = "JPEG", **options: Any) -> BytesIO:
    """A file that shows `image` upright by its EXIF orientation."""
    exif = Image.Exif()
    exif[274] = orientation
    method = STORED[orientation]
    return saved(image if method is None else image.transpose(method), format, exif=exif, **options)


def saved(image: Image.Image, format: str = "JPEG", **options: Any) -> BytesIO:
    """A file of the picture."""
    if format == "JPEG":
        options = {"quality": 95, "subsampling": 0, **options}
    out = BytesIO()
    image.save(out, format, **options)
    out.seek(0)
    return out


def heic(image: Image.Image, **options: Any) -> BytesIO:
    """A HEIC file of the picture; `exif` among the options says how it lies, and libheif is told so too."""
    file = pillow_heif.from_pillow(image)
    out = BytesIO()
    file.save(out, quality=90, **options)
    out.seek(0)
    return out


def decoded(jpeg: bytes) -> Image.Image:
    """A render's picture, in RGB; fails where it is no whole JPEG."""
    assert jpeg.startswith(b"\xff\xd8")
    assert jpeg.endswith(b"\xff\xd9")
    image = Image.open(BytesIO(jpeg), formats=("JPEG",))
    return image.convert("RGB")


def near(found: object, expected: tuple[int, ...], tolerance: int = 12) -> bool:
    """Whether a pixel is of the colour."""
    assert isinstance(found, tuple)
    return all(abs(one - other) <= tolerance for one, other in zip(found, expected, strict=True))


def shows(image: Image.Image, colours: tuple[tuple[int, ...], ...] = QUARTERS, tolerance: int = 12) -> bool:
    """Whether the middles of the picture's quarters are of these colours."""
    width, height = image.size
    places = [(width // 4, height // 4), (width * 3 // 4, height // 4)]
    places += [(x, height * 3 // 4) for x, _ in places]
    return all(near(image.getpixel(place), colour, tolerance) for place, colour in zip(places, colours, strict=True))


def work(image: Image.Image, size: Size | None = None, **fields: Any) -> Work:
    """Work at its beginning."""
    return replace(begin(image, 1, size or Size(*image.size), 80), **fields)
