"""`python -m workers render`: renders one file into a folder, and says how long each step took. Needs no server."""

import argparse
import sys
import time
from collections.abc import Iterator

from catalog.kinds.damage import SENTENCES
from config import Settings
from workers import pipeline
from workers.errors import RenderError
from workers.pipeline.limits import Limits
from workers.pipeline.lossless.strip import deliverable, stream
from workers.pipeline.open import opened, photo_size
from workers.sizing import Size, output_size


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
    yield from pipeline.render_ladder(chosen.file, sizes, chosen.quality, limits=limits, watch=watch, on_damage=_say)


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
        jpeg = pipeline.unscaled(chosen.file, limits=limits, watch=watch, on_damage=_say)
    elif plan.damage:
        _say(plan.damage)
    yield photo, jpeg


def _say(damage: str) -> None:
    print(f"render: {damage}: {SENTENCES[damage]}", file=sys.stderr)
