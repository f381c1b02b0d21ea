"""Directories that ask for more than there is."""

import io
import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from catalog.errors import Unreadable
from catalog.kinds.tiff_bomb import is_tiff_bomb
from catalog.metadata import Metadata, read
from tests.catalog.library import jpeg, put

SIZE = 60_000


def overlapping(entries: int, size: int) -> bytes:
    """A TIFF of that size, each of whose entries is the whole of it."""
    made = b"".join(struct.pack("<HHII", 40_000 + number, 7, size - 8, 8) for number in range(entries))
    return (b"II*\0" + struct.pack("<IH", 8, entries) + made + b"\0\0\0\0").ljust(size, b"\0")


def heavy(content: bytes) -> bool:
    """Whether these bytes are too heavy."""
    return is_tiff_bomb(io.BytesIO(content), len(content))


@pytest.mark.parametrize("big", [False, True])
def test_a_photo_is_not(big: bool) -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "x" * 1000
    Image.effect_noise((300, 200), 90).save(file, "TIFF", big_tiff=big, exif=exif)
    assert not heavy(file.getvalue())


def test_what_is() -> None:
    assert heavy(overlapping(1000, SIZE))
    assert not heavy(overlapping(1, SIZE))
    # In EXIF's own directory, behind an honest one.
    inner = overlapping(1000, SIZE)[8:]
    outer = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x8769, 4, 1, 26, 0)
    assert heavy(outer + inner)


@pytest.mark.parametrize(
    ("tag", "kind", "count", "bomb"),
    [
        (700, 5, 200_000, True),  # XMP as fractions, of which Pillow makes objects
        (271, 3, 300_000, True),
        (700, 1, 1_600_000, False),
        (320, 3, 3 << 16, False),  # a colour map
        (273, 4, 400_000, False),  # strips
        (50_838, 4, 400_000, False),  # of a maker, which nobody reads
    ],
)
def test_numbers_without_number(tag: int, kind: int, count: int, bomb: bool) -> None:
    content = b"II*\0" + struct.pack("<IHHHIII", 8, 1, tag, kind, count, 26, 0) + bytes(1_600_000)
    assert heavy(content) == bomb


def test_directories_in_a_circle() -> None:
    assert not heavy(b"II*\0" + struct.pack("<IHHHIIHHIII", 8, 2, 0x8769, 4, 1, 8, 0x8825, 4, 1, 8, 0))


def test_such_a_photo_is_served_without_its_exif(tmp_path: Path) -> None:
    segment = b"Exif\0\0" + overlapping(4000, SIZE)
    content = jpeg()[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg()[2:]
    path = put(tmp_path / "a.jpg", content)
    read(path)
    tracemalloc.start()
    try:
        assert read(path).metadata == Metadata()
        assert tracemalloc.get_traced_memory()[1] < 100 * len(content)
    finally:
        tracemalloc.stop()


def test_such_a_tiff_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="lie over each other"):
        read(put(tmp_path / "a.tif", overlapping(4000, SIZE)))


@given(st.binary(max_size=200), st.sampled_from((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"")))
def test_any_bytes(content: bytes, begin: bytes) -> None:
    assert heavy(begin + content) in (False, True)


def test_a_place_that_no_file_has(tmp_path: Path) -> None:
    """A system says so of a real file, where it says nothing of one in memory."""
    for place in (2**44, 2**62, 2**63, 2**64 - 1):
        path = put(tmp_path / "photo.tif", struct.pack("<4sHHQ", b"II+\0", 8, 0, place) + bytes(100))
        with path.open("rb") as file:
            assert not is_tiff_bomb(file, path.stat().st_size)
        with pytest.raises(Unreadable):
            read(path)
