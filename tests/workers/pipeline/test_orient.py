"""Turning: all eight ways that a photo may lie."""

import pytest

from tests.workers.samples.pictures import STORED, quarters, shows, work
from workers.pipeline.orient import orient
from workers.sizing import Size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations(orientation: int) -> None:
    method = STORED[orientation]
    image = quarters() if method is None else quarters().transpose(method)
    done = orient(work(image, Size(400, 300), orientation=orientation))
    assert done.image.size == (400, 300)
    assert done.orientation == 1
    assert shows(done.image)


def test_nothing_to_do() -> None:
    before = work(quarters())
    assert orient(before) is before
