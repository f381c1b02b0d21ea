"""What goes wrong on a real machine, each with the real processes: a clear answer, and nothing lost."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.servers import PROJECT, Process, environ, free_port, serving, start_worker
from tests.photos import decoded, save_jpeg, solid

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
        shutil.rmtree(tmp_path / "data" / "renders", ignore_errors=True)
        (tmp_path / "data" / "renders").write_bytes(b"")  # a file where the folder should be takes nothing
        answer = server.photo(photoid, "&width=120")
        assert (answer.status_code, decoded(answer.content).width) == (200, 120)


def test_redis_stopped_hits_go_on_and_misses_are_503(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed") as server:
        photoid = server.photos()["a.jpg"]
        assert server.photo(photoid, "&width=50").status_code == 200
        server.others["redis"].stop(signal.SIGKILL)
        assert server.photo(photoid, "&width=50").status_code == 200
        answer = server.photo(photoid, "&width=51")
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
        ready = server.get("/ready")
        assert (ready.status_code, ready.json()["parts"]["broker"]) == (503, "the broker does not answer")
        assert server.get("/health").status_code == 200


def test_without_a_worker_503_in_time_and_the_next_worker_makes_it(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed", RENDER_TIMEOUT="2") as server:
        photoid = server.photos()["a.jpg"]
        server.others["worker"].stop(signal.SIGKILL)
        answer = server.photo(photoid, "&width=60")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        server.others["worker"] = start_worker(server.environ)
        assert server.photo(photoid, "&width=60").status_code == 200


def test_more_waiters_than_places_are_told_at_once(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed", SERVER_WAITING_PLACES="1", RENDER_TIMEOUT="8") as server:
        photoid = server.photos()["a.jpg"]
        os.killpg(server.others["worker"].process.pid, signal.SIGSTOP)
        first: list[int] = []
        waiter = threading.Thread(target=lambda: first.append(server.photo(photoid, "&width=60").status_code))
        waiter.start()
        while server.metric("darkroom_flights") < 1:
            pass
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
