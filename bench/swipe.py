"""Somebody swipes through a gallery: which photos are there when they are asked for, and how long each takes.

`python -m bench.swipe [--photos folder] [--number 60] [--every 1.0] [--way serve|up] [--ahead 3]` makes a library of so
many photos from those of a folder, starts a server with data of its own (`up`: the processes of the Procfile), and asks
for one after the other at 1920x1080. Prints a line for each, and how many had to be waited for. `--ahead 0` shows it
without prefetching.
"""

import argparse
import http.client
import re
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bench.peers.darkroom import API, Darkroom
from bench.peers.peer import running, scratch
from bench.tools.turns import PHOTOS

SIZE = "width=1920&height=1080"
LOWEST_TIER = {"serve": "disk", "up": "redis"}


@dataclass(frozen=True, slots=True)
class Step:
    """One photo: milliseconds until it was there, whether no cache had it, and what lay in the queue afterwards."""

    took: float
    miss: bool
    queued: int


def main() -> int:
    """Swipes and prints; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=PHOTOS, help="the folder that the library is made from")
    parser.add_argument("--number", type=int, default=60, help="photos in the gallery (%(default)s)")
    parser.add_argument("--every", type=float, default=1.0, help="seconds from one photo to the next (%(default)s)")
    parser.add_argument("--way", choices=tuple(LOWEST_TIER), default="serve", help="embedded, or the Procfile's")
    parser.add_argument("--ahead", type=int, default=3, help="the setting prefetch.count (%(default)s)")
    chosen = parser.parse_args()
    files = sorted(chosen.photos.iterdir()) if chosen.photos.is_dir() else []
    if not files:
        print(f"bench: no photos at {chosen.photos}", file=sys.stderr)
        return 2
    server = Darkroom("Darkroom", distributed=chosen.way == "up", settings={"PREFETCH_COUNT": str(chosen.ahead)})
    with scratch() as folder:
        library = _library(folder / "gallery", files, chosen.number)
        with running([server], library, folder) as (url,):
            steps = [*_swipe(url, LOWEST_TIER[chosen.way], chosen.number, chosen.every)]
    times = {miss: [step.took for step in steps if step.miss == miss] for miss in (False, True)}
    print(f"{len(steps)} photos, {len(times[True])} of them missed")
    for name, each in (("hits", times[False]), ("misses", times[True])):
        if each:
            print(f"{name:<8} p50 {statistics.median(each):6.1f} ms, the slowest {max(each):6.1f} ms")
    return 0


def _library(folder: Path, files: list[Path], number: int) -> Path:
    """So many photos; copies of one file are photos of their own."""
    folder.mkdir()
    for index in range(number):
        file = files[index % len(files)]
        shutil.copyfile(file, folder / f"{index:03}{file.suffix}")
    return folder


def _swipe(url: str, tier: str, number: int, every: float) -> Iterator[Step]:
    """Looks at one photo after the other, and says so."""
    view = httpx.get(f"{url}{API}/runQuery?query=*&sort=name").raise_for_status().json()
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    began = time.monotonic()
    for index in range(number):
        time.sleep(max(0.0, began + index * every - time.monotonic()))
        missed = _figure(url, "darkroom_cache_requests_total", tier=tier, result="miss")
        asked = time.perf_counter()
        connection.request("GET", f"{API}/getPhoto?apisid={view['apisid']}&vid={view['vid']}&index={index}&{SIZE}")
        answer = connection.getresponse()
        answer.read()
        took = (time.perf_counter() - asked) * 1000
        if answer.status != 200:
            raise SystemExit(f"bench: photo {index} was answered with {answer.status}")
        miss = _figure(url, "darkroom_cache_requests_total", tier=tier, result="miss") > missed
        step = Step(took, miss, int(_figure(url, "darkroom_queue_length", queue="prefetch")))
        print(f"photo {index:>3}  {'miss' if miss else 'hit ':<4}  {took:7.1f} ms  {step.queued} queued in advance")
        yield step


def _figure(url: str, name: str, **labels: str) -> float:
    """A figure of `/metrics`; 0 before it was first counted."""
    wanted = re.escape(name + "{" + ",".join(f'{label}="{value}"' for label, value in sorted(labels.items())) + "}")
    match = re.search(rf"^{wanted} (\S+)$", httpx.get(f"{url}/metrics").text, re.MULTILINE)
    return float(match[1]) if match else 0.0


if __name__ == "__main__":
    sys.exit(main())
