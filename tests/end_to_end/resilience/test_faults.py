"""What goes wrong on a real machine, each with the real processes: a clear answer, and nothing lost."""

import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from redis import Redis

from tests.end_to_end.servers import (
    PROJECT,
    Process,
    Server,
    children,
    environ,
    eventually,
    free_port,
    redis_server,
    serving,
    start_gated_worker,
    start_worker,
)
from tests.photos import decoded, save_jpeg, shows, solid

PHOTO = "/picapportapi/1.0/getPhoto?photoid="
RED, BLUE = (200, 30, 30), (30, 30, 200)
WAYS = pytest.mark.parametrize("way", ["embedded", "distributed"])


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """One red photo."""
    return save_jpeg(tmp_path / "photos" / "a.jpg", solid(400, 300, RED)).parent


@WAYS
def test_a_photo_edited_since_the_scan_is_shown_as_it_is_now(library: Path, tmp_path: Path, way: str) -> None:
    with serving(library, tmp_path / "data", way) as server:
        photoid = server.photos()["a.jpg"]
        assert server.photo(photoid, "&width=200").status_code == 200
        save_jpeg(library / "a.jpg", solid(300, 600, BLUE))
        image = decoded(server.photo(photoid, "&width=100").content)
        assert image.size == (100, 200)
        pixel = image.getpixel((50, 50))
        assert isinstance(pixel, tuple)
        assert pixel[2] > 180
        (library / "a.jpg").unlink()
        assert server.photo(photoid, "&width=101").status_code == 404
        assert server.photo(photoid, "&width=100").status_code in (200, 404)  # cached, or forgotten


@WAYS
def test_a_disk_that_is_full_or_gone_still_serves(library: Path, tmp_path: Path, way: str) -> None:
    with serving(library, tmp_path / "data", way) as server:
        photoid = server.photos()["a.jpg"]
        eventually(lambda: ruined(tmp_path / "data" / "renders"), True)
        answer = server.photo(photoid, "&width=120")
        assert (answer.status_code, decoded(answer.content).width) == (200, 120)


def ruined(renders: Path) -> bool:
    """Puts a file where the folder should be, which takes nothing, unless a process has made the folder anew."""
    shutil.rmtree(renders, ignore_errors=True)
    with suppress(FileExistsError):
        renders.touch(exist_ok=False)
    return renders.is_file()


def is_red(answer: httpx.Response, width: int) -> bool:
    """Whether it is the red photo in that width."""
    return answer.status_code == 200 and shows(answer.content, (width, width * 3 // 4), RED)


def refused_within(server: Server, query: str, seconds: float) -> bool:
    """Whether a miss is 503 in time, with more for a noisy machine, yet less than it takes redis-py to give up by
    itself; the client's timeout is the judge.
    """
    answer = server.get(f"{PHOTO}{quote(server.photos()['a.jpg'], safe='')}{query}", timeout=seconds + 10)
    return (answer.status_code, "Retry-After" in answer.headers) == (503, True)


# What is done to Redis, and within how many seconds a miss then has to be refused.
ILL_REDIS = pytest.mark.parametrize(("number", "seconds"), [(signal.SIGKILL, 1.0), (signal.SIGSTOP, 2.0)])


@ILL_REDIS
def test_redis_ill_hits_go_on_and_misses_are_503(
    library: Path, tmp_path: Path, number: signal.Signals, seconds: float
) -> None:
    """Gone, or accepting and silent; and when it is back, empty or as it was, all goes on by itself."""
    with serving(library, tmp_path / "data", "distributed") as server:
        photoid, redis = server.photos()["a.jpg"], server.others["redis"]
        port = int(server.environ["REDIS_URL"].split(":")[-1].partition("/")[0])
        assert is_red(server.photo(photoid, "&width=52"), 52)
        os.kill(redis.process.pid, number)
        for width in (56, 60, 64):
            assert refused_within(server, f"&width={width}", seconds)
            assert is_red(server.photo(photoid, "&width=52"), 52)
        ready = server.get("/ready")
        assert (ready.status_code, ready.json()["parts"]["broker"]) == (503, "the broker does not answer")
        assert server.get("/health").status_code == 200
        with ExitStack() as closing:
            if number == signal.SIGKILL:
                redis.stop()
                closing.enter_context(redis_server(tmp_path / "another", port))
            else:
                os.kill(redis.process.pid, signal.SIGCONT)
            # Workers take tasks again within 5 s, after the second that nobody asks a Redis that has just failed.
            eventually(lambda: is_red(server.photo(photoid, "&width=68"), 68), True)
            eventually(lambda: server.get("/ready").status_code, 200)


def test_a_worker_killed_in_mid_render_is_made_good_by_the_next(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed", QUEUES="") as server:
        server.others["worker"], _ = start_gated_worker(server.environ, tmp_path)
        answers = asking(server, "a.jpg", 320)
        in_mid_render(server)
        server.others["worker"].stop(signal.SIGKILL)
        server.others["worker"] = start_worker(server.environ)
        assert is_red(answers.get(timeout=60), 320)


def test_a_photo_that_brings_its_worker_down_is_tried_three_times(library: Path, tmp_path: Path) -> None:
    save_jpeg(library / "b.jpg", solid(400, 300, BLUE))
    with serving(library, tmp_path / "data", "distributed", QUEUES="", RENDER_TIMEOUT="60") as server:
        server.others["worker"], gate = start_gated_worker(server.environ, tmp_path)
        worker = server.others["worker"]
        answers = asking(server, "b.jpg", 320)
        for death in (1, 2, 3):
            in_mid_render(server, deaths=death - 1)
            for pid in children(worker.process.pid):
                os.kill(pid, signal.SIGKILL)
            eventually(lambda: sum("brought its process down" in line for line in worker.lines), death)
        answer = answers.get(timeout=60)
        assert (answer.status_code, "brings the renderer down" in answer.json()["detail"]) == (500, True)
        assert server.photo(server.photos()["b.jpg"], "&width=320").status_code == 500
        gate.open()
        assert is_red(server.photo(server.photos()["a.jpg"], "&width=40"), 40)
        assert server.metric("darkroom_queue_length") == 0


def test_a_worker_that_is_stopped_finishes_its_render_and_gives_back_the_rest(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed", QUEUES="") as server:
        server.others["worker"], gate = start_gated_worker(server.environ, tmp_path)
        worker = server.others["worker"]
        first = asking(server, "a.jpg", 320)
        in_mid_render(server)
        rest = {width: asking(server, "a.jpg", width) for width in (40, 44, 48)}
        eventually(lambda: server.metric("darkroom_flights"), 4)
        before = server.renders()
        worker.tell(signal.SIGTERM)
        worker.wait_for("[Ww]arm shutdown|stopping")
        gate.open()
        assert worker.end() == 0
        assert is_red(first.get(timeout=60), 320)
        assert server.renders() == before + 1
        server.others["worker"] = start_worker(server.environ)
        assert [is_red(each.get(timeout=60), width) for width, each in rest.items()] == [True] * 3


def asking(server: Server, path: str, width: int) -> "queue.Queue[httpx.Response]":
    """Asks for a photo on a thread; the answer comes in the queue."""
    answers: queue.Queue[httpx.Response] = queue.Queue()
    photoid = server.photos()[path]
    threading.Thread(target=lambda: answers.put(server.photo(photoid, f"&width={width}")), daemon=True).start()
    return answers


def in_mid_render(server: Server, deaths: int = 0) -> None:
    """Waits until a worker has begun the one render there is, after so many that have died of it."""
    with Redis.from_url(server.environ["REDIS_URL"]) as redis:

        def begun() -> tuple[list[bytes | None], list[bytes | None]]:
            states = [redis.hget(each, "state") for each in redis.keys("darkroom:flight:*")]
            return states, [redis.get(each) for each in redis.keys("darkroom:deaths:*")]

        eventually(begun, ([b"begun"], [b"%d" % deaths] if deaths else []))


def test_without_a_worker_503_in_time_and_the_next_worker_makes_it(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed", RENDER_TIMEOUT="2") as server:
        photoid = server.photos()["a.jpg"]
        server.others["worker"].stop(signal.SIGKILL)
        answer = server.photo(photoid, "&width=60")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        # Until shortly after its last word, a worker is taken to live.
        eventually(lambda: server.get("/ready").json()["parts"]["worker"], "no worker answers")
        server.others["worker"] = start_worker(server.environ)
        assert server.photo(photoid, "&width=60").status_code == 200


def test_more_waiters_than_places_are_told_at_once(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed", SERVER_WAITING_PLACES="1", RENDER_TIMEOUT="60") as server:
        photoid = server.photos()["a.jpg"]
        os.killpg(server.others["worker"].process.pid, signal.SIGSTOP)
        first: list[int] = []
        waiter = threading.Thread(target=lambda: first.append(server.photo(photoid, "&width=60").status_code))
        waiter.start()
        eventually(lambda: server.metric("darkroom_flights"), 1)
        assert server.photo(photoid, "&width=61").status_code == 503
        assert server.metric("darkroom_shed_total") == 1
        os.killpg(server.others["worker"].process.pid, signal.SIGCONT)
        waiter.join()
        assert first == [200]


def test_without_a_default_user_nobody_sees_anything(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "embedded", WEBAPI_DEFAULT_UID="nobody") as server:
        assert server.photo(server.photos()["a.jpg"]).status_code == 403


def launch(way: str, variables: dict[str, str]) -> Process:
    """`make serve` or `make up`, less the set-up."""
    return Process([sys.executable, "-m", "launch", way], variables)


@pytest.mark.parametrize("way", ["serve", "up"])
def test_a_first_start_and_a_second_one(tmp_path: Path, way: str) -> None:
    variables = environ(None, tmp_path / "data", PORT=str(free_port())) | {"DATA": str(tmp_path / "data")}
    del variables["WEBAPI_DEFAULT_UID"], variables["SERVER_PORT"]
    for start in (1, 2):
        process = launch(way, variables)
        url = process.wait_for(r"serving on (http://\S+)")[1]
        process.wait_for("scanned: 12 added" if start == 1 else "12 unchanged")
        settings = variables | {"ROBOT_ROOT_0_PATH": str(tmp_path / "data" / "sample")}
        listing = subprocess.run(
            [sys.executable, "-m", "catalog", "photos"],
            cwd=PROJECT,
            env=settings,
            capture_output=True,
            text=True,
            check=True,
        )
        photoid = listing.stdout.split()[0].replace("+", "%2B")
        answer = httpx.get(f"{url}/picapportapi/1.0/getPhoto?photoid={photoid}&width=64", timeout=60)
        assert (answer.status_code, decoded(answer.content).width) == (200, 64)
        assert any("made the user guest" in line for line in process.lines) is (start == 1)
        assert process.stop() == 0, "".join(process.lines)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PHOTOS": "/no/such/folder"}, "/no/such/folder"),
        ({"RENDER_TIMEOUT": "soon", "SERVER_THREADS": "x"}, "server.threads is 'x'"),
        ({"DATA": "/proc/darkroom"}, "/proc/darkroom"),
    ],
)
def test_what_keeps_a_start_from_going_on_is_said(tmp_path: Path, variables: dict[str, str], words: str) -> None:
    process = launch("serve", environ(None, tmp_path / "data") | variables)
    process.wait_for(words.replace(".", r"\."))
    assert process.process.wait(60) in (1, 2)
    process.stop()
    assert "Traceback" not in "".join(process.lines)


def test_a_port_in_use_is_said(library: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = Process([sys.executable, "-m", "api"], environ(library, tmp_path / "data", SERVER_PORT=port))
        process.wait_for(f"127.0.0.1:{port} can't be listened on")
        assert process.process.wait(60) == 1
        process.stop()
