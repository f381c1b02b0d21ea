"""A front end on a socket: what runs is finished when it is stopped, and a client that hangs up is noticed."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.servers import Process, environ, eventually

# An app that says when it is asked, and answers when a file is there, or the client has gone.
SERVER = """
import logging, socket, sys, threading
from pathlib import Path
from api.http.server import CLIENT, FrontEnd
import config, signals

given_up = threading.Event()

def app(environ, start_response):
    told = threading.Event()
    print("asked", environ["REMOTE_ADDR"], flush=True)
    print("below", repr(environ["SCRIPT_NAME"]), environ.get("HTTP_X_FORWARDED_PREFIX"), flush=True)
    while not Path(sys.argv[1]).exists():
        if given_up.is_set():
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return []
        with environ[CLIENT].watched(told.set):
            if told.wait(0.01):
                print("told that it is gone", environ[CLIENT].gone(), flush=True)
                break
    body = bytes(range(251)) * 20_000
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

import api.http.server
api.http.server.DRAIN = float(sys.argv[2])
listening = socket.create_server(("127.0.0.1", 0))
print("port", listening.getsockname()[1], flush=True)
with signals.readable(*signals.STOPS) as stop:
    FrontEnd(app, [listening], config.load(), *[given_up.set][: int(sys.argv[3])]).run(stop)
print("ended", flush=True)
"""


# As the app's: more than a socket takes at once, and every piece of it in its place.
BODY = bytes(range(251)) * 20_000


class Running:
    """The server, and a way to talk to it."""

    def __init__(
        self, folder: Path, drain: float, settings: dict[str, str] | None = None, *, gives_up: bool = False
    ) -> None:
        self.go = folder / "go"
        variables = environ(None, folder / "data", **settings or {})
        self.process = Process([sys.executable, "-c", SERVER, str(self.go), str(drain), str(int(gives_up))], variables)
        self._port = int(self.process.wait_for(r"port (\d+)")[1])

    def ask(self, more: str = "") -> socket.socket:
        """A connection on which something is asked."""
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=20)
        connection.sendall(f"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n".encode())
        return connection

    def refuses(self) -> bool:
        """Whether nobody comes in any more."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=20):
                return False
        except ConnectionError:
            return True


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A server that takes its time when it is stopped."""
    server = Running(tmp_path, 20)
    yield server
    server.go.touch()
    server.process.stop()


def everything(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_what_runs_is_finished_and_nobody_new_comes_in(running: Running) -> None:
    connection = running.ask()
    running.process.wait_for("asked 127.0.0.1")
    running.process.process.terminate()
    eventually(running.refuses, True, 20)  # until the socket is closed, they queue before the door
    running.go.touch()
    head, _, body = everything(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == BODY
    running.process.wait_for("ended")


def test_a_client_that_leaves_in_the_middle_of_an_answer_troubles_nobody(running: Running) -> None:
    running.go.touch()
    with running.ask() as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert everything(running.ask()).endswith(BODY)


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    server = Running(tmp_path, 0.1)
    connection = server.ask()
    server.process.wait_for("asked")
    server.process.process.terminate()
    server.process.wait_for("ended")
    server.process.stop()
    connection.close()


def test_who_waits_too_long_is_told_so(tmp_path: Path) -> None:
    server = Running(tmp_path, 0.1, gives_up=True)
    connection = server.ask()
    server.process.wait_for("asked")
    server.process.process.terminate()
    assert everything(connection).startswith(b"HTTP/1.1 503 ")
    server.process.wait_for("ended")
    server.process.stop()


def test_a_client_that_hangs_up_is_noticed(running: Running) -> None:
    connection = running.ask()
    running.process.wait_for("asked")
    connection.close()
    running.process.wait_for("told that it is gone True")


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, "127.0.0.1"),
        ({"SERVER_TRUSTED_PROXY": "127.0.0.1"}, "192.0.2.2"),
        ({"SERVER_TRUSTED_PROXY": "*", "SERVER_TRUSTED_PROXY_COUNT": "2"}, "192.0.2.1"),
        ({"SERVER_TRUSTED_PROXY": "127.0.0.9"}, "127.0.0.1"),
        ({"SERVER_TRUSTED_PROXY": "127.0.0.1", "SERVER_TRUSTED_PROXY_HEADERS": "X-Forwarded-Proto"}, "127.0.0.1"),
    ],
)
def test_whose_word_counts_on_who_calls(tmp_path: Path, settings: dict[str, str], address: str) -> None:
    server = Running(tmp_path, 0.1, settings)
    server.go.touch()
    everything(server.ask("X-Forwarded-For: 192.0.2.1, 192.0.2.2\r\n"))
    server.process.wait_for(f"asked {address}\n")
    server.process.stop()


@pytest.mark.parametrize(
    ("settings", "prefix"),
    [
        ({}, ""),
        ({"SERVER_PREFIX": "/own"}, "/own"),
        ({"SERVER_TRUSTED_PROXY": "127.0.0.1"}, "/said"),
        ({"SERVER_TRUSTED_PROXY": "*", "SERVER_PREFIX": "/own"}, "/said"),
        ({"SERVER_TRUSTED_PROXY": "127.0.0.9"}, ""),
        ({"SERVER_TRUSTED_PROXY": "127.0.0.1", "SERVER_TRUSTED_PROXY_HEADERS": "x-forwarded-for"}, ""),
        ({"SERVER_TRUSTED_PROXY": "127.0.0.1", "SERVER_TRUSTED_PROXY_HEADERS": "X-Forwarded-Prefix"}, "/said"),
        (
            {"SERVER_TRUSTED_PROXY": "127.0.0.1", "SERVER_TRUSTED_PROXY_HEADERS": "forwarded, x-forwarded-prefix"},
            "/said",
        ),
    ],
)
def test_whose_word_counts_on_the_path(tmp_path: Path, settings: dict[str, str], prefix: str) -> None:
    server = Running(tmp_path, 0.1, settings)
    server.go.touch()
    everything(server.ask("X-Forwarded-Prefix: /said\r\n"))
    server.process.wait_for(f"below '{prefix}' None\n")
    server.process.stop()


@pytest.mark.parametrize(("method", "status"), [("GET", "304"), ("HEAD", "200"), ("OPTIONS", "204")])
def test_an_answer_without_a_body_keeps_the_connection(tmp_path: Path, method: str, status: str) -> None:
    """waitress would close it after a 304, as that has no Content-Length."""
    code = """
import socket, config, signals
from api.http.server import CLIENT, FrontEnd

def app(environ, start_response):
    status = {"GET": "304 Not Modified", "HEAD": "200 OK", "OPTIONS": "204 No Content"}[environ["REQUEST_METHOD"]]
    start_response(status, [("ETag", '"x"')] + [("Content-Length", "5")] * (status == "200 OK"))
    return []

listening = socket.create_server(("127.0.0.1", 0))
print("port", listening.getsockname()[1], flush=True)
with signals.readable(*signals.STOPS) as stop:
    FrontEnd(app, [listening], config.load()).run(stop)
"""
    process = Process([sys.executable, "-c", code], environ(None, tmp_path / "data"))
    try:
        port = int(process.wait_for(r"port (\d+)")[1])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            for _ in range(3):
                client.sendall(f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                head = client.recv(65536)
                assert head.startswith(f"HTTP/1.1 {status} ".encode())
                assert head.endswith(b"\r\n\r\n")
                assert b"close" not in head.lower()
            client.sendall(f"{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            assert b"connection: close" in client.recv(65536).lower()
            assert client.recv(1) == b""
    finally:
        process.stop()


def test_the_date_of_an_answer_is_when_it_is_given(tmp_path: Path) -> None:
    """waitress would say when the request came: a file that was changed meanwhile would come from the future."""
    code = """
import socket, config, signals
from api.http.server import CLIENT, FrontEnd

def app(environ, start_response):
    environ[CLIENT].start_time = 0
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]

listening = socket.create_server(("127.0.0.1", 0))
print("port", listening.getsockname()[1], flush=True)
with signals.readable(*signals.STOPS) as stop:
    FrontEnd(app, [listening], config.load()).run(stop)
"""
    process = Process([sys.executable, "-c", code], environ(None, tmp_path / "data"))
    try:
        port = int(process.wait_for(r"port (\d+)")[1])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            head = everything(client)
        assert b"\r\nDate: " in head
        assert b" 1970 " not in head
    finally:
        process.stop()


def test_it_serves_from_several_sockets_and_ends_with_all(tmp_path: Path) -> None:
    code = """
import socket, config, signals
from api.http.server import FrontEnd

def app(environ, start_response):
    body = environ["REMOTE_ADDR"].encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

listening = [socket.create_server((host, 0)) for host in ("127.0.0.1", "127.0.0.2")]
print("ports", *[each.getsockname()[1] for each in listening], flush=True)
with signals.readable(*signals.STOPS) as stop:
    FrontEnd(app, listening, config.load()).run(stop)
print("ended", *[each.fileno() for each in listening], flush=True)
"""
    process = Process([sys.executable, "-c", code], environ(None, tmp_path / "data"))
    try:
        ports = [int(each) for each in process.wait_for(r"ports (.*)")[1].split()]
        for _ in range(3):
            for host, port in zip(("127.0.0.1", "127.0.0.2"), ports, strict=True):
                with socket.create_connection((host, port), timeout=20, source_address=(host, 0)) as client:
                    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    assert everything(client).endswith(b"\r\n\r\n" + host.encode())
        process.process.terminate()
        process.wait_for("ended -1 -1")
    finally:
        process.stop()
