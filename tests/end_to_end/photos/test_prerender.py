"""Rendering in advance with the real processes: whatever ends meanwhile, every photo is accounted for once."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.end_to_end.conftest import WAYS
from tests.end_to_end.servers import PROJECT, Process, Server, environ, serving, start_front, start_worker
from tests.photos import header_alone, save_jpeg, solid

PATIENCE = 90.0
SIZES = ["tile160", "300x"]
SLOW = "1600x"


def eventually(look: Callable[[], object], wanted: object) -> None:
    """As the servers' own, but for waits in which the cores are to render."""
    end = time.monotonic() + PATIENCE
    while (seen := look()) != wanted:
        assert time.monotonic() < end, seen
        time.sleep(0.05)


def make_library(folder: Path) -> Path:
    """Six quick photos, one damaged, and in `slow/` twenty of noise, of which a render in SLOW takes a while."""
    for number in range(6):
        save_jpeg(folder / f"quick/{number}.jpg", solid(400, 300, (40 * number, 200, 30)))
    noise = Image.effect_noise((1000, 750), 60)
    whole = save_jpeg(folder / "slow/0.jpg", noise.convert("RGB")).read_bytes()
    for number in range(1, 20):
        (folder / f"slow/{number}.jpg").write_bytes(whole)
    (folder / "quick/damaged.jpg").write_bytes(header_alone(whole))
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The photos, which no test changes."""
    return make_library(tmp_path_factory.mktemp("prerendered") / "photos")


@pytest.fixture(scope="module", params=WAYS)
def server(request: pytest.FixtureRequest, library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a worker for the background, whose guest is an admin."""
    photos = shutil.copytree(library, tmp_path_factory.mktemp(request.param) / "photos")
    more = {"PRERENDER_SIZES": "tile160", "ROBOT_ROOT_0_PATH": str(photos), "PRERENDER_AUTO": "true"}
    with serving(photos, photos.parent / "data", request.param, **more) as running:
        make_admin(running)
        if request.param == "distributed":
            running.others["background"] = start_worker(running.environ, "--concurrency", "1", queues="background")
        eventually(lambda: [each["state"] for each in jobs(running) if each["origin"] == "arrivals"], ["done"])
        yield running


def make_admin(server: Server) -> None:
    assert server.command("catalog", "user", "set", "guest", "--admin").returncode == 0
    eventually(lambda: server.get("/api/jobs").status_code, 200)


def jobs(server: Server) -> list[dict[str, Any]]:
    return list(server.get("/api/jobs").json()["jobs"])


def start(server: Server, query: str = "*", sizes: list[str] | None = None) -> dict[str, Any]:
    """Starts a job."""
    answer = server.client.post(f"{server.url}/api/jobs", json={"query": query, "sizes": sizes or SIZES})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def job(server: Server, number: int) -> dict[str, Any]:
    return dict(server.get(f"/api/jobs/{number}").json())


def turn(server: Server, number: int, how: str) -> dict[str, Any]:
    answer = server.client.post(f"{server.url}/api/jobs/{number}/{how}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ended(server: Server, number: int) -> dict[str, Any]:
    """The job when it is done; every photo is accounted for."""
    eventually(lambda: job(server, number)["state"], "done")
    found = job(server, number)
    assert found["done"] + found["skipped"] + found["failed"] == found["total"]
    assert (found["secondsLeft"], found["ended"] >= found["started"]) == (0, True)
    return found


def begun(server: Server, number: int, photos: int = 2) -> None:
    """Waits until some photos are rendered, so that others are under way."""
    eventually(lambda: job(server, number)["done"] >= photos, True)


def counted(found: dict[str, Any]) -> tuple[int, int, int]:
    return found["done"], found["skipped"], found["failed"]


def interactive(server: Server) -> float:
    text = server.get("/metrics").text
    lines = [line for line in text.splitlines() if line.startswith('darkroom_renders_total{queue="interactive"')]
    return sum(float(line.split()[-1]) for line in lines)


def test_what_is_rendered_in_advance_is_there_when_it_is_asked_for(server: Server) -> None:
    found = ended(server, start(server, "dir:quick")["id"])
    assert counted(found) == (6, 0, 1)
    (failure,) = found["failures"]
    assert failure["photoID"] == server.photos()["quick/damaged.jpg"]
    assert "damaged" in failure["reason"]
    assert "quick/damaged.jpg" in server.command("catalog", "failed").stdout
    before = interactive(server)
    for number in range(6):
        photoid = server.photos()[f"quick/{number}.jpg"]
        for query in ("&width=160&height=160", "&width=300"):
            assert server.photo(photoid, query).status_code == 200
    assert interactive(server) == before
    again = ended(server, start(server, "dir:quick")["id"])
    assert counted(again) == (0, 6, 1)
    more = ended(server, start(server, "dir:quick", [*SIZES, "200x"])["id"])
    assert counted(more) == (6, 0, 1)


def test_a_job_is_paused_resumed_and_cancelled(server: Server) -> None:
    number = start(server, "dir:slow", ["900x"])["id"]
    begun(server, number, 1)
    assert turn(server, number, "pause")["state"] == "paused"
    other = start(server, "dir:quick", ["150x"])["id"]  # what is paused stands in nobody's way
    assert counted(ended(server, other)) == (6, 0, 1)
    paused = job(server, number)  # what was under way is done by now
    assert (paused["state"], paused["secondsLeft"]) == ("paused", None)
    assert counted(ended(server, start(server, "dir:quick", ["151x"])["id"])) == (6, 0, 1)
    assert job(server, number)["done"] == paused["done"]
    assert turn(server, number, "resume")["state"] == "running"
    assert counted(ended(server, number)) == (20, 0, 0)
    last = start(server, "dir:slow", ["800x"])["id"]
    cancelled = turn(server, last, "cancel")
    assert cancelled["state"] == "cancelled"
    assert server.client.post(f"{server.url}/api/jobs/{last}/resume").status_code == 409
    rest = ended(server, start(server, "dir:slow", ["800x"])["id"])
    assert rest["skipped"] >= cancelled["done"]
    assert rest["done"] + rest["skipped"] == 20


def test_the_command_looks_on_where_a_server_runs(server: Server) -> None:
    done = server.command("workers", "prerender", "--query", "dir:slow", "--sizes", "tile160, 100x100")
    assert done.returncode == 0, done.stderr
    assert "20 photos in 160x160, 100x100" in done.stderr
    assert "done: 20 rendered, 0 cached before, 0 failed" in done.stderr
    broken = server.command("workers", "prerender", "--query", "dir:quick", "--sizes", "101x101")
    assert (broken.returncode, "quick/damaged.jpg" in broken.stderr) == (1, True)
    for arguments in (("--sizes", "poster"), ("--query", "(")):
        wrong = server.command("workers", "prerender", *arguments)
        assert (wrong.returncode in (1, 2), "Traceback" in wrong.stderr) == (True, False)


def test_photos_that_arrive_are_rendered_by_themselves(server: Server) -> None:
    before = len([each for each in jobs(server) if each["origin"] == "arrivals"])
    folder = Path(server.environ["ROBOT_ROOT_0_PATH"])
    save_jpeg(folder / "new/new.jpg", solid(320, 240, (9, 9, 200)))
    eventually(lambda: len([each for each in jobs(server) if each["origin"] == "arrivals"]), before + 1)
    newest = next(each for each in jobs(server) if each["origin"] == "arrivals")
    assert counted(ended(server, newest["id"])) == (1, 0, 0)


@pytest.fixture
def ruin(library: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of the distributed way that a test may do harm to; so far nobody renders in the background."""
    with serving(library, tmp_path / "data", "distributed") as running:
        make_admin(running)
        yield running


def restart_front(server: Server) -> None:
    """Kills the front end with -9, and starts another one at the same place."""
    server.front.stop(signal.SIGKILL)
    server.front = start_front(server.environ)
    server.url = server.front.wait_for(r"serving on (http://\S+)")[1]


def test_every_photo_is_accounted_for_whoever_is_killed(ruin: Server) -> None:
    number = start(ruin, "dir:slow", [SLOW])["id"]
    eventually(lambda: "No worker takes background renders" in job(ruin, number)["message"], True)
    ruin.others["background"] = start_worker(ruin.environ, "--concurrency", "2", queues="background")
    begun(ruin, number)
    assert job(ruin, number)["message"] == ""
    ruin.others["background"].stop(signal.SIGKILL)
    ruin.others["background"] = start_worker(ruin.environ, "--concurrency", "2", queues="background")
    begun(ruin, number, job(ruin, number)["done"] + 2)
    restart_front(ruin)
    assert counted(ended(ruin, number)) == (20, 0, 0)


def test_a_job_outlives_a_redis_that_comes_back_empty(ruin: Server) -> None:
    ruin.others["background"] = start_worker(ruin.environ, "--concurrency", "2", queues="background")
    number = start(ruin, "dir:slow", ["1400x"])["id"]
    begun(ruin, number)
    redis = ruin.others["redis"]
    arguments = [str(each) for each in redis.process.args]  # type: ignore[union-attr]
    redis.stop(signal.SIGKILL)
    ruin.others["redis"] = again = Process(arguments, os.environ)
    again.wait_for("Ready to accept connections")
    try:
        assert counted(ended(ruin, number)) == (20, 0, 0)
    finally:
        for process in (ruin.front, ruin.others["background"], ruin.others["worker"], again):
            process.stop()


@pytest.fixture(scope="module")
def offline(library: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a library that was scanned, and that no server shows."""
    variables = environ(library, tmp_path_factory.mktemp("offline") / "data")
    scan = [sys.executable, "-m", "catalog", "scan", "--quiet"]
    subprocess.run(scan, cwd=PROJECT, env=variables, check=False, capture_output=True)
    return variables


@contextmanager
def prerendering(variables: dict[str, str], *arguments: str) -> Iterator[Process]:
    """The command, while it runs; it is gone afterwards."""
    process = Process([sys.executable, "-m", "workers", "prerender", *arguments], variables)
    try:
        yield process
    finally:
        process.stop(signal.SIGKILL)


def prerender(variables: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The command's exit code, and all that it said."""
    with prerendering(variables, *arguments) as process:
        code = process.process.wait(PATIENCE)
    return code, "".join(process.lines)


def rendered(variables: dict[str, str], width: str) -> int:
    """How many renders of a width lie in the cache."""
    return len(
        [each for each in (Path(variables["DATA_DIR"]) / "renders").glob("*/*/*.jpg") if f".{width}" in each.name]
    )


def test_without_a_server_the_command_renders_and_goes_on_after_a_kill(offline: dict[str, str]) -> None:
    with prerendering(offline, "--query", "dir:slow", "--sizes", SLOW) as killed:
        number = killed.wait_for(r"job (\d+): 20 photos")[1]
        eventually(lambda: rendered(offline, SLOW) >= 2, True)
    code, said = prerender(offline, "--query", "dir:quick")
    assert (code, ": 7 photos" in said, "quick/damaged.jpg" in said) == (1, True, True), said
    code, said = prerender(offline, "--resume", number)  # jobs outlive processes
    assert code == 0, said
    counts = [int(word) for word in said.split(f"job {number} done: ")[1].split() if word.isdigit()]
    assert sum(counts) == rendered(offline, SLOW) == 20


def test_ctrl_c_pauses(offline: dict[str, str]) -> None:
    with prerendering(offline, "--query", "dir:slow", "--sizes", "1500x") as process:
        process.wait_for("20 photos")
        eventually(lambda: rendered(offline, "1500x") >= 2, True)
        assert process.stop(signal.SIGINT) == 130
    said = "".join(process.lines)
    assert "is paused" in said
    code, said = prerender(offline, "--resume", said.split("--resume ")[1].split()[0])
    assert (code, "done" in said) == (0, True), said


def test_a_budget_that_is_too_small_stops_the_job_before_it_evicts(library: Path, tmp_path: Path) -> None:
    variables = environ(library, tmp_path / "data", CACHE_DISK_BYTES="2000000")
    scan = [sys.executable, "-m", "catalog", "scan", "--quiet"]
    subprocess.run(scan, cwd=PROJECT, env=variables, check=False, capture_output=True)
    code, said = prerender(variables, "--query", "dir:slow", "--sizes", "700x,690x,680x")
    assert (code, "will stop there" in said, "has stopped at 80 %" in said) == (1, True, True), said
    stats = [sys.executable, "-m", "cache", "stats", "--json"]
    shown = subprocess.run(stats, cwd=PROJECT, env=variables, check=True, capture_output=True, text=True)
    disk = json.loads(shown.stdout)["tiers"]["disk"]
    made = int(said.split("photos left: ")[1].split()[0])
    assert 0 < 3 * made == disk["entries"] < 60
    assert disk["bytes"] <= 1_600_000
    again, words = prerender(variables, "--query", "dir:slow", "--sizes", "700x,690x,680x")
    assert (again, f"{made} cached before" in words) == (1, True), words
