"""Minutes of what goes wrong: a storm of misses; workers killed and Redis restarted while people look at photos."""

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from api.render_responder import REMEMBERED
from bench.clients.crowd import Answer, Client
from tests.end_to_end.servers import Server, children, eventually, redis_server, serving, start_worker
from tests.photos import colours, save_jpeg, shows, solid

pytestmark = pytest.mark.soak

SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
STORM_SECONDS = 30.0
KILL_EVERY = 20.0
REDIS_AWAY = 5.0
DEADLINE = 30.0  # render.timeout
COLOURS = colours(20)
# As much as the memory tier may hold is held soon, so that what grows after that is a leak.
SETTINGS = {"PROCESSES": "2", "CACHE_MEMORY_BYTES": "4MB"}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Twenty photos, each of a colour of its own."""
    folder = tmp_path / "photos"
    for number, colour in enumerate(COLOURS):
        save_jpeg(folder / f"{number:02}.jpg", solid(1600, 1200, colour))
    return folder


class Crowd:
    """Clients that ask for tiles without end, and look at each answer."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ids = [quote(server.photos()[f"{number:02}.jpg"], safe="") for number in range(len(COLOURS))]
        self._distinct = iter(range(10**9))
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.wrong: list[str] = []
        self.slowest = 0.0

    async def warm(self) -> None:
        """Asks once for each photo in the size that will be a hit."""
        for number, photoid in enumerate(self._ids):
            path = f"/picapportapi/1.0/getPhoto?photoid={photoid}&width=96&height=96&quality=0.96"
            client = Client(self._server.url)
            self.check("first", await client.get(path), (96, 96), number)
            client.hang_up()

    async def fill(self) -> None:
        """Asks for more sizes than a front end remembers the keys of, none of which need be rendered."""
        await asyncio.gather(*(self._ask_for_sizes(first, 3 * REMEMBERED) for first in range(16)))

    async def _ask_for_sizes(self, first: int, count: int) -> None:
        client = Client(self._server.url)
        for number in range(first, count, 16):
            path = f"/picapportapi/1.0/getPhoto?photoid={self._ids[number % len(self._ids)]}&width={1 + number // 100}"
            path += f"&quality={number % 100 / 100}"
            assert (await client.get(path, If_None_Match="*")).status == 304
        client.hang_up()

    async def look(self, end: float, misses: float, pause: float = 0.0) -> None:
        """One client until `end`, of whose requests that part is for what no cache has."""
        client = Client(self._server.url)
        while time.monotonic() < end:
            photo, miss = random.randrange(len(COLOURS)), random.random() < misses
            number = next(self._distinct) if miss else 0
            size = (100 + number % 500, 100 + number // 500) if miss else (96, 96)
            path = f"/picapportapi/1.0/getPhoto?photoid={self._ids[photo]}&width={size[0]}&height={size[0]}"
            path += f"&quality={size[1] % 100 / 100}"
            try:
                answer = await asyncio.wait_for(client.get(path), DEADLINE + 10)
                self.check("miss" if miss else "hit", answer, (size[0], size[0]), photo)
            except (OSError, EOFError, TimeoutError) as error:
                self.wrong.append(f"no answer: {error!r}")
                client.hang_up()
            await asyncio.sleep(pause)
        client.hang_up()

    def check(self, kind: str, answer: Answer, size: tuple[int, int], photo: int) -> None:
        """Notes what came, and whether it is what was asked for."""
        self.statuses[kind, answer.status] += 1
        self.slowest = max(self.slowest, answer.seconds)
        if answer.status == 200:
            if not shows(answer.body, size, COLOURS[photo], near=40):
                self.wrong.append(f"photo {photo} in {size} is another image")
        elif answer.status != 503 or "retry-after" not in answer.headers:
            self.wrong.append(f"{answer.status}: {answer.body!r}")


def resident(server: Server) -> list[int]:
    """Kilobytes of memory of each front end."""
    lines = [Path(f"/proc/{pid}/status").read_text() for pid in children(server.front.process.pid)]
    return [int(text.split("VmRSS:")[1].split()[0]) for text in lines]


def flat(before: list[int], after: list[int]) -> bool:
    """Whether no front end has grown by more than a tenth."""
    return all(later < 1.1 * earlier for earlier, later in zip(before, after, strict=True))


def test_a_storm_of_misses_leaves_hits_alone_and_nobody_hanging(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed", **SETTINGS) as server:
        crowd = Crowd(server)
        asyncio.run(crowd.warm())
        asyncio.run(crowd.fill())

        async def storm(seconds: float) -> None:
            end = time.monotonic() + seconds
            misses = [crowd.look(end, 1.0, pause=0.2) for _ in range(400)]
            await asyncio.gather(*misses, *(crowd.look(end, 0.0) for _ in range(4)))

        asyncio.run(storm(STORM_SECONDS / 3))  # the caches are full, and all threads have been busy once
        before = resident(server)
        asyncio.run(storm(STORM_SECONDS))
        assert crowd.wrong == []
        assert crowd.slowest < DEADLINE + 5
        hits = {status for kind, status in crowd.statuses if kind == "hit"}
        assert hits == {200}, crowd.statuses
        assert crowd.statuses["miss", 503] > 0, "this was no storm"
        assert flat(before, resident(server))
        eventually(lambda: server.get("/ready").status_code, 200, 60)


class Trouble:
    """What befalls the server: its worker is killed again and again, and its Redis twice."""

    def __init__(self, server: Server, folder: Path, closing: ExitStack) -> None:
        self._server = server
        self._folder = folder
        self._closing = closing
        self.readies = 0

    def run(self, end: float) -> None:
        """Makes trouble until `end`; after each the server has to become ready by itself."""
        began = time.monotonic()
        restarts = [began + (end - began) * part for part in (1 / 3, 2 / 3)]
        while time.monotonic() + KILL_EVERY < end:
            threading.Event().wait(KILL_EVERY)
            self._server.others["worker"].stop(signal.SIGKILL)
            self._server.others["worker"] = start_worker(self._server.environ)
            self._ready()
            if restarts and time.monotonic() > restarts[0]:
                restarts.pop(0)
                self._restart_redis(len(restarts))
                self._ready()

    def _restart_redis(self, number: int) -> None:
        self._server.others["redis"].stop(signal.SIGKILL)
        threading.Event().wait(REDIS_AWAY)
        port = int(self._server.environ["REDIS_URL"].split(":")[-1].partition("/")[0])
        _, process = self._closing.enter_context(redis_server(self._folder / f"redis-{number}", port))
        self._server.others["redis"] = process

    def _ready(self) -> None:
        # A client of its own: the server's is for one thread.
        eventually(lambda: httpx.get(f"{self._server.url}/ready", timeout=30).status_code, 200, 60)
        self.readies += 1


@pytest.fixture
def server(library: Path, tmp_path: Path) -> Iterator[Server]:
    with serving(library, tmp_path / "data", "distributed", **SETTINGS) as running:
        yield running


def test_ten_minutes_of_faults(server: Server, tmp_path: Path) -> None:
    crowd = Crowd(server)
    asyncio.run(crowd.warm())
    asyncio.run(crowd.fill())

    async def look(end: float) -> None:
        await asyncio.gather(*(crowd.look(end, 0.3, pause=0.05) for _ in range(12)))

    asyncio.run(look(time.monotonic() + SOAK_SECONDS / 10))
    before = resident(server)
    end = time.monotonic() + SOAK_SECONDS
    with ExitStack() as closing, ThreadPoolExecutor(1) as pool:
        trouble = Trouble(server, tmp_path, closing)
        troubling = pool.submit(trouble.run, end)
        asyncio.run(look(end))
        troubling.result(120)
        print(f"\n{dict(crowd.statuses)}, ready {trouble.readies} times, {before} kB before, {resident(server)} after")
        assert crowd.wrong == []
        assert crowd.slowest < DEADLINE + 5
        assert {status for kind, status in crowd.statuses if kind == "hit"} == {200}
        assert crowd.statuses["miss", 200] > 0
        assert flat(before, resident(server))
