"""What is put where a damaged file has no pixels: the grey that libjpeg puts there."""

from PIL import Image

GREY = 128
FILLS: dict[str, int | tuple[int, ...]] = {
    "L": GREY,
    "RGB": (GREY, GREY, GREY),
    "LA": (GREY, 255),
    "RGBA": (GREY, GREY, GREY, 255),
}
"""By an image's mode; others stay as their decoder left them, black or white."""


def blank(image: Image.Image, first: int, last: int | None = None) -> Image.Image:
    """The image with its rows blank from `first` on, or up to `last`, not included; with true colours for a palette."""
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    fill = FILLS.get(image.mode)
    end = image.height if last is None else last
    if fill is not None and first < end:
        image.paste(fill, (0, first, image.width, end))
    return image
