"""Requests per second of cached photos, beside an app that answers with the same bytes from a constant.

`python -m bench.hits [--rounds 5] [--seconds 3] [--connections 16]` starts both on free ports, with data of their own,
and asks them by turns with wrk (Debian: apt-get install wrk). `make bench ONLY=hit` measures other servers beside them.
"""

import argparse
import shutil
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx

from bench.clients import wrk
from bench.peers.constant import Constant
from bench.peers.darkroom import API, Darkroom
from bench.peers.peer import running, scratch
from catalog.sample import make_sample
from workers.sizing import Size

TILE = Size(256, 256)
PHOTO = "2019/beach.jpg"
QUALITY = 70
Asked = dict[str, tuple[str, tuple[str, ...]]]  # URL and headers, by name


def main() -> int:
    """Measures and prints a table; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    chosen = parser.parse_args()
    if shutil.which("wrk") is None:
        print("bench: wrk is missing: apt-get install wrk", file=sys.stderr)
        return 1
    with ExitStack() as stack:
        asked = _targets(stack, stack.enter_context(scratch()))
        rates: dict[str, list[float]] = {name: [] for name in asked}
        for turn in range(chosen.rounds):
            print(f"round {turn + 1} of {chosen.rounds}", file=sys.stderr)
            for name, (url, headers) in asked.items():
                rates[name].append(wrk.load(url, chosen.connections, chosen.seconds, headers).rate)
    constant = statistics.median(rates["constant app"])
    for name, each in rates.items():
        median = statistics.median(each)
        print(f"{name:<22} {median:7.0f} requests/s  {median / constant:5.2f} x the constant app")
    return 0


def _targets(stack: ExitStack, folder: Path) -> Asked:
    """Starts what is measured; gives what to ask.

    Raises:
        SystemExit: one does not answer as the others do.
    """
    sample, constant = folder / "sample", Constant()
    make_sample(sample)
    hot, cold = Darkroom("from memory"), Darkroom("from disk", settings={"CACHE_MEMORY_BYTES": "0"})
    memory, disk = stack.enter_context(running([hot, cold], sample, folder))
    by_id = hot.url(PHOTO, TILE, QUALITY)
    answer = httpx.get(by_id).raise_for_status()
    (folder / "tiles").mkdir()
    (folder / "tiles/tile.jpg").write_bytes(answer.content)
    (folder / "constant").mkdir()
    stack.enter_context(running([constant], folder / "tiles", folder / "constant"))
    photoid, size = hot.photoid(PHOTO), by_id.split("&", 1)[1]
    view = httpx.get(f"{memory}{API}/runQuery?query=photoid:{photoid}").json()
    sid = hot.command("catalog", "share", "add", "--query", f"photoid:{photoid}").strip()
    asked: Asked = {
        "constant app": (constant.url(PHOTO, TILE, QUALITY), ()),
        "photoid": (by_id, ()),
        "apisid, photoid": (f"{by_id}&apisid={view['apisid']}", ()),
        "apisid, vid, index": (f"{memory}{API}/getPhoto?apisid={view['apisid']}&vid={view['vid']}&index=0&{size}", ()),
        "sid, index": (f"{memory}{API}/getPhoto?sid={sid}&index=0&{size}", ()),
        "304": (by_id, (f"If-None-Match: {answer.headers['ETag']}",)),
        "from disk": (by_id.replace(memory, disk), ()),
    }
    for name, (url, _) in asked.items():
        if httpx.get(url).content != answer.content:
            raise SystemExit(f"bench: {name} does not answer with the same bytes")
    return asked


if __name__ == "__main__":
    sys.exit(main())
