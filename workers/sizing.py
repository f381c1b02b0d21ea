"""The scaling table of getPhoto, as pure functions over whole numbers: no rounding error, on any machine.

The rules are those of PicApport's Web API.
"""

from dataclasses import dataclass

from workers.errors import TooLarge

# libjpeg's, of a request that says nothing of it.
DEFAULT_QUALITY = 70


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, as a person sees the photo; each 1 or more."""

    width: int
    height: int


def output_size(photo: Size, width: int | None, height: int | None, max_side: int, *, fits: bool = False) -> Size:
    """The exact size of the render of `photo` for which `width` and `height` (1 or more, or None) ask.

    Neither: the photo's own size, to which `max_side` does not apply. One: exactly that, and the other by the
    aspect ratio. Both, equal: exactly that square. Both, unequal: the largest size of the photo's aspect ratio
    inside the rectangle or the rectangle turned by 90°, whichever is larger. With `fits`, a result with a
    side longer than `max_side` is the largest of its aspect ratio within that.

    Raises:
        TooLarge: a side of the result would be longer than `max_side`, and it is not to fit.
    """
    if width is None:
        if height is None:
            return photo
        size = Size(_proportion(photo.width, height, photo.height), height)
    elif height is None:
        size = Size(width, _proportion(photo.height, width, photo.width))
    elif width == height:
        size = Size(width, height)
    else:
        # Both are the photo by some scale, so one of them is the larger on both sides.
        size = max(_fitted(photo, width, height), _fitted(photo, height, width), key=_area)
    if max(size.width, size.height) > max_side:
        if fits:
            return _fitted(photo, max_side, max_side)
        raise TooLarge(
            f"The result would be {size.width} x {size.height} pixels; the longest side allowed is {max_side}."
        )
    return size


def _area(size: Size) -> int:
    return size.width * size.height


def _fitted(photo: Size, width: int, height: int) -> Size:
    """The largest size inside the rectangle. The rounded side stays inside too: its exact value is no more than
    a whole number, the rectangle's side."""
    if width * photo.height <= height * photo.width:
        return Size(width, _proportion(photo.height, width, photo.width))
    return Size(_proportion(photo.width, height, photo.height), height)


def _proportion(side: int, wanted: int, other: int) -> int:
    """`side` times `wanted` over `other`, to the nearest whole number, halves up, never below 1."""
    return max(1, (2 * side * wanted + other) // (2 * other))
