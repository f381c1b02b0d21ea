"""Who is let in: clients that do nothing shut nobody out, and a process without descriptors waits for one in peace."""

import dataclasses
import os
import socket
import sys
from pathlib import Path

import pytest

from api.http import server
from api.http.connections.pace import Phase
from config import Settings
from tests.api.http.connections.front import PATIENCE, ended, everything, front
from tests.end_to_end.servers import Process, environ, eventually

SETTINGS = Settings(server_threads=4, server_connections=32)


def test_more_than_there_may_be_shut_nobody_out() -> None:
    with front(settings=SETTINGS) as running:
        silent = [running.connect() for _ in range(40)]
        dripping = [running.says(b"GET / HTTP/1.1\r\nX: ") for _ in range(40)]
        assert running.healthy()
        assert running.inside() <= 32
        assert all(ended(each) for each in silent[:30])
        assert not ended(dripping[-1])
        dripping[-1].sendall(b"a\r\nConnection: close\r\n\r\n")
        assert dripping[-1].recv(4000).startswith(b"HTTP/1.1 200 ")


def test_where_all_are_served_the_next_waits_for_its_turn() -> None:
    with front(settings=SETTINGS) as running:
        busy = [running.says(b"GET /wait HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") for _ in range(32)]
        eventually(running.phases, [Phase.SERVED] * 32, PATIENCE)
        late = running.says(b"GET /late HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        running.looked()
        assert running.inside() == 32
        running.gate.set()
        running.clock.now += 1
        assert late.recv(4000).startswith(b"HTTP/1.1 200 ")
        assert all(each.recv(4000).startswith(b"HTTP/1.1 200 ") for each in busy)


def test_an_address_has_its_share_but_for_loopback_and_the_proxy() -> None:
    settings = dataclasses.replace(SETTINGS, server_connections_per_address=2)
    with front(settings=settings) as running:
        for host in ("127.0.0.1", "127.0.0.2"):
            clients = [running.connect(host) for _ in range(6)]
            eventually(lambda: running.inside() % 6, 0, PATIENCE)
            assert not any(map(ended, clients))


def test_an_address_from_elsewhere_has_its_share_and_takes_none_of_another_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a test can call from is loopback, which may have any number: here only one address of it counts so."""
    monkeypatch.setattr(server, "is_loopback", lambda who: who == "127.0.0.1")
    settings = dataclasses.replace(SETTINGS, server_connections_per_address=8)
    with front(settings=settings) as running:
        mine = running.connect("127.0.0.3")
        silent = [running.connect("127.0.0.2") for _ in range(30)]
        eventually(lambda: sum(map(ended, silent)), 22, PATIENCE)
        assert not any(map(ended, (*silent[22:], mine)))
        assert running.healthy()


def test_those_between_two_requests_make_room_before_those_in_one() -> None:
    asked = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with front(settings=SETTINGS) as running:
        dripping = [running.says(asked[:20]) for _ in range(16)]
        idle = [running.says(asked) for _ in range(16)]
        for each in idle:
            assert each.recv(4000).endswith(b"ok")
        eventually(lambda: sorted(map(str, running.phases())), ["Phase.HEAD"] * 16 + ["Phase.IDLE"] * 16, PATIENCE)
        late = [running.connect() for _ in range(16)]
        eventually(lambda: sum(map(ended, idle)), 16, PATIENCE)
        assert not any(map(ended, (*dripping, *late)))


# A server of at most 200 descriptors, whose app takes all that are left, until a byte comes through a pipe.
HUNGRY = """
import logging, os, resource, socket, sys
import config, signals
from api.http.server import FrontEnd

logging.basicConfig(level=logging.INFO)
pipe = os.open(sys.argv[1], os.O_RDWR)

def app(environ, start):
    taken = []
    if environ["PATH_INFO"] == "/eat":
        try:
            while True:
                taken.append(os.dup(pipe))
        except OSError:
            print("nothing is left", flush=True)
        os.read(pipe, 1)
        for each in taken:
            os.close(each)
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]

listening = socket.create_server(("127.0.0.1", 0))
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
with signals.readable(*signals.STOPS) as stop:
    front = FrontEnd(app, [listening], config.load())
    print("port", listening.getsockname()[1], flush=True)
    front.run(stop)
"""


def test_without_descriptors_it_waits_and_says_so_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = Process([sys.executable, "-c", HUNGRY, str(pipe)], environ(None, tmp_path / "data"))
    get = "GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    try:
        process.wait_for("at most 16 connections at once, not 1024, as this process may open 200 files")
        port = int(process.wait_for(r"port (\d+)")[1])
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as hungry:
            hungry.sendall(get.format("eat").encode())
            process.wait_for("nothing is left")
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as other:
                other.sendall(get.format("other").encode())
                process.wait_for("no connection can be accepted now")
                pipe.write_bytes(b"x")
                assert everything(hungry).endswith(b"ok")
                assert everything(other).endswith(b"ok")
        process.wait_for("connections are accepted again")
    finally:
        process.stop()
    printed = "".join(process.lines)
    assert "Traceback" not in printed
    assert printed.count("no connection can be accepted now") == printed.count("are accepted again") == 1
