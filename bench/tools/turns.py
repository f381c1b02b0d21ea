"""What the benchmarks share: runs that take turns, medians, and how near two pictures are."""

import argparse
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

PHOTOS = Path(__file__).parents[1] / ".peers/photos/original"  # `bench/setup photos` fetches them


def photos_from_arguments(doc: str | None) -> argparse.Namespace:
    """A benchmark's command line: `photos` (files), `rounds`, `quality`. Exits with 2 where there are no photos."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("photos", nargs="*", type=Path, help=f"files or folders (default: {os.path.relpath(PHOTOS)})")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is run (%(default)s)")
    parser.add_argument("--quality", type=int, default=70, help="libjpeg's quality (%(default)s)")
    chosen = parser.parse_args()
    given = chosen.photos or [PHOTOS]
    chosen.photos = [file for path in given for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    if not all(file.is_file() for file in chosen.photos) or not chosen.photos:
        print(f"bench: no photos at {', '.join(map(str, given))} (bench/setup photos fetches some)", file=sys.stderr)
        raise SystemExit(2)
    return chosen


def medians(runs: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The median milliseconds of each; in every round each has its turn, so that a slow minute is everybody's."""
    times: list[list[float]] = [[] for _ in runs]
    for run in runs:
        run()
    for _ in range(rounds):
        for run, took in zip(runs, times, strict=True):
            began = time.perf_counter()
            run()
            took.append((time.perf_counter() - began) * 1000)
    return [statistics.median(took) for took in times]


def decibels(jpeg: bytes, reference: Image.Image) -> float:
    """How near a JPEG is to a picture: PSNR over all samples; infinite where it is the same."""
    image = Image.open(BytesIO(jpeg), formats=("JPEG",)).convert(reference.mode)
    squares = ImageStat.Stat(ImageChops.difference(image, reference)).rms
    error = sum(each * each for each in squares) / len(squares)
    return 10 * math.log10(255 * 255 / error) if error else math.inf
