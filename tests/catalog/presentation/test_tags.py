"""The tags that say how a picture is shown, read by their places."""

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from catalog.presentation.tags import LAYOUTS, Tags, Tiff, of_packet, read, xmp
from tests.workers.samples.containers import exif
from tests.workers.samples.pictures import quarters, saved


def read_packet(packet: bytes) -> Tags:
    return read(of_packet(packet))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", range(10))
def test_orientation(orientation: int, order: str) -> None:
    assert read_packet(exif(orientation, order=order)).orientation == (orientation if orientation < 9 else 0)


@pytest.mark.parametrize(
    ("colour_space", "index", "adobe"),
    [
        (0, b"", False),
        (1, b"", False),
        (1, b"R98", False),
        (65535, b"", False),  # uncalibrated, and nobody says what it is
        (65535, b"R98", False),
        (65535, b"THM", False),
        (65535, b"R03", True),
        (0, b"R03", True),
        (2, b"", True),
        (2, b"R98", True),
        (1, b"R03", False),  # made sRGB by a tool that left the index
    ],
)
@pytest.mark.parametrize("order", "<>")
def test_adobe_rgb(colour_space: int, index: bytes, adobe: bool, order: str) -> None:
    assert read_packet(exif(6, colour_space, index, order)).is_adobe_rgb is adobe
    assert read_packet(exif(0, colour_space, index, order)).is_adobe_rgb is adobe


@pytest.mark.parametrize("big", [False, True])
def test_a_tiffs_own(big: bool) -> None:
    tags = Image.Exif()
    tags[0x0112], tags[0x02BC] = 6, b"<x:xmpmeta/>"
    found = Tiff(saved(quarters(), "TIFF", exif=tags, big_tiff=big))
    assert (read(found), xmp(found)) == (Tags(6), b"<x:xmpmeta/>")


def test_what_is_written_in_other_widths() -> None:
    head = b"II*\0\x08\0\0\0\x01\0"
    for kind, value in ((4, 8), (1, 8), (3, 8)):
        assert read_packet(head + struct.pack("<HHII", 0x0112, kind, 1, value)).orientation == 8
    for kind, count in ((5, 1), (12, 1), (3, 2), (3, 0), (99, 1)):
        assert read_packet(head + struct.pack("<HHII", 0x0112, kind, count, 8)).orientation == 0


def test_a_directory_that_is_its_own_takes_no_time() -> None:
    assert read_packet(b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x8769, 4, 1, 8)) == Tags()


class Counting(BytesIO):
    """Counts what is read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def test_values_that_nobody_asked_for_are_not_read() -> None:
    """5,000 entries of 64 KiB each, all of them the same bytes."""
    rows = b"".join(struct.pack("<HHII", 1000 + number, 7, 65_000, 8) for number in range(5000))
    file = Counting(b"II*\0\x08\0\0\0" + struct.pack("<H", 5000) + rows + bytes(65_536))
    assert read(Tiff(file)) == Tags()
    assert file.taken < 60_000


@given(st.sampled_from((*LAYOUTS, b"")), st.binary(max_size=400))
def test_any_bytes(head: bytes, rest: bytes) -> None:
    found = read(Tiff(BytesIO(head + rest)))
    assert 0 <= found.orientation <= 8
    read_packet(rest)


@given(st.binary(min_size=1, max_size=4), st.integers(0, 140))
def test_any_damage(bytes_: bytes, place: int) -> None:
    content = exif(6, 65535, b"R03")
    assert 0 <= read_packet(content[:place] + bytes_ + content[place + len(bytes_) :]).orientation <= 8
