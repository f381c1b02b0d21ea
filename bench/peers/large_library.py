"""A server of very many photos whose tiles are in its cache; their files are nowhere."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count, islice
from pathlib import Path

from PIL import Image
from sqlalchemy import select

from bench.data import wallpapers as shoot
from bench.data.records import fill, places
from bench.data.scale_data import ROOTS
from bench.peers.darkroom import Darkroom
from bench.peers.peer import running, scratch
from cache.disk import Budget, DiskTier
from cache.key import RenderKey
from catalog.database import open_catalog
from catalog.people.users import GUEST, Users
from catalog.photoid import source_version
from catalog.schema import photos
from workers.versions import key_version

SIDES = (160, 256, 512)
DIFFERENT = 64  # pictures that are shown by turns
QUALITY = 70


@contextmanager
def crowd(wallpapers: Path, number: int) -> Iterator[str]:
    """A server with so many photo records, whose tiles are made of those wallpapers; gives its URL."""
    with scratch() as folder:
        tiles = _tiles(wallpapers, folder / "shots")
        engine = open_catalog(folder / "peer-0/data")
        chance = random.Random(number)
        fill(engine, islice(places(chance), number), chance)
        Users(engine).add(GUEST, GUEST)
        tier = DiskTier(folder / "peer-0/data/renders", Budget(entries=4 * number, free=0))
        for _ in tier.reconcile():
            pass
        with engine.connect() as connection:
            rows = connection.execute(select(photos.c.photoid, photos.c.bytes, photos.c.mtime_ns)).all()
        for which, (photoid, size, mtime) in zip(count(), rows, strict=False):
            version = key_version(source_version(size, mtime))
            for side in SIDES:
                jpeg = tiles[side][which % len(tiles[side])]
                tier.put(RenderKey(photoid, version, side, side, QUALITY), jpeg)
        tier.close()
        engine.dispose()
        (folder / "none").mkdir()
        settings = ROOTS | {"CACHE_DISK_ENTRIES": str(4 * number), "CACHE_DISK_FREE": "0"}
        with running([Darkroom("Darkroom", settings=settings)], folder / "none", folder) as (url,):
            yield url


def _tiles(wallpapers: Path, folder: Path) -> dict[int, list[bytes]]:
    """Tiles of real photos, by their side."""
    files = sorted(shoot.make(wallpapers, folder).rglob("*.jpg"))[:DIFFERENT]
    tiles: dict[int, list[bytes]] = {side: [] for side in SIDES}
    for file in files:
        with Image.open(file) as image:
            short = min(image.size)
            left, top = (image.width - short) // 2, (image.height - short) // 2
            square = image.crop((left, top, left + short, top + short))
        for side in SIDES:
            saved = BytesIO()
            square.resize((side, side)).save(saved, "JPEG", quality=QUALITY)
            tiles[side].append(saved.getvalue())
    shutil.rmtree(folder)
    return tiles
