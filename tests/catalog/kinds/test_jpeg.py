"""What is read of a JPEG before its first scan: nothing that takes long, whatever lies there."""

from io import BytesIO
from typing import Any, cast

import pytest

from catalog.kinds.jpeg import MANY_SEGMENTS, MOST_EXIF, MOST_HEAD, head_of, readable_head
from catalog.kinds.untouched import UntouchedJpeg
from catalog.presentation.segments import read
from tests.workers.samples.jpegs import EXIF, icc, of_scans, segment, with_segments
from tests.workers.samples.pictures import quarters, saved

JPEG = saved(quarters()).getvalue()
FULL = 65_533


@pytest.mark.parametrize(
    ("jpeg", "scans"),
    [
        (JPEG, False),
        (saved(quarters().convert("L")).getvalue(), False),
        (saved(quarters(), progressive=True).getvalue(), True),
        (of_scans(64, 64, 3), True),
    ],
)
def test_whether_there_are_more_scans(jpeg: bytes, scans: bool) -> None:
    found = head_of(BytesIO(jpeg))
    assert (found.scans, found.light) == (scans, True)
    assert found.scan == jpeg.index(b"\xff\xda")


def test_no_scan() -> None:
    assert head_of(BytesIO(b"\xff\xd8\xff\xd9")).scan is None
    assert not head_of(BytesIO(b"\xff\xd8" + bytes(1 << 20))).light


@pytest.mark.parametrize(
    "before",
    [
        # Pillow joins segments of EXIF one by one, each time all of them anew.
        [segment(0xE1, EXIF + bytes(FULL - len(EXIF)))] * (MOST_EXIF // FULL + 1),
        # What lies between segments it takes byte by byte, and parts one by one.
        [b"\0" * 100_000],
        [b"\xff" * 100_000],
        [segment(0xFE, b"")] * MANY_SEGMENTS,
    ],
)
def test_a_heavy_head_is_read_without_what_makes_it_heavy(before: list[bytes]) -> None:
    """The pixels are there; and whoever reads what is written beside them finds the profile, which stands behind."""
    profile = bytes(100_000)
    # Behind a comment, as the first bytes tell the kind.
    source = BytesIO(with_segments(JPEG, segment(0xFE, b"-"), *before, *icc(profile, 2)))
    assert not head_of(source).light
    assert len(readable_head(source).getvalue()) < 1000
    image = UntouchedJpeg(cast(Any, source))
    assert not image.info.keys() & {"icc_profile", "exif", "comment"}
    found = read(source)
    assert found.profile == profile
    assert len(found.exif) <= MOST_EXIF
    assert image.convert("RGB").tobytes() == UntouchedJpeg(cast(Any, BytesIO(JPEG))).convert("RGB").tobytes()


def test_a_head_is_read_to_a_bound() -> None:
    other = segment(0xDB, bytes(FULL))
    source = BytesIO(with_segments(JPEG, *[other] * (2 * MOST_HEAD // FULL)))
    assert len(readable_head(source).getvalue()) <= MOST_HEAD + FULL
