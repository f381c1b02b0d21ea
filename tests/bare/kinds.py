"""`tests/bare/run`: a folder with a photo of each kind that needs a library of its own.

All of them show the same, of which `tests.bare.ask` knows the size and the colours. Needs what serves, and no more.
"""

import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.workers.samples.pictures import QUARTERS, heic, quarters, saved
from tests.workers.samples.raws import dng

SIZE = (640, 480)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
CHEQUERED = (BLACK, WHITE, WHITE, BLACK)


def picture() -> Image.Image:
    return quarters(*SIZE)


def chequered() -> Image.Image:
    """Black and white, a bit each."""
    image = Image.new("1", SIZE, 0)
    width, height = SIZE
    image.paste(1, (width // 2, 0, width, height // 2))
    image.paste(1, (0, height // 2, width // 2, height))
    return image


KINDS: Mapping[str, Callable[[], BytesIO]] = {
    "baseline.jpg": lambda: saved(picture()),
    "lossless.png": lambda: saved(picture(), "PNG"),
    "lzw.tif": lambda: saved(picture(), "TIFF", compression="tiff_lzw"),
    "deflate.tif": lambda: saved(picture(), "TIFF", compression="tiff_adobe_deflate"),
    "lossy.tif": lambda: saved(picture(), "TIFF", compression="jpeg", quality=95),
    "fax.tif": lambda: saved(chequered(), "TIFF", compression="group4"),
    "phone.heic": lambda: heic(picture()),
    "small.avif": lambda: saved(picture(), "AVIF", quality=90),
    "browser.webp": lambda: saved(picture(), "WEBP", quality=95),
    "camera.dng": lambda: dng(picture()),
}
"""The name of each, and what makes it."""


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir()
    for name, made in KINDS.items():
        (folder / name).write_bytes(made().getvalue())


def colours_of(name: str) -> tuple[tuple[int, int, int], ...]:
    """What its quarters show: upper left, upper right, lower left, lower right."""
    return CHEQUERED if name == "fax.tif" else QUARTERS


if __name__ == "__main__":
    main()
