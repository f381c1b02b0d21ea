"""A decoder that never ends: its server and its worker end all the same when they are told to, as does its photo."""

import os
import re
import shlex
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

import launch
from tests.end_to_end.servers import (
    PATIENCE,
    PROJECT,
    Process,
    Server,
    alive,
    children,
    environ,
    eventually,
    offspring,
    prepare,
    redis_server,
)
from tests.photos import save_jpeg, solid

# A program of Darkroom's whose decoders hold what they are given.
HOLDING = """
import runpy, sys
import workers.confined.start
workers.confined.start.ENTRY = "tests.confine.holding"
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""

# A program of Darkroom's whose disk does not answer who puts a render there, and which does not wait for long.
WITHOUT_A_DISK = """
import os, runpy, sys
import config
config.share_metrics(config.load())  # before the metrics are imported
import api.command, api.http.server
from cache.disk import DiskTier
def put(*arguments, **more):
    print("keeps a render", flush=True)
    open(os.environ["GATE"], "rb")
DiskTier.put = put
api.http.server.DRAIN = api.command.LAST = 0.5
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""
STOPPED = re.compile(r"(\w+)\.1 stopped \(rc=(-?\d+)\)")  # what honcho says


def started(program: str, variables: dict[str, str], *arguments: str) -> Process:
    """One of those programs, as it runs."""
    return Process([sys.executable, "-c", program, *arguments], variables)


def computes(pid: int) -> bool:
    """Whether a decoder below this process is at work: what the process from which they are forked has made."""
    for each in offspring(pid):
        try:
            command = Path(f"/proc/{each}/cmdline").read_text()
            made = children(each) if "\0confine\0" in command else []
            states = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[0] for one in made]
        except OSError:
            continue
        if "R" in states:
            return True
    return False


def serve(tmp_path: Path, program: str = HOLDING, **settings: str) -> Server:
    save_jpeg(tmp_path / "photos/photo.jpg", solid(400, 300, (30, 200, 30)))
    variables = environ(tmp_path / "photos", tmp_path / "data", **settings)
    prepare(tmp_path / "data")
    server = Server("", variables, started(program, variables, "api"), {})
    server.url = server.front.wait_for(r"serving on (http://\S+)")[1]
    server.front.wait_for("^scanned: ")
    return server


def ask(server: Server) -> tuple[threading.Thread, list[int]]:
    """Somebody asks for the photo, and what they are answered."""
    (photoid,) = server.photos().values()
    answers = list[int]()

    def answer() -> None:
        with suppress(httpx.HTTPError):  # the test is over, and so is the server
            answers.append(server.photo(photoid, "&width=100").status_code)

    asking = threading.Thread(target=answer)
    asking.start()
    return asking, answers


def ends(server: Server, asking: threading.Thread, answers: list[int]) -> None:
    """Tells the server to end, and sees that it does, that who asks is told to come again, and that nothing is left."""
    below = offspring(server.front.process.pid)
    server.front.process.terminate()
    assert server.front.process.wait(PATIENCE) == 0
    asking.join(PATIENCE)
    assert answers == [503]
    eventually(lambda: [each for each in below if alive(each)], [])


def test_a_server_ends_whatever_a_decoder_does(tmp_path: Path) -> None:
    server = serve(tmp_path)
    try:
        asking, answers = ask(server)
        eventually(lambda: computes(server.front.process.pid), True)
        ends(server, asking, answers)
    finally:
        server.stop()


def test_a_server_ends_whatever_a_decoder_does_in_advance(tmp_path: Path) -> None:
    server = serve(tmp_path, PRERENDER_AUTO="true")
    try:
        eventually(lambda: computes(server.front.process.pid), True)
        server.front.process.terminate()
        assert server.front.process.wait(PATIENCE) == 0
    finally:
        server.stop()


def test_a_worker_ends_whatever_a_decoder_does(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as (url, _):
        server = serve(tmp_path, REDIS_URL=url)
        worker = started(HOLDING, server.environ, "workers", "run", "--concurrency", "1")
        server.others["worker"] = worker
        try:
            worker.wait_for("takes renders from the queues")
            asking, _ = ask(server)
            eventually(lambda: computes(worker.process.pid), True)
            below = offspring(worker.process.pid)
            worker.tell(15)
            assert worker.process.wait(PATIENCE) == 0
            eventually(lambda: [each for each in below if alive(each)], [])
            assert not [line for line in worker.lines if "brought its process down" in line]
        finally:
            server.stop()
            asking.join(PATIENCE)


def test_a_server_ends_whatever_its_disk_does(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate")
    server = serve(tmp_path, WITHOUT_A_DISK, GATE=str(tmp_path / "gate"))
    try:
        asking, answers = ask(server)
        server.front.wait_for("keeps a render")
        ends(server, asking, answers)
        server.front.wait_for("does not end")  # its last line, which may come to us after its end
    finally:
        server.front.stop(signal.SIGKILL)
        server.stop()


def test_all_that_up_runs_ends_whatever_a_decoder_does(tmp_path: Path) -> None:
    save_jpeg(tmp_path / "photos/photo.jpg", solid(400, 300, (30, 200, 30)))
    python = tmp_path / "python"  # instead of `-m` and a module
    python.write_text(f'#!/bin/sh\nshift\nexec {shlex.join([sys.executable, "-c", HOLDING])} "$@"\n')
    python.chmod(0o700)
    prepare(tmp_path / "data")
    with redis_server(tmp_path / "redis") as (url, _):
        variables = environ(tmp_path / "photos", tmp_path / "data", REDIS_URL=url, PYTHON=str(python))
        arguments = ["-c", launch.HONCHO, "-d", str(PROJECT), "start", "web", "worker", "beat"]
        server = Server("", variables, Process([sys.executable, *arguments], variables), {})
        try:
            server.url = server.front.wait_for(r"serving on (http://\S+)")[1]
            server.front.wait_for("scanned: ")
            server.front.wait_for("takes renders from the queues")
            asking, answers = ask(server)
            eventually(lambda: computes(server.front.process.pid), True)
            server.front.process.terminate()
            server.front.end()
            asking.join(PATIENCE)
            assert answers == [503]
            ended = {match[1]: match[2] for line in server.front.lines if (match := STOPPED.search(line))}
            assert ended == {"web": "0", "worker": "0", "beat": "0"}
        finally:
            server.stop()


@pytest.mark.parametrize("way", ["embedded", "distributed"])
def test_a_photo_that_takes_too_long_ends_itself_alone(tmp_path: Path, way: str) -> None:
    more = {"RENDER_MAX_SECONDS": "1", "RENDER_TIMEOUT": "1"}
    if way == "embedded":
        server = serve(tmp_path, **more)
        try:
            refused(server)
        finally:
            server.stop()
        return
    with redis_server(tmp_path / "redis") as (url, _):
        server = serve(tmp_path, REDIS_URL=url, **more)
        worker = started(HOLDING, server.environ, "workers", "run", "--concurrency", "1")
        server.others["worker"] = worker
        try:
            worker.wait_for("takes renders from the queues")
            refused(server)
        finally:
            server.stop()


def refused(server: Server) -> None:
    """It is 503 for as long as it is tried, and 501 from then on."""
    (photoid,) = server.photos().values()
    eventually(lambda: server.photo(photoid, "&width=100").status_code, 501)
    detail = server.photo(photoid, "&width=100").json()["detail"]
    assert re.fullmatch("The photo takes longer to render than render.max.seconds allows: 1 s.", detail)
