"""Limits: each one exact."""

import time

import pytest

from tests.workers.pipeline.pictures import quarters, saved
from workers.errors import Busy, Unsupported
from workers.pipeline import render
from workers.pipeline.limits import JPEG_LONGEST_SIDE, Limits, check_deadline
from workers.sizing import Size


def test_pixels() -> None:
    Limits(max_pixels=12).check_source(4, 3)
    with pytest.raises(Unsupported, match="12"):
        Limits(max_pixels=12).check_source(13, 1)


def test_sides_of_a_jpeg() -> None:
    assert render(saved(quarters(8, 8)), Size(JPEG_LONGEST_SIDE, 1), 50)
    with pytest.raises(Unsupported, match=str(JPEG_LONGEST_SIDE)):
        render(saved(quarters(8, 8)), Size(1, JPEG_LONGEST_SIDE + 1), 50)


def test_deadlines() -> None:
    check_deadline(None)
    check_deadline(time.monotonic() + 1000)
    with pytest.raises(Busy):
        check_deadline(time.monotonic())
