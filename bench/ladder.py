"""Seven sizes from one decode against each alone: `python -m bench.ladder [--quality N] [--rounds N] [PHOTO …]`.

PSNR is that of the finished JPEGs against a full decode and Lanczos; the ladder's less the direct one's stands last.
"""

from functools import partial
from pathlib import Path

from PIL import Image

from bench.tools.turns import decibels, medians, photos_from_arguments
from workers.pipeline.colour import colour
from workers.pipeline.decode import load
from workers.pipeline.flatten import flatten
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened, orientation, photo_size
from workers.pipeline.orient import orient
from workers.pipeline.render import SCALE, UNSCALED_QUALITY, Step, render, render_ladder
from workers.pipeline.work import begin
from workers.sizing import Size, output_size

REFERENCE: tuple[Step, ...] = (load, flatten, *SCALE, colour, orient)
SIZES = ((2560, 1600), (1920, 1080), (1280, 800), (1080, 2340), (640, 480), (256, 256), (160, 160))


def main() -> None:
    """Prints a table of each photo."""
    chosen = photos_from_arguments(__doc__)
    for path in chosen.photos:
        _compare(path, chosen.quality, chosen.rounds)


def _compare(path: Path, quality: int, rounds: int) -> None:
    with opened(path, Limits()) as image:
        photo = photo_size(image)
    sizes = [output_size(photo, width, height, 8192) for width, height in SIZES]
    each = list(dict.fromkeys(sizes))
    largest = max(each, key=lambda size: size.width * size.height)
    runs = [partial(render, path, size, quality) for size in each]
    *alone, ladder = medians([*runs, lambda: dict(render_ladder(path, sizes, quality))], rounds)
    renders = dict(render_ladder(path, sizes, quality))
    print(f"\n{path.name}, {photo.width} x {photo.height}\n\n| size | direct ms | direct dB | ladder dB | nearer by |")
    print("|---|---|---|---|---|")
    for size, took, run in zip(each, alone, runs, strict=True):
        reference = _reference(path, size)
        direct, derived = decibels(run(), reference), decibels(renders[size], reference)
        print(f"| {size.width}x{size.height} | {took:.0f} | {direct:.2f} | {derived:.2f} | {derived - direct:+.2f} |")
    first = alone[each.index(largest)]
    print(
        f"\nladder {ladder:.0f} ms = {ladder / first:.2f} x the largest alone ({first:.0f} ms); "
        f"each alone: {sum(alone[each.index(size)] for size in sizes):.0f} ms"
    )


def _reference(path: Path, size: Size) -> Image.Image:
    """The size by a full decode and Lanczos, never encoded."""
    with opened(path, Limits()) as image:
        work = begin(image, orientation(image), size, UNSCALED_QUALITY)
        for step in REFERENCE:
            work = step(work)
        return work.image


if __name__ == "__main__":
    main()
