"""How a picture lies by its XMP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.presentation.xmp_orientation import LARGEST, xmp_orientation
from tests.workers.samples.containers import xmp


@pytest.mark.parametrize(
    ("packet", "orientation"),
    [
        (b"", 0),
        (xmp(0), 0),
        *((xmp(number), number) for number in range(1, 9)),
        (xmp(9), 0),
        (b"<tiff:Orientation>6</tiff:Orientation>", 6),
        (b"<tiff:Orientation>\n  8\n</tiff:Orientation>", 8),
        (b"tiff:Orientation = '3'", 3),
        (b'tiff:Orientation="66"', 0),
        (b'exif:Orientation="6"', 0),
        (b"<x:broken " + xmp(6)[:-20], 6),
        (bytes(LARGEST) + xmp(6), 0),
    ],
)
def test_what_is_said(packet: bytes, orientation: int) -> None:
    assert xmp_orientation(packet) == orientation


@given(st.binary(max_size=200))
def test_any_bytes(packet: bytes) -> None:
    assert 0 <= xmp_orientation(b"tiff:Orientation" + packet) <= 8
