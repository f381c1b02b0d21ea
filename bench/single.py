"""One render against the same steps by hand, the same render in a confined process, and a tile against djpeg:
`python -m bench.single [--rounds N] [PHOTO …]`.

By hand is Pillow in a loop without anything around it: open, draft, decode, resize, turn, encode with the same
options. djpeg decodes the whole photo at 1/8, and writes it to /dev/null.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import geometric_mean

from PIL import Image, ImageOps

from bench.tools.turns import medians, photos_from_arguments
from config import Settings
from workers.confined.outside import Pipeline
from workers.confined.start import confined
from workers.pipeline.decode import HEADROOM
from workers.pipeline.encode import FULL_COLOUR, is_progressive
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened, photo_size
from workers.pipeline.render import render
from workers.sizing import Size, output_size

SIZES = ((256, 256), (640, 480), (1280, 800), (1920, 1080), (2560, 1600))
TILE = SIZES[0]


def main() -> None:
    """Prints one table over all photos."""
    chosen = photos_from_arguments(__doc__)
    djpeg = shutil.which("djpeg")
    if djpeg is None:
        print("bench: djpeg is not here (Debian: libjpeg-turbo-progs)", file=sys.stderr)
        raise SystemExit(2)
    print("| photo | size | by hand ms | render ms | ratio | confined ms | ratio | djpeg 1/8 ms | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    with ExitStack() as closing:
        _table(chosen.photos, chosen.quality, chosen.rounds, confined(Settings(), closing), djpeg)


def _table(photos: list[Path], quality: int, rounds: int, pipeline: Pipeline, djpeg: str) -> None:
    ratios: dict[tuple[int, int], list[float]] = {}
    for path in photos:
        with opened(path, Limits()) as image:
            photo = photo_size(image)
        for width, height in SIZES:
            size = output_size(photo, width, height, 8192)
            runs: list[Callable[[], object]] = [
                partial(_by_hand, path, size, quality),
                partial(render, path, size, quality),
                partial(_confined, pipeline, path, size, quality),
            ]
            if (width, height) == TILE:
                runs.append(partial(_djpeg, djpeg, path))
            by_hand, ours, behind_doors, *others = medians(runs, rounds)
            tile = f"{others[0]:.0f} | {ours / others[0]:.2f}" if others else " | "
            row = f"{path.name} | {size.width}x{size.height} | {by_hand:.1f} | {ours:.1f} | {ours / by_hand:.2f}"
            print(f"| {row} | {behind_doors:.1f} | {behind_doors / ours:.2f} | {tile} |")
            ratios.setdefault((width, height), []).append(behind_doors / ours)
    for (width, height), each in ratios.items():
        print(f"confined, {width}x{height}: {geometric_mean(each):.3f} times, at worst {max(each):.2f}")


def _confined(pipeline: Pipeline, path: Path, size: Size, quality: int) -> bytes:
    with path.open("rb") as file:
        return pipeline.render(file, size, quality, limits=Limits(), on_damage=lambda _: None)


def _by_hand(path: Path, size: Size, quality: int) -> bytes:
    with path.open("rb") as file:
        image = Image.open(file)
        lies = image.getexif().get(274, 1)
        wanted = (size.height, size.width) if lies >= 5 else (size.width, size.height)
        side = min(image.size)
        width, height = (side, side) if size.width == size.height else image.size
        left, upper = (image.width - width) / 2, (image.height - height) / 2
        image.draft(None, (wanted[0] * HEADROOM, wanted[1] * HEADROOM))
        scale = image.width / (width + 2 * left)
        part = (left * scale, upper * scale, (left + width) * scale, (upper + height) * scale)
        small = image.resize(wanted, Image.Resampling.LANCZOS, box=part)
        out = BytesIO()
        ImageOps.exif_transpose(small).save(
            out,
            "JPEG",
            quality=quality,
            optimize=True,
            progressive=is_progressive(size.width * size.height, quality),
            subsampling=0 if quality >= FULL_COLOUR else 2,
        )
        return out.getvalue()


def _djpeg(djpeg: str, path: Path) -> None:
    subprocess.run([djpeg, "-scale", "1/8", "-outfile", "/dev/null", str(path)], check=True)


if __name__ == "__main__":
    main()
