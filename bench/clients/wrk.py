"""Load by wrk (Debian: apt-get install wrk), and what it says."""

import asyncio
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
COUNT = re.compile(r"(\d+) requests in ")
LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)$", re.MULTILINE)
REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
BROKEN = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
TIMEOUT = 60  # seconds after which wrk counts a request as failed

# Asks for the paths in the file by turns, each thread from its own place on.
SCRIPT = """local paths = {}
for line in io.lines("@FILE@") do paths[#paths + 1] = line end
local at = math.random(#paths)
request = function()
    at = at % #paths + 1
    return wrk.format("GET", paths[at])
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second, the 50th and the 99th of 100 in milliseconds, how many were answered, and how many of these
    not with 2xx."""

    rate: float
    p50: float
    p99: float
    count: int
    failed: int = 0


class LoadError(Exception):
    """wrk said something else than what was asked of it."""


def parse(output: str) -> Load:
    """What wrk printed with --latency.

    Raises:
        LoadError: there is no figure in it.
    """
    rate, count = RATE.search(output), COUNT.search(output)
    late = {part: float(value) * MILLISECONDS[unit] for part, value, unit in LATENCY.findall(output)}
    if not rate or not count or late.keys() != {"50", "99"}:
        raise LoadError(f"wrk did not say how fast it went:\n{output}")
    refused, broken = REFUSED.search(output), BROKEN.search(output)
    failed = (int(refused[1]) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0)
    return Load(float(rate[1]), late["50"], late["99"], int(count[1]), failed)


def load(url: str, connections: int, seconds: int, headers: Sequence[str] = ()) -> Load:
    """Asks for a URL as fast as it is answered.

    Raises:
        LoadError: some of the answers were not 2xx or 3xx, or there were none.
    """
    output = subprocess.run(_command(url, connections, seconds, headers), capture_output=True, text=True, check=True)
    measured = parse(output.stdout)
    if measured.failed:
        raise LoadError(f"{url} failed under load:\n{output.stdout}")
    return measured


async def load_meanwhile(url: str, connections: int, seconds: int) -> Load:
    """The same while others go on; failures are counted, not raised.

    Raises:
        LoadError: there was no answer at all.
    """
    command = _command(url, connections, seconds, ())
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    return parse((await process.communicate())[0].decode())


def script(folder: Path, paths: Sequence[str]) -> Path:
    """A script for `load_many` that asks for the paths in turn."""
    listing, lua = folder / "paths.txt", folder / "paths.lua"
    listing.write_text("\n".join(paths) + "\n")
    lua.write_text(SCRIPT.replace("@FILE@", str(listing)))
    return lua


def load_many(base: str, lua: Path, connections: int, seconds: int, headers: Sequence[str] = ()) -> Load:
    """Asks for the paths of a script; raises as `load` does."""
    command = [*_command(base, connections, seconds, headers), "-s", str(lua)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    measured = parse(output)
    if measured.failed:
        raise LoadError(f"{base} failed under load:\n{output}")
    return measured


def _command(url: str, connections: int, seconds: int, headers: Sequence[str]) -> list[str]:
    more = [part for header in headers for part in ("-H", header)]
    return ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={TIMEOUT}s", "--latency", *more, url]
