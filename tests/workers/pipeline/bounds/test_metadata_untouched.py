"""Whoever renders or serves a photo takes the few tags that say how it is shown by their places: Pillow's reader of
EXIF, which keeps every value, is asked by the scan alone."""

import struct
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from tests.workers.samples.jpegs import EXIF, segment, with_segments
from tests.workers.samples.pictures import decoded, heic, quarters, saved, shows
from tests.workers.samples.raws import dng
from workers.pipeline.lossless.strip import deliverable
from workers.pipeline.render import render, render_ladder, unscaled
from workers.sizing import Size

PACKET = 100_000


def bomb() -> bytes:
    """EXIF that lies as it should, and of which each of 1000 tags is nearly all of it."""
    count = 1000
    start = 8 + 2 + 12 * count + 4
    rows = struct.pack("<HHII", 0x0112, 3, 1, 1)
    rows += b"".join(struct.pack("<HHII", 0x1000 + tag, 7, PACKET - start, start) for tag in range(count - 1))
    return (b"II*\0" + struct.pack("<IH", 8, count) + rows).ljust(PACKET, b"A")


def jpeg() -> BytesIO:
    exif = bomb()
    pieces = [segment(0xE1, EXIF + exif[at : at + 60_000]) for at in range(0, len(exif), 60_000)]
    return BytesIO(with_segments(saved(quarters()).getvalue(), *pieces))


PHOTOS: dict[str, Callable[[], BytesIO]] = {
    "JPEG": jpeg,
    "PNG": lambda: saved(quarters(), "PNG", exif=EXIF + bomb()),
    "WebP": lambda: saved(quarters(), "WEBP", quality=95, exif=EXIF + bomb()),
    "HEIC": lambda: heic(quarters(), exif=EXIF + bomb()),
    "TIFF": lambda: saved(quarters(), "TIFF"),
    "AVIF": lambda: saved(quarters(), "AVIF"),
    "raw": lambda: dng(quarters(240, 180), preview=jpeg().getvalue()),
}


@pytest.mark.parametrize("kind", PHOTOS)
def test_nobody_asks_pillow_for_exif(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = PHOTOS[kind]()

    def asked(*_: object, **__: object) -> None:
        pytest.fail("Pillow was asked for EXIF")

    for name in ("load", "load_from_fp"):
        monkeypatch.setattr(Image.Exif, name, asked)
    assert shows(decoded(render(photo, Size(40, 30), 90)))
    assert shows(decoded(unscaled(photo)))
    assert len(list(render_ladder(photo, [Size(40, 30), Size(20, 15)], 90))) == 2
    if kind == "JPEG":
        assert deliverable(photo) is not None
