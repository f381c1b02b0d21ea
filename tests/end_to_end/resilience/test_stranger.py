"""The stranger: ten minutes of all that can be done to a server without an account, while a family looks at photos."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.catalog.beneath.deep import remove
from tests.end_to_end.people import sign_in
from tests.end_to_end.resilience import stranger
from tests.end_to_end.resilience.stranger.files import plant
from tests.end_to_end.resilience.stranger.street import HOUSE, Street, possible, street
from tests.end_to_end.servers import PROJECT, Server, eventually, offspring, serving
from tests.photos import colours, save_jpeg, solid

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not possible(), reason="network namespaces need root, and a kernel that gives them"),
]

SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
ALONE_SECONDS = min(60.0, SOAK_SECONDS)
FILLING_SECONDS = SOAK_SECONDS / 3  # until caches and memos are full, of which none is large here
MEMORY_TIER = 16 << 20  # bytes
STRANGERS, FAMILY = 50, 5
PHOTOS = 40
SLOWER = 3.0  # times, of a hit's p99
KEPT = 100  # descriptors, for the next who ask: connections to the catalogue, and processes that decode
LINES = 2_000  # of log in all that time, that a person can look through
PEOPLE = tuple(f"member{number}" for number in range(FAMILY))


@pytest.fixture
def outside() -> Iterator[Street]:
    with street(STRANGERS + FAMILY) as made:
        yield made


def processes(server: Server) -> list[Path]:
    """All of the server's, below /proc."""
    own = [each.process.pid for name, each in (("front", server.front), *server.others.items()) if name != "redis"]
    return [Path(f"/proc/{pid}") for first in own for pid in (first, *offspring(first))]


def memory(server: Server) -> int:
    """Kilobytes that its processes have for themselves, together."""
    rows = []
    for each in processes(server):
        with suppress(ProcessLookupError, FileNotFoundError):  # a decoder that has ended meanwhile
            rows.append((each / "smaps_rollup").read_text())
    return sum(int(kilobytes) for row in rows for kilobytes in re.findall(r"^Private_\w+: +(\d+)", row, re.MULTILINE))


def descriptors(server: Server) -> int:
    """Descriptors that its processes have open."""
    found = 0
    for each in processes(server):
        with suppress(FileNotFoundError):
            found += len(list((each / "fd").iterdir()))
    return found


def plan(server: Server, addresses: tuple[str, ...]) -> str:
    """Who of the family looks at which photos; all are cached from now on."""
    people = []
    for uid, address in zip(PEOPLE, addresses, strict=True):
        server.manage("user", "add", uid, "--password", uid)
        apisid = sign_in(server, uid, uid).json()["apisid"]
        paths = [
            f"/picapportapi/1.0/getPhoto?photoid={quote(photoid, safe='')}&width=256&height=256&apisid={apisid}"
            for photoid in server.photos().values()
        ]
        for path in paths:
            assert server.get(path).status_code == 200
        people.append({"address": address, "paths": paths})
    return json.dumps(people)


def start(outside: Street, program: str, *arguments: str, nice: int = 0) -> subprocess.Popen[str]:
    """A program of the street's. Strangers have machines of their own: here they take the cores that nobody wants.

    Linux shares those between sessions first, where it has autogroups (sched(7)): a session has a niceness, too.
    """
    command = [*outside.go, "nice", f"-n{nice}", sys.executable, "-m", f"{stranger.__name__}.{program}", *arguments]
    started = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    autogroup = Path(f"/proc/{started.pid}/autogroup")
    if autogroup.exists():
        autogroup.write_text(str(nice))
    return started


def outcome(program: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
    """What it printed."""
    printed, _ = program.communicate(timeout=seconds + 120)
    assert program.returncode == 0
    return dict(json.loads(printed))


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A folder of photos into which strangers put what they want."""
    folder = tmp_path / "photos/shared"
    folder.mkdir(parents=True)
    yield folder
    remove(folder)


@pytest.mark.parametrize("way", ["embedded", "distributed"])
def test_a_family_looks_at_photos_whatever_strangers_do(
    outside: Street, shared: Path, way: str, tmp_path: Path
) -> None:
    for number, colour in enumerate(colours(PHOTOS)):
        save_jpeg(tmp_path / f"photos/{number:02}.jpg", solid(1600, 1200, colour))
    strangers, family = outside.addresses[:STRANGERS], outside.addresses[STRANGERS:]
    settings = {"SERVER_HOST": HOUSE, "CACHE_MEMORY_BYTES": str(MEMORY_TIER)}
    with serving(tmp_path / "photos", tmp_path / "data", way, **settings) as server:
        (tmp_path / "plan").write_text(plan(server, family))

        def look(seconds: float) -> dict[str, Any]:
            return outcome(start(outside, "family", server.url, str(seconds), str(tmp_path / "plan")), seconds)

        alone = look(ALONE_SECONDS)
        quiet = descriptors(server)

        attacks = start(outside, "attacks", server.url, str(SOAK_SECONDS), *strangers, nice=19)
        plant(shared)
        early = look(FILLING_SECONDS)
        before, lines = memory(server), len(server.front.lines)
        late = look(max(SOAK_SECONDS - FILLING_SECONDS - 10, 10))
        after, open_late = memory(server), descriptors(server)
        tried = outcome(attacks, ALONE_SECONDS)

        print(f"\n{way}: alone {alone}\nat first {early}\nthen {late}\nattacks {json.dumps(tried, indent=1)}")
        print(f"memory {before} -> {after} kB, lines of log {len(server.front.lines) - lines}")
        print(f"descriptors {quiet} before, {open_late} in the storm, {descriptors(server)} after it")
        assert set(late["statuses"]) == {"200"}
        assert late["p99"] <= SLOWER * alone["p99"]
        assert after < 1.2 * before  # SQLite's pages are not all there yet: 2 MB for each of 16 connections
        eventually(lambda: descriptors(server) < quiet + KEPT, True)
        log = "".join(line for each in (server.front, *server.others.values()) for line in each.lines)
        assert "Traceback" not in log
        assert log.count("\n") < LINES
        eventually(lambda: server.get("/ready").status_code, 200, 60)
        query = server.api("runQuery", query="*").json()
        assert server.get(f"/api/photos?vid={query['vid']}").status_code == 200
