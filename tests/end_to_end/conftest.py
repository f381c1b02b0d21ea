"""One server for each way, shared by the tests that only read; a library with a photo of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.catalog.metadata.packets import bag, xmp
from tests.end_to_end.people import World, world_of
from tests.end_to_end.servers import Server, serving
from tests.end_to_end.thrice import thrice
from tests.photos import header_alone, save_jpeg, solid

WAYS = ("embedded", "distributed")


def make_library(folder: Path) -> Path:
    """Photos of 4:3 and 3:2, upright, turned, damaged, cut in half, above the pixel limit, and of every format."""
    save_jpeg(folder / "red.jpg", solid(1200, 900, (200, 30, 30)))
    save_jpeg(folder / "tall/green.jpg", solid(1200, 900, (30, 200, 30)), orientation=6)
    solid(900, 600, (30, 30, 200)).save(folder / "blue.png")
    solid(640, 480, (200, 200, 30)).save(folder / "yellow.webp", quality=95, xmp=SUNFLOWER)
    solid(300, 200, (30, 200, 200)).save(folder / "cyan.tif")
    solid(300, 200, (200, 30, 200)).save(folder / "magenta.gif")
    noise = Image.effect_noise((800, 600), 90).convert("RGB")
    whole = save_jpeg(folder / "noise.jpg", noise).read_bytes()
    (folder / "damaged.jpg").write_bytes(header_alone(whole))
    (folder / "half.jpg").write_bytes(whole[: len(whole) // 2])
    save_jpeg(folder / "huge.jpg", solid(2000, 1500, (9, 9, 9)))
    return folder


SUNFLOWER = xmp(bag("dc:title", "Sonnenblume") + bag("dc:subject", "Zürich"), 'xmp:Rating="4" exif:FNumber="22/1"')


@pytest.fixture(scope="session", params=WAYS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that shows the library; photos above 2 MP are over its limit."""
    folder = tmp_path_factory.mktemp(request.param)
    library = make_library(folder / "photos")
    with serving(library, folder / "data", request.param, RENDER_MAX_PIXELS="2000000") as running:
        running.client = thrice()
        yield running


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """People of every kind on one server that has no default user."""
    with world_of(tmp_path_factory.mktemp("world")) as made:
        yield made
