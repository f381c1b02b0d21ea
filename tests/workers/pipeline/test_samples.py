"""What cameras, phones and editors have really written, and what becomes of it when it is broken further."""

import random
import time
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.photos import needs_real_photos, real_photos
from tests.workers.samples.pictures import decoded, quarters, saved, stored
from tests.workers.samples.raws import dng
from workers.errors import RenderError
from workers.pipeline.limits import Limits
from workers.pipeline.lossless.strip import deliverable, stream
from workers.pipeline.open import opened, photo_size
from workers.pipeline.render import render, render_ladder, unscaled
from workers.sizing import Size, output_size

SECONDS = 5.0
SAMPLES = real_photos("exif-samples/**/*")


def in_its_own_size(source: BytesIO) -> bytes:
    """As the front end does it, and a worker where that can't."""
    plan = deliverable(source)
    return unscaled(source) if plan is None else b"".join(stream(source, plan))


def sized(width: int, height: int) -> Callable[[BytesIO], bytes]:
    """A request of getPhoto."""

    def made(source: BytesIO) -> bytes:
        with opened(source, Limits()) as image:
            size = output_size(photo_size(image), width, height, 8192)
        return render(source, size, 70)

    return made


MODES = {"small": sized(160, 120), "large": sized(2560, 1600), "square": sized(256, 256), "unscaled": in_its_own_size}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path).rpartition("exif-samples/")[2])
@pytest.mark.filterwarnings("default")
def test_every_sample_in_every_mode(path: Path) -> None:
    """An image without a word in it, or one of our errors; and soon, whichever."""
    content = path.read_bytes()
    for name, mode in MODES.items():
        began = time.process_time()  # whatever else the machine does
        try:
            jpeg = mode(BytesIO(content))
        except RenderError as error:
            assert (path.name, name, error.kind) == ("corrupted.jpg", "unscaled", "damaged")
        else:
            image = decoded(jpeg)
            image.load()
            assert name != "square" or image.size == (256, 256)
            assert not [
                word for word in (b"Exif\0", b"http://ns.adobe.com", b"GPS") if word in jpeg[: jpeg.index(b"\xff\xda")]
            ]
        assert time.process_time() - began < 2 * SECONDS


@needs_real_photos
def test_the_samples_are_there() -> None:
    assert len(SAMPLES) > 90


@cache
def victims() -> list[bytes]:
    """Small files of every kind that can be made here, and real ones where they are."""
    picture = quarters(200, 150)
    made = [saved(picture, format) for format in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")]
    made += [stored(picture, 6), saved(picture, progressive=True), saved(picture, "TIFF", compression="tiff_lzw")]
    made += [saved(picture.convert("CMYK")), dng(quarters(64, 48)), dng(quarters(64, 48), 6, saved(picture).getvalue())]
    real = [path.read_bytes() for path in SAMPLES if path.stat().st_size < 100_000]
    return [each.getvalue() for each in made] + real


@settings(max_examples=250, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    victim=st.integers(0, 10**6),
    seed=st.integers(0, 2**32),
    flips=st.integers(0, 12),
    left=st.floats(0, 1) | st.just(1.0),
    head=st.booleans(),
)
@pytest.mark.filterwarnings("ignore")
def test_broken_files(victim: int, seed: int, flips: int, left: float, head: bool) -> None:
    """Bytes changed, most of them near the start, and the end cut off: an image, or one of our errors."""
    files = victims()
    content = bytearray(files[victim % len(files)])
    chance = random.Random(seed)
    for _ in range(flips):
        content[chance.randrange(min(len(content), 600) if head else len(content))] = chance.randrange(256)
    broken = bytes(content[: round(len(content) * left)])
    limits = Limits(max_pixels=2_000_000)
    for mode in (
        lambda source: render(source, Size(64, 64), 70, limits=limits),
        lambda source: unscaled(source, limits=limits),
        lambda source: list(render_ladder(source, [Size(120, 90), Size(32, 32)], 70, limits=limits)),
        in_a_plan,
    ):
        try:
            mode(BytesIO(broken))
        except RenderError as error:
            assert str(error).endswith(".")


def in_a_plan(source: BytesIO) -> None:
    """What the front end does."""
    plan = deliverable(source)
    if plan is not None:
        for _ in stream(source, plan):
            pass
