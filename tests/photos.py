"""Photos that tests make: each of a colour of its own, so that an answer shows which photo it is."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

SHARED = Path(__file__).parents[2] / "shared" / "photos"

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


def decoded(data: bytes) -> Image.Image:
    """The image in a JPEG, decoded to its last pixel."""
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    image.load()
    return image


def shared_photos() -> Path:
    """Real photos that lie beside the project; without them the test is skipped."""
    if not SHARED.is_dir():
        pytest.skip(f"no real photos in {os.path.relpath(SHARED)}")
    return SHARED
