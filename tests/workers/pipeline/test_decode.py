"""Decoding: how small libjpeg may make it."""

from io import BytesIO

import pytest

from catalog.kinds.damage import TRUNCATED
from tests.workers.samples.pictures import QUARTERS, near, quarters, saved, work
from workers.errors import Damaged
from workers.pipeline.decode import draft, load
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened
from workers.sizing import Size


@pytest.mark.parametrize(
    ("size", "orientation", "decoded"),
    [
        (Size(1601, 1207), 1, (1601, 1207)),
        (Size(801, 604), 1, (1601, 1207)),
        (Size(400, 301), 1, (801, 604)),
        (Size(200, 150), 1, (401, 302)),
        (Size(100, 75), 1, (201, 151)),
        (Size(10, 8), 1, (201, 151)),
        (Size(1, 1), 1, (201, 151)),
        # on its side, the output's width is the stored image's height
        (Size(301, 400), 6, (801, 604)),
        (Size(301, 400), 3, (1601, 1207)),
        # a square covers: the shorter side counts
        (Size(150, 150), 1, (401, 302)),
        (Size(151, 151), 1, (801, 604)),
        # larger than the photo
        (Size(3000, 3000), 1, (1601, 1207)),
    ],
)
def test_scales(size: Size, orientation: int, decoded: tuple[int, int]) -> None:
    with opened(saved(quarters(1601, 1207)), Limits()) as image:
        done = load(draft(work(image, size, orientation=orientation)))
    assert done.image.size == decoded
    scale = round(1601 / decoded[0])
    assert done.box == (0, 0, 1601 / scale, 1207 / scale)


@pytest.mark.parametrize("width", range(1, 40))
def test_small_ones_of_every_width(width: int) -> None:
    for size in (Size(1, 1), Size(2, 1), Size(width, 9)):
        with opened(saved(quarters(width, 19)), Limits()) as image:
            done = load(draft(work(image, size)))
        assert done.box[2] <= done.image.width
        assert done.box[3] <= done.image.height


def test_only_jpegs_are_drafted() -> None:
    with opened(saved(quarters(), "PNG"), Limits()) as image:
        before = work(image, Size(10, 10))
        assert draft(before) is before


def test_of_what_ends_early_there_is_what_comes_before() -> None:
    source = saved(quarters())
    source.truncate(len(source.getvalue()) - 500)
    with opened(source, Limits()) as image:
        done = load(work(image))
    assert done.damage == TRUNCATED
    assert near(done.image.getpixel((100, 75)), QUARTERS[0])
    assert done.image.getpixel((399, 299)) == (128, 128, 128)


def test_nothing_but_a_header() -> None:
    jpeg = saved(quarters()).getvalue()
    source = BytesIO(jpeg[: jpeg.index(b"\xff\xda") + 14])
    with opened(source, Limits()) as image, pytest.raises(Damaged):
        load(work(image))
