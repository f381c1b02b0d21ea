"""Resizing: the box, at the output's size."""

from PIL import Image

from tests.workers.samples.pictures import RED, near, quarters, shows, work
from workers.pipeline.resize import resize
from workers.sizing import Size


def test_all_of_it() -> None:
    done = resize(work(quarters(), Size(123, 45)))
    assert done.image.size == (123, 45)
    assert list(done.box) == [0, 0, 123, 45]
    assert shows(done.image)


def test_the_box_alone() -> None:
    done = resize(work(quarters(), Size(50, 50), box=(0, 0, 199.5, 149.5)))
    assert done.image.size == (50, 50)
    assert all(near(done.image.getpixel(place), RED, 2) for place in ((0, 0), (45, 45), (45, 0)))


def test_on_its_side() -> None:
    assert resize(work(quarters(), Size(30, 40), orientation=6)).image.size == (40, 30)


def test_nothing_to_do() -> None:
    before = work(Image.new("L", (4, 3)))
    assert resize(before) is before


def test_same_size_of_a_part_is_work() -> None:
    assert shows(resize(work(quarters(), box=(0, 0, 399.5, 299.5))).image)
