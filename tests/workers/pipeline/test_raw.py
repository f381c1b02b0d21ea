"""Raw photos: the camera's own JPEG, or the sensor's pixels; upright either way."""

import struct
from io import BytesIO

import pytest

from tests.workers.samples.pictures import decoded, quarters, saved, shows, stored
from tests.workers.samples.raws import dng
from workers.errors import Damaged, Unsupported
from workers.pipeline.limits import Limits
from workers.pipeline.lossless.strip import stripped
from workers.pipeline.open import opened, photo_size
from workers.pipeline.render import render, unscaled
from workers.sizing import Size, output_size

WIDE, HIGH = Size(120, 90), Size(90, 120)


def test_the_cameras_jpeg() -> None:
    """It comes out as it is, bit for bit; a TIFF's reader would have seen a picture of other pixels."""
    preview = saved(quarters(160, 120)).getvalue()
    source = dng(quarters(240, 180), preview=preview)
    assert unscaled(source) == stripped(BytesIO(preview))


@pytest.mark.parametrize(
    ("preview", "raw_orientation", "size"),
    [
        # none: the sensor's pixels, which LibRaw turns
        (None, 1, WIDE),
        (None, 3, WIDE),
        (None, 6, HIGH),
        (None, 8, HIGH),
        # one that says nothing lies as the raw file says
        (saved(quarters(160, 120)), 1, WIDE),
        (stored(quarters(160, 120), 3), 3, WIDE),
        (stored(quarters(120, 160), 6), 6, HIGH),
        (stored(quarters(120, 160), 8), 8, HIGH),
        # one that was turned by the camera
        (saved(quarters(120, 160)), 6, HIGH),
        (saved(quarters(120, 160)), 8, HIGH),
        # one for the camera's screen
        (saved(quarters(40, 30)), 1, WIDE),
    ],
)
@pytest.mark.parametrize("silent", [False, True])
def test_lies_right(preview: BytesIO | None, raw_orientation: int, size: Size, silent: bool) -> None:
    """Whether the JPEG's own EXIF says how it lies, or only the raw file's."""
    upright = quarters(240, 180) if size == WIDE else quarters(180, 240)
    sensor = decoded(_bare(stored(upright, raw_orientation)))
    jpeg = None if preview is None else _bare(preview) if silent else preview.getvalue()
    source = dng(sensor, raw_orientation, jpeg)
    with opened(source, Limits()) as image:
        assert output_size(photo_size(image), size.width, None, 1000) == size
    for wanted in (size, Size(60, 60)):
        render_of = decoded(render(source, wanted, 90))
        assert render_of.size == (wanted.width, wanted.height)
        assert shows(render_of, tolerance=60)


def _bare(jpeg: BytesIO) -> bytes:
    """The JPEG without EXIF, as it lies."""
    content = jpeg.getvalue()
    start = content.index(b"\xff\xe1") if b"\xff\xe1" in content else 0
    if not start:
        return content
    return content[:start] + content[start + 2 + struct.unpack(">H", content[start + 2 : start + 4])[0] :]


def test_the_pixel_limit_counts_for_both() -> None:
    for source in (dng(quarters(240, 180)), dng(quarters(64, 48), preview=saved(quarters(240, 180)).getvalue())):
        with pytest.raises(Unsupported, match="43,200"):
            render(source, Size(10, 10), 80, limits=Limits(max_pixels=240 * 180 - 1))


def test_truncated() -> None:
    """The directories come last, so that a file cut off is no raw photo any more; a JPEG in it may be cut off alone."""
    whole = dng(quarters(240, 180)).getvalue()
    for left in (9, 200, 20_000, len(whole) - 10):
        with pytest.raises((Damaged, Unsupported)):
            render(BytesIO(whole[:left]), Size(10, 10), 80)
    with pytest.raises(Damaged):
        render(dng(quarters(240, 180), preview=saved(quarters(160, 120)).getvalue()[:2000]), Size(10, 10), 80)


@pytest.mark.parametrize(
    "start", [b"FUJIFILMCCD-RAW 0201", b"IIRO\x08\0\0\0", b"IIU\0\x18\0\0\0", b"II*\0\x10\0\0\0CR\x02\0"]
)
def test_raw_by_its_first_bytes_alone(start: bytes) -> None:
    with pytest.raises((Damaged, Unsupported)):
        render(BytesIO(start + bytes(500)), Size(10, 10), 80)
