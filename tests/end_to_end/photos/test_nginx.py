"""Behind nginx: docs/nginx.conf as it stands, HTTP/2 over TLS, and callers known by their own addresses."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.end_to_end.nginx import NAME, program, sample
from tests.end_to_end.servers import Process, Server, environ, eventually, serving
from tests.end_to_end.thrice import remembered
from tests.photos import save_jpeg, shows, solid

RED = (200, 30, 30)
API = "picapportapi/1.0"


class Nginx:
    """nginx in front of a server; `get` asks it as a browser does, from one of loopback's addresses."""

    def __init__(self, port: int, chain: Path) -> None:
        self._port = port
        self._chain = chain

    def get(self, path: str, *more: str, address: str = "127.0.0.1") -> tuple[str, int, bytes]:
        """The version of HTTP, the status (0 where there is no answer) and the body."""
        body = self._chain.with_name("body")
        body.write_bytes(b"")
        command = [program("curl"), "--silent", "--http2", "--cacert", str(self._chain), "--interface", address]
        command += ["--resolve", f"{NAME}:{self._port}:127.0.0.1", "--output", str(body)]
        command += ["--write-out", "%{http_version} %{http_code}", *more, f"https://{NAME}:{self._port}/{path}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        version, status = done.stdout.split()
        return version, int(status), body.read_bytes()


@contextmanager
def nginx(folder: Path, server: Server) -> Iterator[Nginx]:
    """nginx with the sample configuration."""
    replaced = {"127.0.0.1:8080": server.url.removeprefix("http://")}
    with sample("docs/nginx.conf", folder, replaced) as (port, chain):
        yield Nginx(port, chain)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Nginx]]:
    """Darkroom behind nginx; each address may have one session."""
    folder = tmp_path_factory.mktemp("nginx")
    save_jpeg(folder / "photos" / "a.jpg", solid(400, 300, RED))
    settings = {"SERVER_TRUSTED_PROXY": "127.0.0.1", "WEBAPI_MAX_SESSIONS_PER_IP": "1", "RENDER_TIMEOUT": "120"}
    with (
        serving(folder / "photos", folder / "data", "distributed", **settings) as server,
        nginx(folder / "nginx", server) as proxy,
    ):
        yield server, proxy


def photo(server: Server, width: int) -> str:
    return f"{API}/getPhoto?photoid={quote(server.photos()['a.jpg'], safe='')}&width={width}"


def test_photos_come_over_http_2(served: tuple[Server, Nginx]) -> None:
    server, proxy = served
    assert remembered(server, lambda: proxy.get(photo(server, 40)))
    for width in (40, 40, 44):
        version, status, body = proxy.get(photo(server, width))
        assert (version, status) == ("2", 200)
        assert shows(body, (width, width * 3 // 4), RED)


def test_callers_are_known_by_their_own_addresses(served: tuple[Server, Nginx]) -> None:
    server, proxy = served
    session = f"{API}/createWebApiSession"
    assert proxy.get(session)[1] == 200
    assert proxy.get(session)[1] != 200
    assert proxy.get(session, "--header", "X-Forwarded-For: 192.0.2.1")[1] != 200
    assert proxy.get(session, address="127.0.0.2")[1] == 200
    assert proxy.get(session, address="127.0.0.2")[1] != 200
    # Who comes past nginx is not believed.
    past = ["--silent", "--output", os.devnull, "--write-out", "%{http_code}", "--interface", "127.0.0.3"]
    past += ["--header", "X-Forwarded-For: 192.0.2.2", f"{server.url}/{session}"]
    statuses = [subprocess.run([program("curl"), *past], capture_output=True, text=True, check=True) for _ in "12"]
    assert [each.stdout == "200" for each in statuses] == [True, False]


def test_the_page_s_cookie_is_for_https_alone(served: tuple[Server, Nginx], tmp_path: Path) -> None:
    server, proxy = served
    assert proxy.get("")[:2] == ("2", 200)
    asked = ("--header", "X-Darkroom: page", "--dump-header", str(tmp_path / "headers"))
    assert proxy.get(f"{API}/createWebApiSession", *asked, address="127.0.0.4")[1] == 200
    cookie = re.search(r"^set-cookie: (.*?)\r?$", (tmp_path / "headers").read_text(), re.MULTILINE | re.IGNORECASE)
    assert cookie
    assert cookie[1].endswith("; Path=/; HttpOnly; SameSite=Strict; Secure")
    # Who comes past nginx is not believed to have come by https.
    past = {"X-Darkroom": "page", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9"}
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.5")) as client:
        made = client.get(f"{server.url}/{API}/createWebApiSession", headers=past)
    assert (made.status_code, "Secure" in made.headers["Set-Cookie"]) == (200, False)


def test_a_browser_that_scrolls_on_frees_its_place(served: tuple[Server, Nginx]) -> None:
    server, proxy = served
    worker = server.others["worker"].process.pid
    os.killpg(worker, signal.SIGSTOP)
    try:
        assert proxy.get(photo(server, 48), "--max-time", "1")[1] == 0
        eventually(lambda: server.metric("darkroom_flights"), 0)  # long before the deadline of 120 s
    finally:
        os.killpg(worker, signal.SIGCONT)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SERVER_TRUSTED_PROXY_COUNT": "0"}, "server.trusted.proxy.count is '0'"),
        ({"SERVER_TRUSTED_PROXY_HEADERS": "x-real-ip"}, "server.trusted.proxy.headers is 'x-real-ip'"),
        ({"SERVER_TRUSTED_PROXY_HEADERS": "forwarded, x-forwarded-for"}, "server.trusted.proxy.headers"),
    ],
)
def test_a_proxy_that_can_t_be_trusted_so_is_said(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    process = Process([sys.executable, "-m", "api"], environ(tmp_path, tmp_path / "data", **settings))
    process.wait_for(words)
    assert process.process.wait(60) == 2
    process.stop()
