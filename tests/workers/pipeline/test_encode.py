"""Encoding: a bare JPEG, whatever the picture."""

import random
import re

import pytest
from PIL import Image

from tests.workers.samples.pictures import decoded, quarters, shows, work
from workers.pipeline.encode import _jpeg, encode, is_progressive


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


@pytest.mark.parametrize(("quality", "samples"), [(0, 0x22), (70, 0x22), (89, 0x22), (90, 0x11), (100, 0x11)])
def test_subsampling(quality: int, samples: int) -> None:
    """Below 90 twice as many samples of brightness as of colour, both ways."""
    jpeg = encode(work(quarters(), quality=quality)).jpeg
    frame = re.search(b"\xff[\xc0\xc2]\0\x11", jpeg)
    assert frame
    assert jpeg[frame.start() + 11] == samples


@pytest.mark.parametrize(
    ("pixels", "quality", "expected"),
    [
        (10**7, 79, False),
        (230_000, 80, True),
        (229_999, 89, False),
        (36_000, 90, True),
        (35_999, 94, False),
        (14_400, 95, True),
        (14_399, 100, False),
    ],
)
def test_progressive(pixels: int, quality: int, expected: bool) -> None:
    assert is_progressive(pixels, quality) is expected


def test_progressive_is_what_is_smaller() -> None:
    """A picture with something of everything, above the thresholds."""
    picture = Image.blend(Image.linear_gradient("L").resize((600, 400)), Image.effect_noise((600, 400), 60), 0.3)
    for quality in (85, 95):
        jpeg = encode(work(picture.convert("RGB"), quality=quality)).jpeg
        assert b"\xff\xc2" in jpeg
        assert len(jpeg) < len(_jpeg(picture.convert("RGB"), quality, optimize=True, progressive=False))
