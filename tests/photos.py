"""Photos that tests make: each of a colour of its own, so that an answer shows which photo it is."""

import io
import os
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

ORIENTATION = 0x0112


def solid(width: int, height: int, colour: tuple[int, int, int]) -> Image.Image:
    """An image of one colour."""
    return Image.new("RGB", (width, height), colour)


def save_jpeg(path: Path, image: Image.Image, orientation: int = 1) -> Path:
    """Saves a JPEG that says how it lies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image.save(path, "JPEG", quality=92, exif=exif)
    return path


def slow_to_read(path: Path, colour: tuple[int, int, int]) -> Path:
    """A photo of 4000 x 3000 pixels that takes a worker most of a second: full of noise, and progressive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_noisy(colour))
    return path


@cache
def _noisy(colour: tuple[int, int, int]) -> bytes:
    noise = Image.effect_noise((1000, 750), 60).resize((4000, 3000), Image.Resampling.NEAREST)
    image = Image.blend(noise.convert("RGB"), solid(4000, 3000, colour), 0.8)
    saved = io.BytesIO()
    image.save(saved, "JPEG", quality=95, progressive=True)
    return saved.getvalue()


def colours(number: int) -> list[tuple[int, int, int]]:
    """So many colours that an encoder can't confuse, 60 at most: steps of 60 in each channel."""
    steps = (30, 90, 150, 210)
    return [(red, green, blue) for red in steps for green in steps for blue in steps][:number]


def shows(data: bytes, size: tuple[int, int], colour: tuple[int, int, int], near: int = 12) -> bool:
    """Whether a JPEG has that size, and that colour in the mean."""
    image = decoded(data)
    mean = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(mean, tuple)
    return image.size == size and all(abs(is_ - wanted) <= near for is_, wanted in zip(mean, colour, strict=True))


def decoded(data: bytes) -> Image.Image:
    """The image in a JPEG, decoded to its last pixel."""
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    image.load()
    return image


def real_photos(pattern: str) -> list[Path]:
    """Real photos below the folder that REAL_PHOTOS names; none where it names none."""
    folder = os.environ.get("REAL_PHOTOS")
    return sorted(path for path in Path(folder).glob(pattern) if path.is_file()) if folder else []


needs_real_photos = pytest.mark.skipif(not os.environ.get("REAL_PHOTOS"), reason="REAL_PHOTOS names no real photos")


def header_alone(jpeg: bytes) -> bytes:
    """A photo of which nothing can be shown: a JPEG up to the data of its first scan. Of half a photo half is."""
    scan = jpeg.index(b"\xff\xda")
    return jpeg[: scan + 2 + int.from_bytes(jpeg[scan + 2 : scan + 4], "big")]
