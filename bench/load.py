"""What a miss costs above its rendering, and what a storm of misses does to hits; the distributed way.

`python -m bench.load [--photos folder] [--turns 100] [--rounds 3] [--seconds 10]` starts the Procfile with a Redis and
data of its own, and asks it from this machine: hits with wrk (Debian: apt-get install wrk), misses itself.
"""

import argparse
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.clients import wrk
from bench.clients.sequential import Asker
from bench.data.library import Photo
from bench.measures.storm_load import CONNECTIONS, Misses, misses, storm
from bench.peers.darkroom import Darkroom
from bench.peers.peer import running, scratch
from bench.tools.processes import resident
from catalog.sample import make_sample
from workers import pipeline
from workers.sizing import Size

QUALITY = 70
TILE = Size(256, 256)
FIRST = 10  # turns that open connections, and are not counted
PATIENCE = 60.0  # seconds: longer than any request may take


def main() -> int:
    """Measures and prints a table; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, help="a folder of photos (default: the sample library)")
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    chosen = parser.parse_args()
    if shutil.which("wrk") is None:
        print("bench: wrk is missing: apt-get install wrk", file=sys.stderr)
        return 1
    darkroom = Darkroom("Darkroom", distributed=True)
    with scratch() as folder:
        library = chosen.photos.absolute() if chosen.photos else folder / "sample"
        make_sample(library)  # where there is a folder, it stays
        with running([darkroom], library, folder):
            photos = [Photo(each["path"], Size(each["width"], each["height"])) for each in darkroom.listing()]
            if chosen.turns:
                dispatch(darkroom, library, photos, chosen.turns)
            if chosen.rounds:
                storms(darkroom, photos, chosen.rounds, chosen.seconds)
    return 0


def dispatch(darkroom: Darkroom, library: Path, photos: Sequence[Photo], turns: int) -> None:
    """Prints milliseconds of a miss over HTTP, of its rendering alone, and what lies between."""
    asker = Asker(darkroom.url(photos[0].name, TILE))
    waited: list[float] = []
    rendered: list[float] = []
    for turn in range(turns + FIRST):
        photo, size = photos[turn % len(photos)], Size(200 + turn, 200 + turn)
        got = asker.get(darkroom.url(photo.name, size, QUALITY), size)
        began = time.perf_counter()
        pipeline.render(library / photo.name, size, QUALITY)
        took = (time.perf_counter() - began) * 1000
        if turn >= FIRST:
            waited.append(got.milliseconds)
            rendered.append(took)
    above = [miss - render for miss, render in zip(waited, rendered, strict=True)]
    for name, each in (("a miss over HTTP", waited), ("rendering alone", rendered), ("dispatch", above)):
        print(f"{name:<18} p50 {statistics.median(each):6.1f} ms")


def storms(darkroom: Darkroom, photos: Sequence[Photo], rounds: int, seconds: int) -> None:
    """Prints throughput and p99 of hits, idle and while misses arrive far faster than they can be rendered."""
    hit, asked = darkroom.url(photos[0].name, TILE), misses(darkroom, photos)
    Asker(hit).get(hit, TILE)
    idle: list[wrk.Load] = []
    stormy: list[tuple[wrk.Load, Misses]] = []
    front = darkroom.pids()["web"]
    before = resident(front)
    for _ in range(rounds):
        idle.append(wrk.load(hit, CONNECTIONS, seconds))
        stormy.append(storm(hit, asked, seconds, PATIENCE))
    rate, late = (statistics.median(each) for each in ([one.rate for one in idle], [one.p99 for one in idle]))
    within = statistics.median(load.rate for load, _ in stormy), statistics.median(load.p99 for load, _ in stormy)
    statuses = sum((told.statuses for _, told in stormy), Counter[int]())
    slowest = max(told.slowest for _, told in stormy)
    print(f"hits, idle         {rate:6.0f} requests/s, p99 {late:5.1f} ms")
    print(f"hits in the storm  {within[0]:6.0f} requests/s, p99 {within[1]:5.1f} ms, {within[0] / rate:.2f} x idle")
    print(f"misses             {dict(statuses)} in {rounds * seconds} s, the slowest {slowest:.1f} s")
    print(f"memory             {before / 1000:.0f} MB before, {resident(front) / 1000:.0f} MB after, of the front end")


if __name__ == "__main__":
    sys.exit(main())
