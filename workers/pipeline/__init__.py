"""The pipeline: from a photo's file to the JPEG of a render. What happens, and in which order, is STEPS."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from workers.pipeline.crop import crop
from workers.pipeline.decode import draft, load
from workers.pipeline.encode import encode
from workers.pipeline.flatten import flatten
from workers.pipeline.limits import Limits, check_deadline
from workers.pipeline.open import opened, orientation
from workers.pipeline.orient import orient
from workers.pipeline.resize import resize
from workers.pipeline.work import Work, whole
from workers.sizing import Size

# A part of every RenderKey's version. Raise it when the same photo comes out differently than before.
REVISION = 1

STEPS: tuple[Callable[[Work], Work], ...] = (
    draft,
    load,
    flatten,
    crop,
    resize,
    orient,
    encode,
)


def render(
    source: Path | BinaryIO, size: Size, quality: int, *, limits: Limits | None = None, deadline: float | None = None
) -> bytes:
    """The JPEG of the photo in `source` at exactly `size` pixels, as a person sees it, at libjpeg's `quality`.

    Equal sides cut out the photo's middle square; every other size is taken as the photo's own shape, scaled.
    `deadline`, in seconds of time.monotonic(), is looked at between the steps. Safe to call from many threads.

    Raises:
        SourceMissing, Unsupported, Damaged: as `workers.errors` says.
        Busy: the deadline has passed, or there is no memory for it now.
    """
    limits = limits or Limits()
    limits.check_output(size)
    check_deadline(deadline)
    with opened(source, limits) as image:
        work = Work(image, orientation(image), whole(image), size, quality)
        for step in STEPS:
            check_deadline(deadline)
            work = step(work)
    return work.jpeg
