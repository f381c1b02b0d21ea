"""Redis and the port: real ones, as far as they can be made to fail."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import redis as client

from config import Settings
from config.setting import Bytes
from darkroom.doctor import services
from tests.darkroom.doctor.told import one, told
from tests.end_to_end.servers import free_port, redis_server

SECRET = "s3cret%2Fword"  # a slash would end the address


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis with a password."""
    with redis_server(tmp_path_factory.mktemp("redis")) as (plain, _):
        with client.Redis.from_url(plain) as asking:
            asking.config_set("requirepass", "s3cret/word")
        yield plain.replace("//", f"//:{SECRET}@")


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much else this machine has to do."""
    monkeypatch.setattr(services, "SECONDS", 60.0)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch, _patient: None) -> None:
    """Whoever is silent is not waited for."""
    monkeypatch.setattr(services, "SECONDS", 0.1)


def of_redis(url: str, **more: object) -> list[str]:
    found = told(services.redis(replace(Settings(), redis_url=url, **more)))  # type: ignore[arg-type]
    assert not any("s3cret" in line for line in found)
    return found


def configured(url: str, memory: str, policy: str) -> None:
    with client.Redis.from_url(url) as asking:
        asking.config_set("maxmemory", memory)
        asking.config_set("maxmemory-policy", policy)


def test_the_embedded_way_has_no_redis() -> None:
    assert one(services.redis(Settings())).startswith("- Redis: redis.url is not set")


def test_a_redis_that_is_well(url: str) -> None:
    configured(url, "0", "noeviction")
    there, memory, clock = of_redis(url)
    assert there.startswith("✓ Redis: ")
    assert there.endswith(f" at 127.0.0.1:{url.rpartition(':')[2]}")
    assert memory == "✓ Redis's memory: without maxmemory: the cache keeps to cache.redis.bytes by itself"
    assert clock.startswith("✓ Redis's clock: ")


@pytest.mark.parametrize(
    ("memory", "policy", "said"),
    [
        ("300mb", "volatile-lru", "✓ Redis's memory: maxmemory is 315 MB, volatile-lru"),
        ("300mb", "allkeys-lru", "✗ Redis's memory: maxmemory-policy is allkeys-lru, by which queues can be lost"),
        ("300mb", "noeviction", "✗ Redis's memory: maxmemory-policy is noeviction, by which"),
        (
            "100mb",
            "noeviction",
            "✗ Redis's memory: maxmemory is 105 MB, less than the 256 MB of cache.redis.bytes, and its "
            "maxmemory-policy is noeviction: once it is full it takes no tasks: Set the policy to volatile-lru",
        ),
        ("100mb", "volatile-lru", "✗ Redis's memory: maxmemory is 105 MB, less than the 256 MB of the cache: raise"),
    ],
)
def test_its_memory(url: str, memory: str, policy: str, said: str) -> None:
    configured(url, memory, policy)
    assert of_redis(url)[1].startswith(said)


def test_its_memory_against_the_cache_s(url: str) -> None:
    configured(url, "100mb", "volatile-lru")
    assert of_redis(url, cache_redis_bytes=Bytes(50_000_000))[1][0] == "✓"


@pytest.mark.parametrize(("ahead", "said"), [(3, "✓ Redis's clock: differs by"), (60, "- Redis's clock: differs from")])
@pytest.mark.parametrize("sign", [1, -1])
def test_its_clock_against_ours(url: str, ahead: int, said: str, sign: int) -> None:
    settings = replace(Settings(), redis_url=url)
    line = told(services.redis(settings, lambda: time.time() + sign * ahead))[2]
    assert line.startswith(said)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("redis://:s3cret@127.0.0.1:{port}/0", "✗ Redis: 127.0.0.1:{port}/0 does not answer: Error 111 connecting"),
        ("redis://user:s3cret@localhost:{port}", "✗ Redis: localhost:{port}/0 does not answer: "),
        ("redis://:s3/cret@127.0.0.1:{port}/0", "✗ Redis: redis.url is no address: write it as redis://host:port/db"),
        ("unix:///nowhere/s.sock?password=s3cret", "✗ Redis: /nowhere/s.sock does not answer: "),
        ("redis://no-such-host.invalid/1?password=s3cret", "✗ Redis: no-such-host.invalid:6379/1 does not answer: "),
    ],
)
def test_one_that_does_not_answer(made: str, said: str) -> None:
    port = free_port()
    assert of_redis(made.format(port=port))[0].startswith(said.format(port=port))


def test_a_wrong_password(url: str) -> None:
    (line,) = of_redis(url.replace("word", "wrong"))
    assert "Redis refuses the user or the password of redis.url (WRONGPASS): " in line
    assert "does not answer" not in line


def test_one_that_refuses_to_write(tmp_path: Path) -> None:
    with redis_server(tmp_path) as (address, _), client.Redis.from_url(address) as asking:
        asking.execute_command("REPLICAOF", "127.0.0.1", "1")
        (line,) = of_redis(address)
        assert "Redis refuses to write, as it is a read-only replica (READONLY): mend that in Redis" in line
        asking.execute_command("REPLICAOF", "NO", "ONE")
        asking.config_set("maxmemory", "1")
        assert "its memory is full (OOM)" in of_redis(address)[0]
        asking.config_set("maxmemory", "0")
        assert of_redis(address)[0].startswith("✓ Redis: ")
        assert asking.dbsize() == 0  # whoever looks changes nothing


def test_a_secret_in_an_error_is_left_out() -> None:
    said = services._without_secret("ann may not, with s3cret", {"password": "s3cret", "username": "ann"})
    assert said == "(secret) may not, with (secret)"


@contextmanager
def silent() -> Iterator[int]:
    """A port on which somebody listens who never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


@pytest.mark.usefixtures("hurried")
def test_one_that_accepts_and_is_silent() -> None:
    with silent() as port:
        assert "does not answer: Timeout" in of_redis(f"redis://127.0.0.1:{port}/0")[0]


@contextmanager
def serving(answers: dict[str, bytes]) -> Iterator[Settings]:
    """A server with those answers, and settings with its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers.get(self.path)
            if body is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(200 if b"false" not in body else 503)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Settings(server_port=server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


HEALTH = b'{"status": "ok"}'


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (
            {"/health": HEALTH, "/ready": b'{"ready": true, "parts": {"disk": "ok"}}'},
            "✓ port {}: a Darkroom runs there",
        ),
        (
            {"/health": HEALTH, "/ready": b'{"ready": false, "parts": {"disk": "full", "worker": "none", "x": "ok"}}'},
            "✗ port {}: a Darkroom runs there, and is not ready: disk: full; worker: none: see its log",
        ),
        ({"/health": HEALTH, "/ready": b"[]"}, "✗ port {}: another program than Darkroom has it: choose another PORT"),
        ({"/health": HEALTH, "/ready": b"{}"}, "✗ port {}: another program than Darkroom has it: choose another PORT"),
        ({"/health": HEALTH}, "✗ port {}: another program than Darkroom has it: choose another PORT"),
        ({"/health": b"<html>"}, "✗ port {}: another program than Darkroom has it: choose another PORT"),
        ({"/health": b"\xff"}, "✗ port {}: another program than Darkroom has it: choose another PORT"),
        ({}, "✗ port {}: another program than Darkroom has it: choose another PORT (server.port)"),
    ],
)
def test_who_has_the_port(answers: dict[str, bytes], said: str) -> None:
    with serving(answers) as settings:
        assert one(services.port(settings)).startswith(said.format(settings.server_port))


@pytest.mark.usefixtures("hurried")
def test_somebody_silent_has_the_port() -> None:
    with silent() as port:
        line = one(services.port(Settings(server_port=port)))
    assert line.startswith(f"✗ port {port}: somebody has it who does not answer: timed out: choose another PORT")


def test_somebody_who_speaks_another_language_has_the_port(url: str) -> None:
    port = int(url.split(":")[-1].split("/")[0])
    assert "another program" in one(services.port(Settings(server_port=port)))


def knows(name: str) -> bool:
    """Whether this machine has an address for a name: a bare one has none, not even for itself."""
    try:
        return bool(socket.getaddrinfo(name, None))
    except socket.gaierror:
        return False


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::1", "::"])  # noqa: S104 - nobody listens
def test_a_port_that_is_free(host: str) -> None:
    if host == "localhost" and not knows(host):
        pytest.skip("this machine knows no names")
    port = free_port()
    assert one(services.port(Settings(server_port=port, server_host=host))) == (
        f"✓ port {port}: is free on {host}: no server runs there"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - nobody listens
def test_everywhere_is_here_too(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = socket.getaddrinfo

    def bare(name: str | None, *more: Any, **how: Any) -> Any:
        """As on a machine that knows no names."""
        if name == "localhost":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known(name, *more, **how)

    monkeypatch.setattr(socket, "getaddrinfo", bare)
    with serving({"/health": HEALTH, "/ready": b'{"parts": {}}'}) as settings:
        line = one(services.port(replace(settings, server_host=host)))
        assert line.startswith(f"✓ port {settings.server_port}: a Darkroom runs there")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(server_port=0), "- port: server.port is 0"),
        (Settings(server_port=8080, server_host="192.0.2.1"), "✗ port 8080: can't be listened on at 192.0.2.1: "),
        (
            Settings(server_port=8080, server_host="no-such-host.invalid"),
            "✗ port 8080: can't be listened on at no-such",
        ),
        (Settings(server_port=8080, server_host="x" * 300), "✗ port 8080: can't be listened on at xxx"),
    ],
)
def test_ports_that_can_not_be(settings: Settings, said: str) -> None:
    assert one(services.port(settings)).startswith(said)


def test_a_port_that_is_not_for_this_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_refused", lambda *_: PermissionError(13, "Permission denied"))
    assert one(services.port(Settings(server_port=80))).startswith("✗ port 80: is not for this user: choose a PORT")
