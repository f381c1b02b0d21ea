"""Requests a second of cached photos and the server's CPU for each, beside an app that answers with a constant.

`python -m bench.hits [--rounds 5] [--seconds 3] [--connections 1,16,64]` starts them on free ports, with data of their
own, and asks them by turns with wrk (Debian: apt-get install wrk): as it is, and with `server.remember` off, where each
hit goes through the app. At last, how long hits take while 200 clients ask for what is not there, and what 64 MB of
renders cost in memory. `make bench ONLY=hit` measures other servers beside them.
"""

import argparse
import asyncio
import os
import re
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.clients import wrk
from bench.peers.constant import Constant
from bench.peers.darkroom import API, Darkroom
from bench.peers.peer import Peer, running, scratch
from catalog.sample import SAMPLES, make_sample
from workers.sizing import Size

TILE = Size(256, 256)
PHOTO = SAMPLES[0].path
QUALITY = 70
MISSING = 200  # clients who ask for what is not there
WIDTHS = range(200, 1400, 4)  # of renders that fill the memory
TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")  # microseconds of a process's CPU time, as /proc counts it
UNBOUNDED = {"LIMITS_MISSES": "0", "LIMITS_NEW_SIZES": "0"}  # as all that is measured is asked for from one address
BROWSER = (
    "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: de-CH,de;q=0.9,en;q=0.8",
    "Connection: keep-alive",
    "Referer: http://localhost/",
    "Sec-Fetch-Dest: image",
    "Sec-Fetch-Mode: no-cors",
    "Sec-Fetch-Site: same-origin",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
)


@dataclass(frozen=True)
class Asked:
    """What is asked of a server: one URL, or the paths of a script by turns; with these headers."""

    pid: int
    url: str
    headers: tuple[str, ...] = ()
    script: Path | None = None


@dataclass
class Found:
    """Requests a second, and microseconds of the server's CPU for each, of each round."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def main() -> int:
    """Measures and prints tables; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", default="1,16,64", help="with commas (%(default)s)")
    chosen = parser.parse_args()
    if shutil.which("wrk") is None:
        print("bench: wrk is missing: apt-get install wrk", file=sys.stderr)
        return 1
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        here = Darkroom("remembered", settings=UNBOUNDED)
        plain = Darkroom("through the app", settings=UNBOUNDED | {"SERVER_REMEMBER": "false"})
        disk = Darkroom("from disk", settings={"CACHE_MEMORY_BYTES": "0"})
        make_sample(folder / "sample")
        stack.enter_context(running([here, plain, disk], folder / "sample", folder))
        asked = _asked(stack, folder, [here, plain], disk)
        for connections in map(int, chosen.connections.split(",")):
            _table(asked, connections, chosen.rounds, chosen.seconds)
        _beside_missing([here, plain], chosen.rounds, chosen.seconds)
        _memory([here, plain])
    return 0


def _table(asked: dict[str, Asked], connections: int, rounds: int, seconds: int) -> None:
    found = {name: Found() for name in asked}
    for turn in range(rounds):
        print(f"{connections} connections, round {turn + 1} of {rounds}", file=sys.stderr)
        for name, each in asked.items():
            before = _cpu(each.pid)
            load = _load(each, connections, seconds)
            found[name].rates.append(load.rate)
            found[name].cpu.append((_cpu(each.pid) - before) / load.count)
    constant = statistics.median(found["constant app"].rates)
    print(f"\nover {connections} connections")
    for name, figures in found.items():
        rate, cpu = statistics.median(figures.rates), statistics.median(figures.cpu)
        times = f"{rate / constant:6.2f} x the constant app"
        print(f"{name:<54} {rate:7.0f} requests/s {times} {cpu:5.0f} µs of CPU each")


def _load(asked: Asked, connections: int, seconds: int) -> wrk.Load:
    if asked.script is None:
        return wrk.load(asked.url, connections, seconds, asked.headers)
    return wrk.load_many(asked.url, asked.script, connections, seconds, asked.headers)


def _asked(stack: ExitStack, folder: Path, servers: list[Darkroom], disk: Darkroom) -> dict[str, Asked]:
    """What is measured, by name; the app with a constant is started for it.

    Raises:
        SystemExit: one does not answer as the others do.
    """
    answer = httpx.get(servers[0].url(PHOTO, TILE, QUALITY)).raise_for_status()
    (folder / "tiles").mkdir()
    (folder / "tiles/tile.jpg").write_bytes(answer.content)
    (folder / "constant").mkdir()
    constant = Constant()
    stack.enter_context(running([constant], folder / "tiles", folder / "constant"))
    asked = {"constant app": Asked(_front(constant), constant.url(PHOTO, TILE, QUALITY))}
    for server in servers:
        for name, each in _ways(server, folder / server.name.replace(" ", "-"), answer.headers["ETag"]):
            asked[f"{name}, {server.name}"] = each
    asked["photoid, from disk"] = Asked(_front(disk), disk.url(PHOTO, TILE, QUALITY))
    for name, each in asked.items():
        if each.script is None and not each.headers and httpx.get(each.url).content != answer.content:
            raise SystemExit(f"bench: {name} does not answer with the same bytes")
    return asked


def _ways(server: Darkroom, folder: Path, tag: str) -> Iterator[tuple[str, Asked]]:
    """The ways to ask a server for a photo; and for one after the other of a list, as a browser does who scrolls it."""
    by_id = server.url(PHOTO, TILE, QUALITY)
    base, size = by_id.split(API)[0], by_id.split("&", 1)[1]
    session = httpx.get(f"{base}{API}/runQuery?query=photoid:{server.photoid(PHOTO)}").json()
    whole = httpx.get(f"{base}{API}/runQuery", params={"query": "*", "apisid": session["apisid"]}).json()
    sid = server.command("catalog", "share", "add", "--query", "*").strip()
    one = f"{API}/getPhoto?apisid={session['apisid']}&vid={session['vid']}&index=0&{size}"
    pid = _front(server)
    yield "photoid", Asked(pid, by_id)
    yield "apisid, photoid", Asked(pid, f"{by_id}&apisid={session['apisid']}")
    yield "apisid, vid, index", Asked(pid, f"{base}{one}")
    yield "304", Asked(pid, by_id, (f"If-None-Match: {tag}",))
    for name, by in (("vid", f"apisid={session['apisid']}&vid={whole['vid']}"), ("sid", f"sid={sid}")):
        paths = [f"{API}/getPhoto?{by}&index={index}&{size}" for index in range(len(SAMPLES))]
        for path in paths:
            httpx.get(f"{base}{path}").raise_for_status()
        (folder / name).mkdir(parents=True)
        yield f"{name}, each index, a browser's head", Asked(pid, base, BROWSER, wrk.script(folder / name, paths))


def _beside_missing(servers: list[Darkroom], rounds: int, seconds: int) -> None:
    """Prints how long hits take meanwhile, over one connection."""
    late: dict[str, list[float]] = {server.name: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            hit = server.url(PHOTO, TILE, QUALITY)
            missing = f"{hit.split(API)[0]}{Darkroom.asked('A' * 22 + '=', TILE)}"
            late[server.name].append(asyncio.run(_hits_meanwhile(hit, missing, seconds)).p99)
    print(f"\nthe 99th of 100 hits over one connection, while {MISSING} clients ask for what is not there")
    for name, each in late.items():
        print(f"{name:<42} {statistics.median(each):7.1f} ms")


async def _hits_meanwhile(hit: str, missing: str, seconds: int) -> wrk.Load:
    crowd = asyncio.ensure_future(wrk.load_meanwhile(missing, MISSING, seconds + 2))
    await asyncio.sleep(1)
    found = await wrk.load_meanwhile(hit, 1, seconds)
    await crowd
    return found


def _memory(servers: list[Darkroom]) -> None:
    """Prints what each has for itself, once its memory is full of renders, each asked for twice."""
    print("\nmemory of a front end that holds 64 MB of renders, each asked for three times")
    for server in servers:
        with httpx.Client(timeout=60) as client:
            for width in WIDTHS:
                for sample in SAMPLES:
                    url = server.url(sample.path, Size(width, width), 90)
                    for _ in range(3):  # made; from memory; from what is remembered
                        client.get(url).raise_for_status()
        held = Path(f"/proc/{_front(server)}/smaps_rollup").read_text()
        private = sum(int(each) for each in re.findall(r"^Private_\w+: +(\d+)", held, re.MULTILINE))
        print(f"{server.name:<42} {private / 1000:7.0f} MB")


def _front(server: Peer) -> int:
    """Its front end's process."""
    pids = server.pids()
    return pids.get("web") or next(iter(pids.values()))


def _cpu(pid: int) -> float:
    """Microseconds of CPU that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


if __name__ == "__main__":
    sys.exit(main())
