"""Rendering a photo small, in this process: whether that works now, and how long each step takes."""

import time
from collections.abc import Iterator
from pathlib import Path

from catalog.beneath.photo_files import PhotoFile
from catalog.kinds.damage import SENTENCES
from config import Settings
from darkroom.doctor.finding import Finding, apart, well, wrong
from workers.errors import RenderError


def trial(file: Path, settings: Settings) -> Iterator[Finding]:
    """A thumbnail of it, which goes nowhere."""
    from workers.pipeline.limits import Limits
    from workers.pipeline.open import opened, photo_size
    from workers.pipeline.render import render_ladder
    from workers.pipeline.source import unreadable
    from workers.sizing import DEFAULT_QUALITY, output_size

    limits, steps, damages = Limits.of(settings), list[tuple[str, float]](), list[str]()
    began = time.monotonic()
    try:
        with PhotoFile(file.parent, file.name).open() as source, opened(source, limits) as image:
            photo = photo_size(image)
        steps.append(("open", time.monotonic() - began))
        size = output_size(photo, None, settings.thumbs_height, settings.render_max_side, fits=True)
        with PhotoFile(file.parent, file.name).open() as source:
            ((_, jpeg),) = render_ladder(
                source,
                [size],
                DEFAULT_QUALITY,
                limits=limits,
                watch=lambda step, seconds: steps.append((step, seconds)),
                on_damage=damages.append,
            )
    except (RenderError, OSError) as failed:
        error = failed if isinstance(failed, RenderError) else unreadable(failed)
        yield wrong("trial", str(error).rstrip("."), f"it is {error.kind}: see what is said above of its file")
        return
    each = ", ".join(f"{step} {seconds * 1000:.1f}" for step, seconds in steps)
    all_of_it = (time.monotonic() - began) * 1000
    yield well("trial", f"{size.width}x{size.height}, {len(jpeg):,} bytes, in {all_of_it:.1f} ms ({each})")
    for damage in damages:
        yield apart("trial", f"it is {damage}: {SENTENCES[damage].rstrip('.')}")
