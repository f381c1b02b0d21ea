"""Workers whose clocks are others than the front end's, and photos that take longer than anybody waits."""

import re
import sys
from pathlib import Path

import pytest

from tests.end_to_end.servers import TAKES, Process, Server, eventually, serving
from tests.photos import save_jpeg, shows, slow_to_read, solid

RED, BLUE = (200, 30, 30), (30, 30, 200)

# Another clock than this machine's, for Python code and so for Celery's and kombu's too.
WITH_A_CLOCK = """
import runpy, sys, time
tell, ns, began = time.time, time.time_ns, time.monotonic()
def wrong(): return {wrong}
time.time = lambda: tell() + wrong()
time.time_ns = lambda: ns() + int(wrong() * 1e9)
sys.argv = ['workers', 'run', '--queues', 'interactive,prefetch']
runpy.run_module('workers', run_name='__main__')
"""

# Seconds by which it goes wrong.
CLOCKS = {"ahead": "120", "behind": "-120", "a day ahead": "100_000", "jumping": "(time.monotonic() - began) % 7 * 60"}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A small photo and one that takes a worker a while."""
    photos = tmp_path / "photos"
    save_jpeg(photos / "a.jpg", solid(400, 300, RED))
    slow_to_read(photos / "slow.jpg", BLUE)
    return photos


def sent(server: Server) -> int:
    """How many messages Redis has been given for its queues."""
    from redis import Redis

    with Redis.from_url(server.environ["REDIS_URL"]) as redis:
        stats = redis.info("commandstats")
    return sum(int(stats.get(f"cmdstat_{name}", {"calls": 0})["calls"]) for name in ("lpush", "rpush"))


def asked(server: Server, path: str, width: int) -> int:
    """The status of getPhoto."""
    return server.photo(server.photos()[path], f"&width={width}").status_code


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_worker_s_clock_is_of_no_account(library: Path, tmp_path: Path, clock: str) -> None:
    with serving(library, tmp_path / "data", "distributed", QUEUES="") as server:
        program = WITH_A_CLOCK.format(wrong=CLOCKS[clock])
        worker = server.others["worker"] = Process([sys.executable, "-c", program], server.environ)
        worker.wait_for(TAKES)
        eventually(lambda: server.get("/ready").json()["parts"]["worker"], "ok")
        before = sent(server)
        answer = server.photo(server.photos()["a.jpg"], "&width=120")
        assert (answer.status_code, shows(answer.content, (120, 90), RED)) == (200, True)
        assert sent(server) - before <= 2  # one, and once more where the worker was slow to begin


@pytest.mark.parametrize("way", ["embedded", "distributed"])
def test_a_photo_that_takes_longer_than_anybody_waits_is_there_the_next_time(
    library: Path, tmp_path: Path, way: str
) -> None:
    with serving(library, tmp_path / "data", way, RENDER_TIMEOUT="0.1") as server:
        assert asked(server, "slow.jpg", 320) == 503
        eventually(lambda: asked(server, "slow.jpg", 320), 200)
        assert server.renders() == 1  # and nobody began anew meanwhile


@pytest.mark.parametrize("way", ["embedded", "distributed"])
def test_a_photo_that_takes_longer_than_a_render_may_is_told_so_and_not_tried_again(
    library: Path, tmp_path: Path, way: str
) -> None:
    """Those who waited were gone when it failed; the next who asks hears of it, and whoever comes after him."""
    limits = {"RENDER_TIMEOUT": "0.1", "RENDER_MAX_SECONDS": "0.1"}
    with serving(library, tmp_path / "data", way, **limits) as server:
        assert asked(server, "slow.jpg", 320) == 503
        eventually(lambda: asked(server, "slow.jpg", 320), 501)
        told = server.photo(server.photos()["slow.jpg"], "&width=80").json()["detail"]
        assert re.search(r"longer to render than render\.max\.seconds allows: 0\.1 s", told)
        assert server.metric("darkroom_renders_total") == 1
    with serving(library, tmp_path / "data", way, RENDER_TIMEOUT="30") as server:  # under another set-up
        assert asked(server, "slow.jpg", 320) == 200
