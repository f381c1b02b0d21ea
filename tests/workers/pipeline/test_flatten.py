"""Flattening: every mode to RGB or L, with white behind what is transparent."""

from io import BytesIO

import pytest
from PIL import Image

from tests.workers.samples.pictures import PRINTED, QUARTERS, WHITE, decoded, near, quarters, saved, shows, work
from workers.errors import Unsupported
from workers.pipeline.flatten import flatten
from workers.pipeline.render import render
from workers.sizing import Size

GREYS = (0, 85, 170, 255)


def greys(mode: str, top: int) -> Image.Image:
    """Quarters of black, dark, light and white, where `top` is white."""
    image = Image.new(mode, (40, 40))
    for number, grey in enumerate(GREYS):
        left, upper = 20 * (number % 2), 20 * (number // 2)
        image.paste(grey * top // 255, (left, upper, left + 20, upper + 20))
    return image


def see_through() -> Image.Image:
    """Quarters, of which the last is transparent."""
    image = quarters(40, 40).convert("RGBA")
    image.paste((0, 0, 0, 0), (20, 20, 40, 40))
    return image


def keyed(mode: str) -> BytesIO:
    """A PNG with one transparent colour: that of its last quarter."""
    image = quarters(40, 40)
    if mode == "P":
        image = image.quantize(4)
    pixel = image.getpixel((30, 30))
    return saved(image, "PNG", transparency=pixel)


GREY = tuple((grey, grey, grey) for grey in GREYS)
HOLED = (*QUARTERS[:3], WHITE)


@pytest.mark.parametrize(
    ("source", "colours"),
    [
        (saved(greys("L", 255), "PNG"), GREY),
        (saved(greys("L", 255).convert("LA"), "PNG"), GREY),
        (saved(greys("I;16", 65_535), "PNG"), GREY),
        (saved(greys("I;16", 65_535), "TIFF"), GREY),
        (saved(greys("I;16B", 65_535), "TIFF"), GREY),
        (saved(greys("I", 1_000_000), "TIFF"), GREY),
        (saved(greys("F", 255), "TIFF"), GREY),
        (saved(greys("L", 255).convert("1", dither=Image.Dither.NONE), "PNG"), ((0,) * 3, (0,) * 3, WHITE, WHITE)),
        (saved(quarters(40, 40).quantize(8), "PNG"), QUARTERS),
        (saved(quarters(40, 40).quantize(8), "GIF"), QUARTERS),
        (saved(see_through(), "PNG"), HOLED),
        (saved(see_through(), "WEBP", lossless=True), HOLED),
        (saved(see_through(), "TIFF"), HOLED),
        (keyed("RGB"), HOLED),
        (keyed("P"), HOLED),
        (saved(quarters(40, 40).convert("CMYK")), PRINTED),
        (saved(quarters(40, 40).convert("CMYK"), "TIFF"), PRINTED),
    ],
)
def test_modes(source: BytesIO, colours: tuple[tuple[int, ...], ...]) -> None:
    for size in (Size(40, 40), Size(80, 80), Size(20, 20)):
        assert shows(decoded(render(source, size, 95)), colours)


def test_half_transparent() -> None:
    source = saved(Image.new("RGBA", (10, 10), (0, 0, 0, 128)), "PNG")
    assert near(decoded(render(source, Size(10, 10), 90)).getpixel((5, 5)), (127, 127, 127), 3)


def test_one_level_of_unbounded_grey() -> None:
    source = saved(Image.new("F", (10, 10), 0.5), "TIFF")
    assert decoded(render(source, Size(10, 10), 90)).size == (10, 10)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_what_is_flat_is_left_alone(mode: str) -> None:
    before = work(Image.new(mode, (4, 4)))
    assert flatten(before) is before


def test_unknown_pixels() -> None:
    with pytest.raises(Unsupported, match="LAB"):
        flatten(work(Image.new("LAB", (4, 4))))
