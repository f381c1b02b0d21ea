"""Work: the output's size, in the image's frame."""

import pytest
from PIL import Image

from tests.workers.samples.pictures import work
from workers.sizing import Size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_target(orientation: int) -> None:
    flow = work(Image.new("L", (4, 3)), Size(20, 10), orientation=orientation)
    assert flow.target == ((20, 10) if orientation < 5 else (10, 20))
