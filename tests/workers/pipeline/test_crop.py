"""Cropping: which part is shown."""

import pytest
from PIL import Image

from tests.workers.samples.pictures import work
from workers.pipeline.crop import crop
from workers.pipeline.work import Box
from workers.sizing import Size


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0, 0, 400, 300), (50, 0, 350, 300)),
        ((0, 0, 300, 401), (0, 50.5, 300, 350.5)),
        ((0, 0, 100.25, 75), (12.625, 0, 87.625, 75)),
        ((0, 0, 300, 300), (0, 0, 300, 300)),
    ],
)
def test_a_square_is_the_middle(box: Box, expected: Box) -> None:
    assert crop(work(Image.new("L", (400, 401)), Size(64, 64), box=box, shape=box[2:])).box == expected


def test_other_shapes_show_all() -> None:
    before = work(Image.new("L", (400, 300)), Size(64, 48))
    assert crop(before) is before
