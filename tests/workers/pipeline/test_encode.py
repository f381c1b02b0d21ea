"""Encoding: a bare JPEG, whatever the picture."""

import random

import pytest
from PIL import Image

from tests.workers.pipeline.pictures import decoded, quarters, shows, work
from workers.pipeline.encode import encode


def test_a_bare_jpeg() -> None:
    image = quarters()
    image.info["comment"] = b"a comment"
    done = encode(work(image))
    assert shows(decoded(done.jpeg))
    assert b"\xff\xfe" not in done.jpeg[: done.jpeg.index(b"\xff\xda")]


def test_grey_stays_grey() -> None:
    jpeg = encode(work(Image.new("L", (9, 9), 77))).jpeg
    assert decoded(jpeg).getpixel((4, 4)) == (77, 77, 77)
    assert jpeg[jpeg.index(b"\xff\xc0") + 9] == 1  # components


@pytest.mark.parametrize("quality", [90, 93, 94, 100])
def test_the_wildest_noise(quality: int) -> None:
    """More bytes than pixels: with tables of its own Pillow can't write it at 93 and 94."""
    noise = random.Random(1).randbytes(800 * 800 * 3)
    image = Image.frombytes("RGB", (800, 800), bytes(255 * (byte & 1) for byte in noise))
    assert decoded(encode(work(image, quality=quality)).jpeg).size == (800, 800)


def test_subsampling() -> None:
    jpeg = encode(work(quarters())).jpeg
    sof = jpeg.index(b"\xff\xc0")
    assert jpeg[sof + 11] == 0x22  # twice as many samples of brightness as of colour, both ways
