"""Limits: each one exact."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import config
from tests.workers.samples.jpegs import of_scans
from tests.workers.samples.pictures import quarters, saved
from tests.workers.samples.raws import dng
from tests.workers.samples.tiffs import strips_of_jpeg
from workers.errors import Busy, Unsupported
from workers.pipeline.limits import (
    JPEG_LONGEST_SIDE,
    MAX_SCANS,
    MOST_SEGMENTS,
    Limits,
    TimeLimit,
    check_scans,
)
from workers.pipeline.open import opened
from workers.pipeline.render import render
from workers.sizing import Size

PROJECT = Path(__file__).parents[4]
START_OF_SCAN = b"\xff\xda"


class Counting(BytesIO):
    """Counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        return super().read(size)


def test_pixels() -> None:
    Limits(max_pixels=12).check_source(4, 3)
    with pytest.raises(Unsupported, match="12"):
        Limits(max_pixels=12).check_source(13, 1)


def test_bytes() -> None:
    source = saved(quarters(8, 8))
    size = len(source.getvalue())
    Limits(max_bytes=size).check_bytes(source)
    assert source.tell() == 0
    with pytest.raises(Unsupported, match="bytes is above the limit"):
        render(source, Size(4, 4), 50, limits=Limits(max_bytes=size - 1))


@pytest.mark.parametrize("format", ["WEBP", "PNG", "AVIF"])
def test_pictures(format: str) -> None:
    source = saved(quarters(8, 8), format, save_all=True, append_images=[quarters(8, 8).rotate(90 * n) for n in (1, 2)])
    assert render(source, Size(4, 4), 50, limits=Limits(max_frames=3))
    with pytest.raises(Unsupported, match="3 pictures is above the limit of 2"):
        render(source, Size(4, 4), 50, limits=Limits(max_frames=2))


def test_scans() -> None:
    """The same scan again and again: each would cost a pass over the photo."""
    jpeg = saved(quarters(), progressive=True).getvalue()
    last = jpeg.rindex(b"\xff\xda")
    bomb = BytesIO(jpeg[:-2] + jpeg[last:-2] * MAX_SCANS + b"\xff\xd9")
    check_scans(BytesIO(jpeg))
    with pytest.raises(Unsupported, match="scans"):
        render(bomb, Size(40, 30), 80)


@pytest.mark.parametrize("progressive", [False, True])
def test_scans_of_any_jpeg(progressive: bool) -> None:
    """One that is not progressive too has as many as somebody puts into it, where the first has not all colours."""
    with pytest.raises(Unsupported, match="more than 100 scans"):
        render(BytesIO(of_scans(64, 64, MAX_SCANS + 1, progressive=progressive)), Size(40, 40), 80)
    with pytest.raises(Unsupported, match="196,000,000 pixels"):
        render(BytesIO(of_scans(14_000, 14_000, 62, progressive=progressive)), Size(40, 40), 80)


@pytest.mark.parametrize(("scans", "progressive"), [(3, False), (30, True)])
def test_usual_numbers_of_scans(scans: int, progressive: bool) -> None:
    check_scans(BytesIO(of_scans(14_000, 14_000, scans, progressive=progressive)))
    render(BytesIO(of_scans(64, 64, scans, progressive=progressive)), Size(40, 40), 80)


def test_a_picture_of_one_scan_is_not_read_for_more() -> None:
    """libjpeg looks for no others either."""
    jpeg = saved(quarters()).getvalue()
    source = Counting(jpeg + jpeg * MAX_SCANS)
    with opened(source, Limits()):
        assert source.reads < 100


def test_scans_of_a_preview() -> None:
    with pytest.raises(Unsupported, match="scans"):
        render(dng(quarters(64, 64), preview=of_scans(64, 64, MAX_SCANS + 1)), Size(40, 40), 80)


@pytest.mark.parametrize("count", [1, 4])
def test_scans_of_strips(count: int) -> None:
    """A TIFF whose strips are JPEGs: in one of them, or in all together."""
    many = of_scans(14_000, 3_500, 62 if count > 1 else MAX_SCANS + 1)
    source = strips_of_jpeg([many] * count, 14_000, 3_500)
    with pytest.raises(Unsupported, match="scans"):
        render(source, Size(40, 40), 80)


def test_scans_behind_the_pictures_end_are_none() -> None:
    """Films, gain maps and further pictures."""
    jpeg = saved(quarters(), progressive=True).getvalue()
    assert render(BytesIO(jpeg + START_OF_SCAN * MAX_SCANS + jpeg * MAX_SCANS), Size(40, 30), 80)


@pytest.mark.parametrize("between", [b"", b"\xff\x02", b"\xff\xd0", b"\xff\xfe\0\2", b"\xff\xd8", b"\0\1"])
def test_scans_behind_what_libjpeg_skips_count(between: bytes) -> None:
    jpeg = saved(quarters(), progressive=True).getvalue()
    last = jpeg.rindex(START_OF_SCAN)
    with pytest.raises(Unsupported, match="scans"):
        check_scans(BytesIO(jpeg[:-2] + (between + jpeg[last:-2]) * MAX_SCANS))


def test_parts_without_number() -> None:
    jpeg = saved(quarters(), progressive=True).getvalue()
    with pytest.raises(Unsupported, match="parts"):
        check_scans(BytesIO(jpeg[:2] + b"\xff\xfe\0\2" * MOST_SEGMENTS + jpeg[2:]))


def test_limits_of_settings(tmp_path: Path) -> None:
    here = {"DATA_DIR": str(tmp_path)}
    environ = here | {"RENDER_MAX_PIXELS": "7", "RENDER_MAX_BYTES": "8kB", "RENDER_MAX_FRAMES": "9"}
    assert Limits.of(config.load(environ, tmp_path / "none")) == Limits(7, 8000, 9)
    assert Limits.of(config.load(here, tmp_path / "none")) == Limits()


CONFINED = """
import sys
from pathlib import Path
from workers.errors import RenderError
from workers.pipeline.render import render
from workers.pipeline.limits import confine_memory
from workers.sizing import Size
confine_memory(int(sys.argv[2]))
try:
    render(Path(sys.argv[1]), Size(50, 50), 80)
except RenderError as error:
    print(error.kind, error)
else:
    print("done")
"""


@pytest.mark.parametrize(
    ("format", "options", "megabytes", "said"),
    [
        ("JPEG", {"progressive": True}, 400, "unsupported The photo needs more memory than a render may have."),
        ("WEBP", {"method": 0}, 400, "unsupported The photo needs more memory than a render may have."),
        ("PNG", {"compress_level": 1}, 400, "unsupported The photo needs more memory than a render may have."),
        ("JPEG", {"progressive": True}, 2000, "done"),
        ("JPEG", {"progressive": True}, 0, "done"),
    ],
)
def test_memory(tmp_path: Path, format: str, options: dict[str, Any], megabytes: int, said: str) -> None:
    """In a process of its own, as the limit stays: too large a photo is an answer, and no reason to try again."""
    path = tmp_path / "photo"
    path.write_bytes(saved(Image.new("RGB", (7000, 5000), (200, 10, 10)), format, **options).getvalue())
    command = [sys.executable, "-c", CONFINED, str(path), str(megabytes * 1_000_000)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout.strip(), done.stderr) == (said, "")


def test_no_memory_where_others_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has no limit of its own."""

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "resize", full)
    with pytest.raises(Busy):
        render(saved(quarters()), Size(40, 30), 80)


def test_sides_of_a_jpeg() -> None:
    assert render(saved(quarters(8, 8)), Size(JPEG_LONGEST_SIDE, 1), 50)
    with pytest.raises(Unsupported, match=str(JPEG_LONGEST_SIDE)):
        render(saved(quarters(8, 8)), Size(1, JPEG_LONGEST_SIDE + 1), 50)


def test_the_time_of_a_render() -> None:
    TimeLimit(1000).check()
    TimeLimit(0, lambda: 1000).check()  # seconds for which the file was waited for
    over = TimeLimit(0)
    with pytest.raises(Unsupported):
        over.check()
    over.made_one()
    with pytest.raises(Busy):
        over.check()
