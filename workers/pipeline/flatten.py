"""Brings every kind of pixel to 8 bits of grey, of red, green and blue or of four inks, nothing transparent."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from PIL import Image

from workers.errors import Unsupported
from workers.pipeline.work import Work

WHITE = (255, 255, 255)
LARGEST_16_BIT = 65_535


def flatten(work: Work) -> Work:
    """The image in RGB, L or CMYK, in its own colours, with white behind what is transparent.

    Raises:
        Unsupported: pixels of a kind that is not known here.
    """
    image = work.image
    # Of a palette's entry, or of one colour. (Of one grey among 65,536 it is ignored: no camera writes that.)
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        return replace(work, image=_on_white(image))
    if image.mode in ("RGB", "L", "CMYK"):
        return work
    convert = CONVERSIONS.get(image.mode)
    if convert is None:
        raise Unsupported(f"Photos whose pixels are {image.mode} are not rendered.")
    return replace(work, image=convert(image))


def _on_white(image: Image.Image) -> Image.Image:
    # Grey stays grey, for which its profile is.
    flat, clear, white = ("L", "LA", WHITE[:1]) if image.mode in ("L", "LA", "La") else ("RGB", "RGBA", WHITE)
    image = image if image.mode == clear else image.convert(clear)
    ground = Image.new(flat, image.size, white)
    ground.paste(image, mask=image)
    return ground


def _sixteen_bit(image: Image.Image) -> Image.Image:
    # Pillow's own conversion to L cuts off at 255 instead of scaling.
    return image.convert("I").point(lambda value: value * (255 / LARGEST_16_BIT) + 0.5).convert("L")


def _stretched(image: Image.Image) -> Image.Image:
    """Kinds that have no agreed white: the darkest pixel becomes black, the lightest white."""
    low, high = cast(tuple[float, float], image.getextrema())  # pairs of pairs are of modes with bands
    scale = 255 / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda value: value * scale + (0.5 - low * scale)).convert("L")


def _to(mode: str) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.convert(mode)


SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I;16N")
CONVERSIONS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "1": _to("L"),
    "P": _to("RGB"),
    "RGBX": _to("RGB"),
    "YCbCr": _to("RGB"),
    "HSV": _to("RGB"),
    "LA": _on_white,
    "La": _on_white,
    "PA": _on_white,
    "RGBA": _on_white,
    "RGBa": _on_white,
    "I": _stretched,
    "F": _stretched,
    **dict.fromkeys(SIXTEEN_BIT, _sixteen_bit),
}
