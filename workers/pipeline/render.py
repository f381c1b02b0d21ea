"""The pipeline: from a photo's file to the JPEG of a render. What happens, and in which order, is STEPS."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from catalog.kinds.pillow_errors import is_damage
from catalog.presentation.presentation import of
from workers.errors import Damaged, RenderError
from workers.pipeline.colour import colour
from workers.pipeline.colours.meant import is_told_by_metadata
from workers.pipeline.crop import crop
from workers.pipeline.decode import draft, load
from workers.pipeline.encode import encode
from workers.pipeline.flatten import flatten
from workers.pipeline.ladder import basis, rungs
from workers.pipeline.limits import Limits, TimeLimit, no_memory
from workers.pipeline.lossless.turn import Jpegtran, jpegtran, turned
from workers.pipeline.memory import Kept
from workers.pipeline.open import opened, orientation, photo_size
from workers.pipeline.orient import orient
from workers.pipeline.resize import resize
from workers.pipeline.source import reading
from workers.pipeline.work import Work, begin
from workers.sizing import Size

# A part of every RenderKey's version. Raise it when the same photo comes out differently than before.
REVISION = 3

Step = Callable[[Work], Work]

DECODE: tuple[Step, ...] = (draft, load, flatten)
SCALE: tuple[Step, ...] = (crop, resize)
FINISH: tuple[Step, ...] = (colour, orient, encode)
STEPS: tuple[Step, ...] = (*DECODE, *SCALE, *FINISH)

# libjpeg's quality of a photo in its own size that can't be delivered as it is.
UNSCALED_QUALITY = 95

_memory = Kept()

# Told of each step that is done: its name and its seconds.
Watch = Callable[[str, float], None]

# Told, once, where the photo is damaged and the picture shows what there is of it: a word of `catalog.kinds.damage`.
OnDamage = Callable[[str], None]

log = logging.getLogger("darkroom.pipeline")


def render(
    source: Path | BinaryIO,
    size: Size,
    quality: int,
    *,
    limits: Limits | None = None,
    watch: Watch | None = None,
    on_damage: OnDamage | None = None,
) -> bytes:
    """The JPEG of the photo in `source` at exactly `size` pixels, as a person sees it, at libjpeg's `quality`.

    Equal sides cut out the photo's middle square; every other size is taken as the photo's own shape, scaled.
    How long it may take is one of the limits, looked at between the steps. Safe to call from many threads.

    Raises:
        SourceMissing, Unsupported, Damaged: as `workers.errors` says.
        Busy: there is no memory for it now, or the system is short of something.
    """
    limits = limits or Limits()
    limits.check_output(size)
    with _begun(source, limits) as (image, time_limit):
        work = begin(image, orientation(image), size, quality)
        return _tell(_run(STEPS, work, time_limit, watch), on_damage).jpeg


@contextmanager
def _begun(source: Path | BinaryIO, limits: Limits) -> Iterator[tuple[Image.Image, TimeLimit]]:
    """The photo, opened, and the time there is to render it."""
    with reading(source) as file:
        time_limit = TimeLimit(limits.max_seconds, lambda: file.seconds)
        with opened(file, limits) as image:
            yield image, time_limit


def _all_of_them(_: Size) -> bool:
    return True


def render_ladder(
    source: Path | BinaryIO,
    sizes: Iterable[Size],
    quality: int,
    *,
    limits: Limits | None = None,
    watch: Watch | None = None,
    on_damage: OnDamage | None = None,
    wanted: Callable[[Size], bool] = _all_of_them,
) -> Iterator[tuple[Size, bytes]]:
    """Each of the sizes once with its JPEG, as soon as it is ready, from a single decode; see `ladder` and `render`.

    `wanted` is asked before each size is made, and says that it still has to be: somebody may have made it meanwhile.

    Raises:
        SourceMissing, Unsupported, Damaged, Busy: as `render` does, while it is iterated over.
    """
    limits = limits or Limits()
    sizes = list(sizes)
    for size in sizes:
        limits.check_output(size)
    with _begun(source, limits) as (image, time_limit):
        start = begin(image, orientation(image), photo_size(image), quality)
        decoded, made = start, list[Work]()
        for rung in filter(lambda rung: wanted(rung.size), rungs(start, sizes)):
            if not made:
                first, decoded = rung, _run(DECODE, basis(rung, rung, start, ()), time_limit, watch)
                _tell(decoded, on_damage)
            made.append(_run(SCALE, basis(rung, first, decoded, made), time_limit, watch))
            jpeg = _run(FINISH, made[-1], time_limit, watch).jpeg
            time_limit.made_one()
            yield rung.size, jpeg


def unscaled(
    source: Path | BinaryIO,
    *,
    limits: Limits | None = None,
    watch: Watch | None = None,
    on_damage: OnDamage | None = None,
    jpegtran: Jpegtran = jpegtran,
) -> bytes:
    """The JPEG of the photo in its own size, upright: turned without loss where that can be done, else encoded anew.

    For what `strip.deliverable` leaves to a worker; of any other photo too it is right, but costs more than that.

    Raises:
        SourceMissing, Unsupported, Damaged, Busy: as `render` does.
    """
    limits = limits or Limits()
    with _begun(source, limits) as (image, time_limit):
        size = photo_size(image)
        limits.check_output(size)
        work = begin(image, orientation(image), size, UNSCALED_QUALITY)
        began = time.monotonic()
        jpeg = None if is_told_by_metadata(of(image)) else turned(image, work.orientation, time_limit, jpegtran)
        if jpeg is not None:
            if watch:
                watch("turn", time.monotonic() - began)
            return jpeg
        return _tell(_run(STEPS, work, time_limit, watch), on_damage).jpeg


def _tell(work: Work, on_damage: OnDamage | None) -> Work:
    if work.damage and on_damage:
        on_damage(work.damage)
    return work


def _run(steps: Iterable[Step], work: Work, time_limit: TimeLimit, watch: Watch | None) -> Work:
    _memory.used()
    for step in steps:
        time_limit.check()
        began = time.monotonic()
        try:
            work = step(work)
        except RenderError:
            raise
        except MemoryError as error:
            raise no_memory() from error
        except Exception as error:
            if not is_damage(error):
                raise
            # What a file holds is never worth a traceback; whoever looks for a fault of ours finds its name here.
            log.warning("a photo can't be rendered: %s: %s: %s", step.__name__, type(error).__name__, error)
            raise Damaged(f"The photo's file is damaged: it can't be worked on ({step.__name__}).") from error
        if watch:
            watch(step.__name__, time.monotonic() - began)
    _memory.used()  # again, as a render may take long
    return work
