"""`tests/bare/run`: a folder with a photo of each kind that needs a library of its own.

All of them show the same, of which `tests.bare.ask` knows the size and the colours. Needs what serves, and no more.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.workers.samples.pictures import heic, quarters, saved
from tests.workers.samples.raws import dng

SIZE = (640, 480)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
CHEQUERED = (BLACK, WHITE, WHITE, BLACK)
"""What the one kind shows that has no colours: a quarter each, as `tests.workers.samples.pictures.QUARTERS`."""


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir()
    for name, file in kinds().items():
        (folder / name).write_bytes(file.getvalue())


def kinds() -> dict[str, BytesIO]:
    """Names and files."""
    picture = quarters(*SIZE)
    return {
        "baseline.jpg": saved(picture),
        "lossless.png": saved(picture, "PNG"),
        "lzw.tif": saved(picture, "TIFF", compression="tiff_lzw"),
        "deflate.tif": saved(picture, "TIFF", compression="tiff_adobe_deflate"),
        "lossy.tif": saved(picture, "TIFF", compression="jpeg", quality=95),
        "fax.tif": saved(_chequered(), "TIFF", compression="group4"),
        "phone.heic": heic(picture),
        "small.avif": saved(picture, "AVIF", quality=90),
        "browser.webp": saved(picture, "WEBP", quality=95),
        "camera.dng": dng(picture),
    }


def _chequered() -> Image.Image:
    image = Image.new("1", SIZE, 0)
    width, height = SIZE
    image.paste(1, (width // 2, 0, width, height // 2))
    image.paste(1, (0, height // 2, width // 2, height))
    return image


if __name__ == "__main__":
    main()
