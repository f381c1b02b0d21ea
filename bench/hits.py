"""Requests per second of cached photos, beside an app that answers with the same bytes from a constant.

`python -m bench.hits [--rounds 5] [--seconds 3] [--connections 16]` starts both on free ports, with data of their own,
and asks them by turns with wrk (Debian: apt-get install wrk).
"""

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx

RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
FAILED = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.+)")
START_SECONDS = 20.0
API = "picapportapi/1.0"
# For wrk: goes through the photos of a view, a connection after the other.
WALK = """
local number = -1
function request()
    number = (number + 1) % {count}
    return wrk.format(nil, "{path}&index=" .. number)
end
"""


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
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        asked = _targets(stack, folder)
        rates: dict[str, list[float]] = {name: [] for name in asked}
        for turn in range(chosen.rounds):
            print(f"round {turn + 1} of {chosen.rounds}", file=sys.stderr)
            for name, (url, more) in asked.items():
                rates[name].append(_rate(url, more, chosen.seconds, chosen.connections))
    constant = statistics.median(rates["constant app"])
    for name, each in rates.items():
        median = statistics.median(each)
        print(f"{name:<22} {median:7.0f} requests/s  {median / constant:5.2f} x the constant app")
    return 0


def _targets(stack: ExitStack, folder: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Starts what is measured; gives what to ask, by name: URL and what else wrk is told."""
    memory = stack.enter_context(darkroom(folder / "memory"))
    disk = stack.enter_context(darkroom(folder / "disk", CACHE_MEMORY_BYTES="0"))
    query = fetch(f"{memory}/{API}/runQuery?query=*").json()
    apisid, size = query["apisid"], "width=256&height=256"
    by_view = f"{memory}/{API}/getPhoto?apisid={apisid}&vid={query['vid']}&index=0&{size}"
    metadata = fetch(by_view.replace("getPhoto", "getPhotoMetadata")).json()
    photoid = quote(metadata["photoID"], safe="")
    sid = _share(folder / "memory", metadata["photoID"])
    by_id = f"{memory}/{API}/getPhoto?photoid={photoid}&{size}"
    walk = _walk(folder, memory, f"/{API}/getPhoto?apisid={apisid}&vid={query['vid']}&{size}", query["count"])
    answer = fetch(by_id)
    content, tag = answer.content, answer.headers["ETag"]
    constant = stack.enter_context(constant_app(folder, content))
    asked: dict[str, tuple[str, tuple[str, ...]]] = {
        "constant app": (by_id.replace(memory, constant), ()),
        "photoid": (by_id, ()),
        "apisid, photoid": (f"{by_id}&apisid={apisid}", ()),
        "apisid, vid, index": (by_view, ()),
        "each index in turn": (by_view, ("-s", str(walk))),
        "sid, index": (f"{memory}/{API}/getPhoto?sid={sid}&index=0&{size}", ()),
        "304": (by_id, ("-H", f"If-None-Match: {tag}")),
        "from disk": (by_id.replace(memory, disk), ()),
    }
    for name, (url, _) in asked.items():
        if fetch(url).content != content:
            raise SystemExit(f"bench: {name} does not answer with the same bytes")
    return asked


def _walk(folder: Path, url: str, path: str, count: int) -> Path:
    """A script of wrk's that asks for each photo of a view in its turn; all of them are cached then."""
    for index in range(count):
        fetch(f"{url}{path}&index={index}")
    script = folder / "walk.lua"
    script.write_text(WALK.format(count=count, path=path))
    return script


def _rate(url: str, more: tuple[str, ...], seconds: int, connections: int) -> float:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *more, url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed, rate = FAILED.search(output), RATE.search(output)
    if failed or not rate:
        raise SystemExit(f"bench: {url} failed under load:\n{output}")
    return float(rate[1])


@contextmanager
def darkroom(data: Path, **settings: str) -> Iterator[str]:
    """A front end of its own, embedded, with the sample library; gives its URL when the first scan is over."""
    port = free_port()
    environ = _environ(data) | {"PORT": str(port)} | settings
    with running([sys.executable, "-m", "launch", "serve"], environ) as process:
        assert process.stderr  # noqa: S101 - it is a pipe
        for line in process.stderr:
            if line.startswith("scanned:"):
                break
        yield f"http://127.0.0.1:{port}"


@contextmanager
def constant_app(folder: Path, content: bytes) -> Iterator[str]:
    """The app that answers with `content`; gives its URL."""
    file, port = folder / "constant.jpg", free_port()
    file.write_bytes(content)
    with running([sys.executable, "-m", "bench.constant", str(port), str(file)], dict(os.environ)):
        url = f"http://127.0.0.1:{port}"
        fetch(f"{url}/{API}/getPhoto")
        yield url


@contextmanager
def running(command: list[str], environ: dict[str, str]) -> "Iterator[subprocess.Popen[str]]":
    """A process, ended afterwards."""
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def fetch(url: str) -> httpx.Response:
    """An answer of 200; waits for a server that is starting."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return httpx.get(url).raise_for_status()
        except httpx.ConnectError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def free_port() -> int:
    """A TCP port of loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _share(data: Path, photoid: str) -> str:
    command = [sys.executable, "-m", "catalog", "share", "add", "--query", f"photoid:{photoid}"]
    environ = _environ(data) | {"ROBOT_ROOT_0_PATH": str(data / "sample")}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.strip()


def _environ(data: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"DATA_DIR": str(data), "DARKROOM_TOML": os.devnull}


if __name__ == "__main__":
    sys.exit(main())
