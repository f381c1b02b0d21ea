"""A data folder with very many photo records, and a render in the cache for each: made once, kept in bench/.peers.

`python -m bench.data.scale_data` makes those that `bench.measures.scale` asks for.
"""

import random
import shutil
import sys
import time
from io import BytesIO
from itertools import islice
from pathlib import Path

from PIL import Image
from sqlalchemy import Engine, select
from tqdm import tqdm

from bench.data.library import PEERS
from bench.data.records import ALIASES, fill, places
from cache.disk import Budget, DiskTier
from cache.key import RenderKey
from catalog.changelog import Changelog
from catalog.database import open_catalog
from catalog.people.users import GUEST, Users
from catalog.photoid import source_version
from catalog.schema import photos
from workers import pipeline
from workers.versions import key_version

SCALE = PEERS / "scale"
COUNTS = (1_000, 100_000, 1_000_000)
SIDE = 256
QUALITY = 70
LAST = 2**62  # more than the number of any change
FRESH = 3600.0  # seconds for which a comparison of the index with the files is as good as new
ENTRIES = 2 * max(COUNTS)  # what the cache may hold: nothing is to be evicted here
# Roots of photos whose files are nowhere: a scan leaves them alone, as it does those of a disk that is not mounted.
ROOTS = {
    **{f"ROBOT_ROOT_{1 + number}_PATH": str(SCALE / f"not-mounted-{alias}") for number, alias in enumerate(ALIASES)},
    **{f"ROBOT_ROOT_{1 + number}_ALIAS": alias for number, alias in enumerate(ALIASES)},
}


def made(count: int) -> Path:
    """The folder with `data` in it, made where it is not there, or of an older pipeline."""
    folder = SCALE / str(count)
    stamp = folder / f"made-{pipeline.REVISION}"
    if not stamp.exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "data").mkdir(parents=True)
        engine = open_catalog(folder / "data")
        print(f"bench: making {count} photo records", file=sys.stderr)
        chance = random.Random(count)
        fill(engine, islice(places(chance), count), chance)
        Users(engine).add(GUEST, GUEST)
        _cache(folder / "data/renders", engine, count)
        engine.dispose()
        stamp.touch()
    return folder


def cache_of(folder: Path) -> DiskTier:
    """The cache of a made folder."""
    return DiskTier(folder / "data/renders", Budget(entries=ENTRIES, free=0))


def _settle(folder: Path) -> None:
    """Does what a front end would do while it is measured: it follows what has changed in the catalogue, and compares
    the cache with its index every six hours."""
    engine = open_catalog(folder / "data")
    Changelog(engine).followed(LAST)
    engine.dispose()
    tier = cache_of(folder)
    if time.time() - tier.state().reconciled > FRESH:
        print(f"bench: comparing {folder.name} renders with their index", file=sys.stderr)
        for _ in tier.reconcile():
            pass
    tier.close()


def _cache(folder: Path, engine: Engine, count: int) -> None:
    """A render of each photo: the same small JPEG for all."""
    folder.mkdir(exist_ok=True)
    tier, jpeg = cache_of(folder.parent.parent), _jpeg()
    for _ in tier.reconcile():
        pass
    query = select(photos.c.photoid, photos.c.bytes, photos.c.mtime_ns)
    with engine.connect() as connection:
        rows = connection.execution_options(yield_per=1000).execute(query)
        for photoid, size, mtime in tqdm(rows, total=count, desc=f"{count} renders", file=sys.stderr, mininterval=5.0):
            version = key_version(source_version(size, mtime))
            tier.put(RenderKey(photoid, version, SIDE, SIDE, QUALITY), jpeg)


def _jpeg() -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((SIDE, SIDE)).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def make_all() -> None:
    """Makes what is not there so far, and sees to it that nothing is left to do."""
    for each in COUNTS:
        _settle(made(each))


if __name__ == "__main__":
    make_all()
