"""What a miss costs above its rendering, and what a storm of misses does to hits; the distributed way.

`python -m bench.load [--photos folder] [--turns 100] [--rounds 3] [--seconds 10]` starts the Procfile with a Redis and
data of its own, and asks it from this machine: hits with wrk (Debian: apt-get install wrk), misses itself.
"""

import argparse
import asyncio
import http.client
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from bench.clients import Client
from bench.hits import fetch, free_port
from workers import pipeline
from workers.sizing import Size

API = "/picapportapi/1.0/getPhoto"
MISSES_A_SECOND = 300  # several times of what two cores can render
CLIENTS = 200
NINETY_NINE = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of the library under test."""

    photoid: str
    path: Path
    size: Size

    def asked(self, width: int, height: int, quality: int) -> str:
        """The request of a square, or of a photo's own shape in that width where `height` is 0."""
        size = f"width={width}" + (f"&height={height}" if height else "")
        return f"{API}?photoid={quote(self.photoid, safe='')}&{size}&quality={quality / 100}"


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
    with tempfile.TemporaryDirectory() as folder, darkroom(Path(folder) / "data", chosen.photos) as (url, photos):
        if chosen.turns:
            dispatch(url, photos, chosen.turns)
        if chosen.rounds:
            storm(url, photos, chosen.rounds, chosen.seconds)
    return 0


def dispatch(url: str, photos: list[Photo], turns: int) -> None:
    """Prints milliseconds of a miss over HTTP, of its rendering alone, and what lies between."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    waited: list[float] = []
    rendered: list[float] = []
    for turn in range(turns + 10):
        photo, width = photos[turn % len(photos)], 200 + turn
        began = time.perf_counter()
        connection.request("GET", photo.asked(width, width, 70))
        answer = connection.getresponse()
        answer.read()
        between = time.perf_counter()
        pipeline.render(photo.path, Size(width, width), 70)
        ended = time.perf_counter()
        if answer.status != 200:
            raise SystemExit(f"bench: a miss was answered with {answer.status}")
        if turn >= 10:  # the first ones open connections
            waited.append((between - began) * 1000)
            rendered.append((ended - between) * 1000)
    above = [miss - render for miss, render in zip(waited, rendered, strict=True)]
    for name, each in (("a miss over HTTP", waited), ("rendering alone", rendered), ("dispatch", above)):
        print(f"{name:<18} p50 {statistics.median(each):6.1f} ms")


def storm(url: str, photos: list[Photo], rounds: int, seconds: int) -> None:
    """Prints throughput and p99 of hits, idle and while misses arrive far faster than they can be rendered."""
    hit = url + photos[0].asked(256, 256, 70)
    fetch(hit)
    number = itertools.count()
    idle: list[tuple[float, float]] = []
    stormy: list[tuple[float, float]] = []
    statuses: Counter[int] = Counter()
    slowest = [0.0]
    before = resident(url)
    for _ in range(rounds):
        idle.append(asyncio.run(hits(hit, seconds)))
        stormy.append(asyncio.run(during(url, hit, photos, seconds, number, statuses, slowest)))
    rate, stormy_rate = (statistics.median(each[0] for each in turns) for turns in (idle, stormy))
    late, stormy_late = (statistics.median(each[1] for each in turns) for turns in (idle, stormy))
    print(f"hits, idle         {rate:6.0f} requests/s, p99 {late:5.1f} ms")
    print(
        f"hits in the storm  {stormy_rate:6.0f} requests/s, p99 {stormy_late:5.1f} ms, {stormy_rate / rate:.2f} x idle"
    )
    print(f"misses             {dict(statuses)} in {rounds * seconds} s, the slowest {slowest[0]:.1f} s")
    print(f"memory             {before / 1000:.0f} MB before, {resident(url) / 1000:.0f} MB after, of the front end")


async def during(
    url: str,
    hit: str,
    photos: list[Photo],
    seconds: int,
    number: Iterator[int],
    statuses: Counter[int],
    slowest: list[float],
) -> tuple[float, float]:
    """Throughput and p99 of hits while misses storm."""
    ended = asyncio.Event()

    async def ask() -> None:
        client = Client(url)
        while not ended.is_set():
            index = next(number)
            photo = photos[index % len(photos)]
            answer = await client.get(photo.asked(300 + index // 100 % 500, 0, index % 100))
            statuses[answer.status] += 1
            slowest[0] = max(slowest[0], answer.seconds)
            await asyncio.sleep(max(0.0, CLIENTS / MISSES_A_SECOND - answer.seconds))
        client.hang_up()

    clients = [asyncio.create_task(ask()) for _ in range(CLIENTS)]
    await asyncio.sleep(1)  # the queue is full
    measured = await hits(hit, seconds)
    ended.set()
    await asyncio.gather(*clients)
    return measured


async def hits(hit: str, seconds: int) -> tuple[float, float]:
    """Requests a second of a photo in the cache, and the 99th of 100 in milliseconds."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", hit]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    output = (await process.communicate())[0].decode()
    rate, late = RATE.search(output), NINETY_NINE.search(output)
    if not rate or not late or "Non-2xx" in output:
        raise SystemExit(f"bench: hits failed under load:\n{output}")
    return float(rate[1]), float(late[1]) * MILLISECONDS[late[2]]


def resident(url: str) -> int:
    """Kilobytes of memory of the process that listens at `url`."""
    listening = f":{urlsplit(url).port:04X} 00000000:0000 0A"
    line = next(line for line in Path("/proc/net/tcp").read_text().splitlines() if listening in line)
    inode = f"socket:[{line.split()[9]}]"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(each.readlink()) == inode for each in (process / "fd").iterdir()):
                return int((process / "status").read_text().split("VmRSS:")[1].split()[0])
        except OSError:
            continue  # it has ended, or is another user's
    raise SystemExit(f"bench: nobody listens at {url}")


@contextmanager
def darkroom(data: Path, folder: Path | None, **settings: str) -> Iterator[tuple[str, list[Photo]]]:
    """The Procfile's processes; gives the URL and the photos when the first scan is over."""
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = kept | {"DATA_DIR": str(data), "DARKROOM_TOML": os.devnull, "PORT": str(port)}
    environ |= settings | ({"PHOTOS": str(folder.absolute())} if folder else {})
    process = subprocess.Popen([sys.executable, "-m", "launch", "up"], env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout  # noqa: S101 - it is a pipe
        for line in process.stdout:
            if "scanned:" in line:
                break
        threading.Thread(target=process.stdout.read, daemon=True).start()  # what nobody reads would hold it up
        url = f"http://127.0.0.1:{port}"
        fetch(f"{url}/ready")
        yield url, _photos(environ, folder.absolute() if folder else data / "sample")
    finally:
        process.terminate()
        process.wait()


def _photos(environ: dict[str, str], folder: Path) -> list[Photo]:
    command = [sys.executable, "-m", "catalog", "photos", "--json"]
    settings = environ | {"ROBOT_ROOT_0_PATH": str(folder)}
    lines = subprocess.run(command, env=settings, capture_output=True, text=True, check=True).stdout.splitlines()
    each = [json.loads(line) for line in lines]
    return [Photo(one["photoid"], folder / one["path"], Size(one["width"], one["height"])) for one in each]


if __name__ == "__main__":
    sys.exit(main())
