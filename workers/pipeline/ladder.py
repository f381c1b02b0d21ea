"""Many sizes of one photo from one decode: in which order they are made, and each of what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workers.pipeline.decode import draft_scale
from workers.pipeline.work import Work
from workers.sizing import Size

# A size is made of one whose sides are at least so many times as long: filtered twice at nearly the same size, a
# picture loses more than by a smaller decode. Measured on seven photos of 3 to 20 megapixels, before encoding, against
# a full decode and Lanczos: least decibels above a decode for the size alone, and milliseconds of seven resizes:
#   1.5 times: -0.9, 39 to 111   2 times: -0.9, 45 to 152   2.5 times: +0.2, 43 to 170   4 times: +0.9, 34 to 205
# The milliseconds are of a busy machine: they say that it hardly matters, no more.
STEP = 2.5


@dataclass(frozen=True, slots=True)
class Rung:
    """A size, and the scale (as 8 for 1/8) at which a JPEG would be decoded for it alone."""

    size: Size
    scale: int


def rungs(start: Work, sizes: Iterable[Size]) -> list[Rung]:
    """Each size once, what needs the finest decode first, the larger before the smaller.

    `start` is the photo as it was opened.
    """
    found = [Rung(size, draft_scale(replace(start, size=size))) for size in dict.fromkeys(sizes)]
    return sorted(found, key=lambda rung: (rung.scale, -rung.size.width * rung.size.height))


def basis(rung: Rung, first: Rung, decoded: Work, made: Sequence[Work]) -> Work:
    """What to make the size of, as work of that size: the photo, decoded for the `first` rung, or one of the pictures
    `made` of it so far, scaled but neither turned nor brought to sRGB.

    Where a decode for the size alone would be as large as the one that is there, it is made of that: nothing is
    nearer to the photo. Any other is made of the next larger picture, which is nearer to the photo than a smaller
    decode would be, and costs least.
    """
    larger = [] if rung.scale == first.scale else [each for each in made if _shows_enough(each, rung.size)]
    found = min(larger, key=lambda each: each.size.width * each.size.height, default=decoded)
    return replace(found, size=rung.size)


def _shows_enough(made: Work, size: Size) -> bool:
    """Whether all that the size shows is in `made`, and finer by STEP; a square has only the photo's middle."""
    if size.width == size.height:
        return min(made.target) >= STEP * size.width
    if made.size.width == made.size.height:
        return False
    return made.size.width >= STEP * size.width and made.size.height >= STEP * size.height
