"""What is sent as it is, libjpeg takes: a broken table is noticed before."""

from io import BytesIO

import pytest

from tests.workers.samples.jpegs import segment
from tests.workers.samples.pictures import quarters, saved
from workers.pipeline.lossless.strip import deliverable

JPEG = saved(quarters()).getvalue()
PROGRESSIVE = saved(quarters(), progressive=True).getvalue()
DHT, DQT, SOF, SOF2, SOS, DRI = b"\xff\xc4", b"\xff\xdb", b"\xff\xc0", b"\xff\xc2", b"\xff\xda", segment(0xDD, b"\0\4")


def changed(jpeg: bytes, marker: bytes, at: int, value: int, which: int = 0) -> bytes:
    """The JPEG with another value at that place of the content of a segment with that marker, the first by default."""
    place = -1
    for _ in range(which + 1):
        place = jpeg.index(marker, place + 1)
    place += 4 + at
    return jpeg[:place] + bytes((value,)) + jpeg[place + 1 :]


@pytest.mark.parametrize(
    "jpeg",
    [
        changed(JPEG, DQT, 0, 4),
        changed(JPEG, DQT, 0, 0x10),
        changed(JPEG, DHT, 0, 0x20),
        changed(JPEG, DHT, 0, 4),
        changed(JPEG, DHT, 1, 3),
        changed(JPEG, DHT, 16, 255),
        changed(JPEG, DHT, 17, 16),
        changed(JPEG, SOF, 7, 0x51),
        changed(JPEG, SOF, 8, 3),
        changed(JPEG, SOF, 9, 1),
        changed(JPEG, SOS, 0, 2),
        changed(JPEG, SOS, 1, 9),
        changed(JPEG, SOS, 2, 0x33),
        changed(PROGRESSIVE, SOS, 8, 1),
        changed(PROGRESSIVE, SOS, 9, 0xEE),
        changed(PROGRESSIVE, SOS, 4, 64, which=1),
        changed(PROGRESSIVE, SOS, 5, 0x30, which=1),
        JPEG[:2] + segment(0xDD, b"\0") + JPEG[2:],
        JPEG.replace(JPEG[JPEG.index(DHT) : JPEG.index(SOS)], b""),
    ],
)
def test_what_libjpeg_does_not_take(jpeg: bytes) -> None:
    assert deliverable(BytesIO(jpeg)) is None


@pytest.mark.parametrize(
    "jpeg", [JPEG, PROGRESSIVE, JPEG[:2] + DRI + JPEG[2:], saved(quarters().convert("L")).getvalue()]
)
def test_what_it_takes(jpeg: bytes) -> None:
    assert deliverable(BytesIO(jpeg)) is not None
