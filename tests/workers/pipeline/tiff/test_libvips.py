"""libvips is confined, bounded like the first reader, and raises what that raises."""

import errno
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from PIL.ImageCms import ImageCmsProfile, createProfile

from tests.workers.pipeline.tiff.test_kinds import SMOOTH, SMOOTH_RIGHT, off, pixels
from tests.workers.samples import profiles
from tests.workers.samples.pictures import decoded, near
from tests.workers.samples.tiffs import (
    ADOBE_DEFLATE,
    BIG,
    FLOAT,
    LZW,
    MIN_IS_BLACK,
    MIN_IS_WHITE,
    RGB,
    YCBCR,
    Order,
    Picture,
    tiff,
)
from workers.errors import Damaged, SourceMissing, Unsupported
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened
from workers.pipeline.render import render, render_ladder, unscaled
from workers.pipeline.tiff.libvips import libvips
from workers.sizing import Size

PROJECT = Path(__file__).parents[4]
PLANES = tiff(
    Picture([[tuple(value * 257 for value in pixel) for pixel in row] for row in SMOOTH], bits=16, planes=True)
)
HALVES = [[(4095,)] * 20 + [(0,)] * 20] * 30
TWELVE = Picture(HALVES, MIN_IS_BLACK, 12, compression=LZW)


DAMAGED = tiff(Picture(SMOOTH, RGB, 16, planes=True, compression=ADOBE_DEFLATE, encode=lambda _: bytes(range(200))))


class Torn(BytesIO):
    """A file of which the disk gives no more from some place on, once it is told to fail."""

    failing = False

    def read(self, size: int | None = -1) -> bytes:
        if self.failing and self.tell() < 100:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def test_every_size_shows_the_same() -> None:
    source = tiff(TWELVE)
    for size in (Size(40, 30), Size(20, 15), Size(10, 10)):
        image = decoded(render(BytesIO(source), size, 95))
        assert image.size == (size.width, size.height)
        assert near(image.getpixel((size.width // 4, size.height // 2)), (255, 255, 255), 3)
        assert near(image.getpixel((size.width * 3 // 4, size.height // 2)), (0, 0, 0), 3)
    assert decoded(unscaled(BytesIO(source))).size == (40, 30)
    ladder = dict(render_ladder(BytesIO(source), [Size(20, 15), Size(40, 30), Size(8, 6)], 90))
    assert {size: decoded(jpeg).size for size, jpeg in ladder.items()} == {
        size: (size.width, size.height) for size in ladder
    }


@pytest.mark.parametrize("order", [Order("<"), Order(">", big=True)])
@pytest.mark.parametrize("lies", range(1, 9))
def test_it_is_turned(lies: int, order: Order) -> None:
    """White lies left, at the top where it is turned by a quarter to the right, and so on (EXIF 2.3, tag 274)."""
    source = tiff(Picture(HALVES, MIN_IS_BLACK, 12, tags={274: (3, [lies])}), order=order)
    size = Size(30, 40) if lies >= 5 else Size(40, 30)
    image = decoded(render(BytesIO(source), size, 95))
    white = {1: (5, 15), 2: (35, 15), 3: (35, 15), 4: (5, 15), 5: (15, 5), 6: (15, 5), 7: (15, 35), 8: (15, 35)}
    assert image.size == (size.width, size.height)
    assert near(image.getpixel(white[lies]), (255, 255, 255), 3)


def test_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    path.write_bytes(PLANES)
    assert decoded(render(path, Size(40, 22), 95)).size == (40, 22)


def test_limits_are_looked_at_before_a_pixel_is() -> None:
    """Of the file only the header is there."""
    huge = tiff(Picture([[(1,)]], MIN_IS_BLACK, 12, tags={256: (4, [30_000]), 257: (4, [30_000])}))
    with pytest.raises(Unsupported, match="900,000,000 pixels is above the limit"):
        render(BytesIO(huge), Size(10, 10), 80)
    assert render(BytesIO(tiff(TWELVE)), Size(10, 10), 80, limits=Limits(max_pixels=1200))
    with pytest.raises(Unsupported, match="1,200 pixels is above"):
        render(BytesIO(tiff(TWELVE)), Size(10, 10), 80, limits=Limits(max_pixels=1199))


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        ({278: (4, [1]), 257: (4, [3_000_000]), 256: (4, [1])}, Unsupported),  # parts beyond counting
        ({279: (4, [])}, Damaged),
        ({278: (4, [10])}, Damaged),  # of three strips there is one
        ({273: (4, [2**31])}, Damaged),
        ({279: (4, [20])}, Damaged),
    ],
)
def test_parts_that_are_missing(tags: dict[int, tuple[int, list[int]]], error: type[Exception]) -> None:
    with pytest.raises(error):
        pixels(tiff(Picture(HALVES, MIN_IS_BLACK, 12, compression=ADOBE_DEFLATE, tags=tags)))


@pytest.mark.parametrize("tile", [(60_000, 60_000), (1_000_000, 16), (16, 1_000_000)])
def test_tiles_far_larger_than_the_picture(tile: tuple[int, int]) -> None:
    """Of which few bytes could become any number of pixels."""
    tags = {322: (4, [tile[0]]), 323: (4, [tile[1]])}
    with pytest.raises(Unsupported, match="so large tiles"):
        pixels(tiff(Picture(HALVES, MIN_IS_BLACK, 12, tile=(64, 64), tags=tags)))
    assert pixels(tiff(Picture(HALVES, MIN_IS_BLACK, 12, tile=(512, 512))))


def test_a_strip_of_megabytes() -> None:
    """libtiff asks for all of it, and takes fewer bytes for the end of the file."""
    width, height = 1500, 900
    noise = Random(7).randbytes(width * height * 2)
    rows: list[list[tuple[float, ...]]] = [[(0,)] * width] * height
    picture = Picture(rows, MIN_IS_WHITE, 16, compression=ADOBE_DEFLATE, encode=lambda _: zlib.compress(noise, 0))
    found = pixels(tiff(picture))
    for place in (0, width * height // 2, width * height - 1):
        right = 255 - round(int.from_bytes(noise[place * 2 : place * 2 + 2], "little") / 257)
        assert near(found[place], (right,) * 3, 1)


def test_what_can_t_be_decompressed() -> None:
    with pytest.raises(Damaged, match="can't be decoded"):
        pixels(DAMAGED)


def test_a_file_that_ends_early() -> None:
    whole = tiff(Picture(SMOOTH, RGB, 16, planes=True, strip=4))
    with pytest.raises(Damaged):
        pixels(tiff(Picture(SMOOTH, RGB, 16, planes=True, tags={273: (4, [8, 9, len(whole) * 9])})))


def test_a_length_that_old_programs_leave_out() -> None:
    rows = [[tuple(value * 16 for value in pixel) for pixel in row] for row in SMOOTH]
    assert off(pixels(tiff(Picture(rows, RGB, 12, tags={279: (4, [])}))), SMOOTH_RIGHT) <= 1


def load_from_a_failing_disk(image: Image.Image, file: Torn) -> None:
    """Whoever opened the file hears of it, too, though it is caught here."""
    file.failing = True
    with pytest.raises(OSError, match="Input/output error"):
        image.load()


@pytest.mark.parametrize(
    "picture", [Picture(SMOOTH, RGB, 16, planes=True), Picture(SMOOTH, YCBCR, tags={530: (3, [2, 2])})]
)
def test_a_disk_that_fails_meanwhile(picture: Picture) -> None:
    file = Torn(tiff(picture))
    with pytest.raises(SourceMissing), opened(file, Limits()) as image:
        load_from_a_failing_disk(image, file)
    file = Torn(tiff(picture))
    file.failing = True
    with pytest.raises(SourceMissing), opened(file, Limits()):
        pass


def test_its_time_is_looked_at() -> None:
    with pytest.raises(Unsupported, match="longer"):
        render(BytesIO(PLANES), Size(10, 10), 80, limits=Limits(max_seconds=0))


@pytest.mark.parametrize("name", ["jpegload_buffer", "pngload_buffer", "rawload", "matload", "ppmload", "tiffload"])
def test_no_other_file_is_read(name: str, tmp_path: Path) -> None:
    """Neither another kind of file, nor one by its name."""
    pyvips = libvips()
    path = tmp_path / "photo.tif"
    path.write_bytes(PLANES)
    argument = PLANES if name.endswith("buffer") else str(path)
    more = [4, 4, 1] if name == "rawload" else []
    with pytest.raises(pyvips.Error):
        pyvips.Operation.call(name, argument, *more)


def test_one_thread_and_no_caches() -> None:
    pyvips = libvips()
    pixels(PLANES)
    assert pyvips.concurrency_get() == 1
    assert pyvips.vips_lib.vips_cache_get_max() == 0


def test_many_at_once() -> None:
    """In the threads of one process, as in the embedded way."""
    sources = [PLANES, tiff(TWELVE, order=BIG), tiff(Picture(SMOOTH, RGB, 32, FLOAT, tile=(16, 16)))] * 8
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(pixels, sources))
    assert off(found[0], SMOOTH_RIGHT) < 0.5
    assert found == found[:3] * 8


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


BEGIN = """
import os
from tests.workers.pipeline.tiff.test_libvips import PLANES, pixels
from workers.errors import Failed
"""


def test_a_process_forked_before() -> None:
    """As Celery's children are: each has a libvips of its own."""
    # Written at once: two processes share the pipe.
    code = "child = os.fork()\nos.write(1, b'%d\\n' % len(pixels(PLANES)))\nif child: os.wait()"
    assert run(BEGIN + code) == f"{40 * 22}\n" * 2


def test_a_process_forked_afterwards_says_so() -> None:
    """It would wait for threads that it has not."""
    # From 3.12 on Python warns of the very thing that is tried.
    code = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
pixels(PLANES)
if os.fork():
    os.wait()
else:
    try:
        pixels(PLANES)
    except Failed as error:
        print(error)
"""
    said = "libvips was loaded before this process was forked from another, and can't be used in it.\n"
    assert run(BEGIN + code) == said


def test_nothing_is_said_of_a_damaged_file() -> None:
    """libvips has words of its own, which nobody could make anything of."""
    code = """
import logging
logging.basicConfig(level=0)
logging.getLogger("PIL").setLevel(99)
try:
    pixels(DAMAGED)
except Exception as error:
    print(error)
"""
    said = run(BEGIN.replace("PLANES", "DAMAGED") + code)
    assert said == "The photo's file is damaged: it can't be decoded.\n"


SRGB = ImageCmsProfile(createProfile("sRGB")).tobytes()
LINEAR = profiles.rgb(*profiles.SRGB, 1.0)
OF_LAB = ImageCmsProfile(createProfile("LAB")).tobytes()


@pytest.mark.parametrize(
    ("picture", "profile", "right"),
    [
        (Picture([[(0.5, 0.5, 0.5)] * 8] * 8, RGB, 32, FLOAT), b"", 188),  # light
        (Picture([[(0.5, 0.5, 0.5)] * 8] * 8, RGB, 32, FLOAT), SRGB, 128),  # what the profile says
        (Picture([[(0.5, 0.5, 0.5)] * 8] * 8, RGB, 32, FLOAT), OF_LAB, 188),  # none of theirs
        (Picture([[(0.5, 0.5, 0.5)] * 8] * 8, RGB, 32, FLOAT), b"no profile at all" * 20, 188),
        (Picture([[(0.5,)] * 8] * 8, MIN_IS_BLACK, 32, FLOAT), SRGB, 188),
        (Picture([[(0.01, 0.01, 0.01)] * 8] * 8, RGB, 32, FLOAT), LINEAR, 25),  # which 8 bits of light have not
        (Picture([[(32768, 32768, 32768)] * 8] * 8, RGB, 16, planes=True), SRGB, 128),
        (Picture([[(32768, 32768, 32768)] * 8] * 8, RGB, 16, planes=True), LINEAR, 188),
    ],
)
def test_profiles(picture: Picture, profile: bytes, right: int) -> None:
    tags = {34675: (7, list(profile))} if profile else {}
    found = pixels(tiff(replace(picture, tags=tags)))
    assert near(found[9], (right,) * 3, 2)
