"""`python -m workers render`: renders one file into a folder, and says how long each step took. Needs no server."""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config import Settings
from workers.errors import RenderError
from workers.pipeline import render as pipeline
from workers.pipeline.limits import Limits
from workers.pipeline.lossless.strip import deliverable, stream
from workers.pipeline.open import opened, photo_size
from workers.sizing import Size, output_size

REQUEST = re.compile(r"([1-9]\d{0,5})?x([1-9]\d{0,5})?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells the parser what the command takes."""
    parser.add_argument("file", type=Path, help="the photo")
    parser.add_argument(
        "--size",
        type=_request,
        action="append",
        metavar="WxH",
        help="as getPhoto takes it: 256x256, 1920x, x160; any number of times; none: the photo in its own size",
    )
    parser.add_argument("--quality", type=_quality, default=70, help="0.0 to 1.0 (0.7)")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder to write into (this one)")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Renders and writes; gives the exit code: 0, or 1 with a sentence on standard error."""
    watch = _Watch()
    try:
        renders = _sized if chosen.size else _unscaled
        for size, jpeg in renders(settings, chosen, watch):
            name = f"{chosen.file.stem}-{size.width}x{size.height}.jpg"
            chosen.out.mkdir(parents=True, exist_ok=True)
            (chosen.out / name).write_bytes(jpeg)
            print(f"{name}  {len(jpeg):,} bytes  {watch.said()}")
    except RenderError as error:
        print(f"render: {chosen.file}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"render: {error.filename or chosen.out}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


class _Watch:
    """What the pipeline tells of its steps, up to where it is asked."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, float]] = []

    def __call__(self, step: str, seconds: float) -> None:
        self._steps.append((step, seconds))

    def said(self) -> str:
        steps, self._steps = self._steps, []
        each = ", ".join(f"{name} {seconds * 1000:.1f}" for name, seconds in steps)
        return f"{sum(seconds for _, seconds in steps) * 1000:.1f} ms: {each}"


def _sized(settings: Settings, chosen: argparse.Namespace, watch: _Watch) -> Iterator[tuple[Size, bytes]]:
    limits = Limits.of(settings)
    began = time.monotonic()
    with opened(chosen.file, limits) as image:
        photo = photo_size(image)
    watch("open", time.monotonic() - began)
    sizes = [output_size(photo, width, height, settings.render_max_side) for width, height in chosen.size]
    deadline = time.monotonic() + settings.render_timeout
    yield from pipeline.render_ladder(chosen.file, sizes, chosen.quality, limits=limits, deadline=deadline, watch=watch)


def _unscaled(settings: Settings, chosen: argparse.Namespace, watch: _Watch) -> Iterator[tuple[Size, bytes]]:
    limits = Limits.of(settings)
    began = time.monotonic()
    with opened(chosen.file, limits) as image:
        photo = photo_size(image)
    with chosen.file.open("rb") as file:
        plan = deliverable(file)
        jpeg = b"" if plan is None else b"".join(stream(file, plan))
    watch("strip", time.monotonic() - began)
    if plan is None:
        deadline = time.monotonic() + settings.render_timeout
        jpeg = pipeline.unscaled(chosen.file, limits=limits, deadline=deadline, watch=watch)
    yield photo, jpeg


def _request(text: str) -> tuple[int | None, int | None]:
    """A request's width and height."""
    match = REQUEST.fullmatch(text)
    if not match or not any(match.groups()):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: 256x256, 1920x and x160 are, with sides of 1 or more")
    width, height = (int(side) if side else None for side in match.groups())
    return width, height


def _quality(text: str) -> int:
    """libjpeg's quality."""
    try:
        quality = float(text)
    except ValueError:
        quality = -1.0
    if not 0 <= quality <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no quality: from 0.0 to 1.0 is")
    return round(quality * 100)
