"""Who comes in by the word of a proxy: real sockets, real nginx, and every way in which a header can be wrong."""

import http.client
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.end_to_end.nginx import NAME, program, sample
from tests.end_to_end.people import sign_in, sign_in_as_page
from tests.end_to_end.servers import Server, eventually, serving
from tests.end_to_end.thrice import remembered, thrice
from tests.photos import save_jpeg, solid

PAGE = {"X-Darkroom": "page"}
SETTINGS = {
    "WEBAPI_DEFAULT_UID": "nobody",
    "SERVER_TRUSTED_PROXY": "127.0.0.1",
    "AUTH_PROXY_HEADER": "Remote-User",
    "AUTH_PROXY_GROUPS": "Remote-Groups",
    "AUTH_PROXY_LOGOUT": "https://auth.example.org/logout",
    "AUTH_GROUPS": "photos=sailors, all=users",
    "AUTH_ADMINS": "admins",
}


@dataclass
class Place:
    """A server that believes 127.0.0.1, and its photos."""

    server: Server
    sea: str
    town: str

    def ask(self, path: str, method: str = "GET", *, by: str = "127.0.0.1", **headers: str | bytes) -> httpx.Response:
        """An answer to who sends these headers, with dashes for underscores, from that address."""
        sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
        with thrice(transport=httpx.HTTPTransport(local_address=by)) as client:
            return client.request(method, f"{self.server.url}{path}", headers=sent)  # type: ignore[arg-type]

    def uid(self, **headers: str | bytes) -> object:
        return self.ask("/api/me", "GET", **headers).json()["uid"]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("proxied")
    save_jpeg(folder / "photos/sea/beach.jpg", solid(60, 40, (10, 90, 200)))
    save_jpeg(folder / "photos/town/street.jpg", solid(60, 40, (200, 90, 10)))
    with serving(folder / "photos", folder / "data", "embedded", **SETTINGS) as server:
        server.manage("group", "add", "sailors", "--filter", "dirall:sea", "--permission", "pap:access:metadata")
        server.manage("user", "add", "root", "--password", "a secret", "--admin")
        ids = server.photos()
        yield Place(server, ids["sea/beach.jpg"], ids["town/street.jpg"])


def test_whom_the_proxy_names_is_signed_in(place: Place) -> None:
    me = place.ask("/api/me", Remote_User="ann", Remote_Groups="photos,others").json()
    assert (me["uid"], me["signedIn"], me["signsOut"], me["admin"]) == ("ann", True, True, False)
    assert place.uid() is None
    assert place.uid(Remote_User="") is None


def test_groups_follow_with_each_request(place: Place) -> None:
    def statuses(groups: str) -> list[int]:
        asked = (
            f"/picapportapi/1.0/getPhoto?width=9&photoid={quote(each, safe='')}" for each in (place.sea, place.town)
        )
        return [place.ask(each, Remote_User="bob", Remote_Groups=groups).status_code for each in asked]

    assert statuses("photos") == [200, 404]
    assert remembered(place.server, lambda: statuses("photos"))
    assert statuses("all, photos") == [200, 200]
    assert statuses("photos|others") == [200, 404]  # Authentik has bars
    assert statuses("") == [404, 404]
    assert statuses("admins") == [200, 200]
    assert statuses("photos") == [200, 404]


def test_from_anybody_else_the_header_is_dropped_and_counted(place: Place) -> None:
    before = place.server.metric("darkroom_untrusted_users_total")
    assert place.ask("/api/me", by="127.0.0.2", Remote_User="ann", Remote_Groups="admins").json()["uid"] is None
    assert place.ask("/api/me", by="127.0.0.2", X_Forwarded_For="127.0.0.1", Remote_User="ann").json()["uid"] is None
    assert place.server.metric("darkroom_untrusted_users_total") == before + 2


def raw(place: Place, head: bytes) -> tuple[int, bytes]:
    """The status and the body that such a head is answered with, byte for byte as it stands."""
    connection = http.client.HTTPConnection(place.server.url.removeprefix("http://"), timeout=60)
    connection.connect()
    assert connection.sock
    connection.sock.sendall(b"GET /api/me HTTP/1.1\r\nHost: a\r\n" + head + b"Connection: close\r\n\r\n")
    answer = http.client.HTTPResponse(connection.sock)
    answer.begin()
    body = answer.read()
    connection.close()
    return answer.status, body


# what the proxy sends: the status, and a word of the sentence, or of who one is
WRONG: dict[str, tuple[bytes, int, bytes]] = {
    "twice": (b"Remote-User: ann\r\nRemote-User: root\r\n", 400, b"more than one user"),
    "twice the same": (b"Remote-User: ann\r\nRemote-User: ann\r\n", 400, b"more than one user"),
    "in other letters": (b"Remote-User: ann\r\nREMOTE-USER: root\r\n", 400, b"more than one user"),
    "a comma": (b"Remote-User: ann,root\r\n", 400, b"more than one user"),
    "a comma at its end": (b"Remote-User: ann,\r\n", 400, b"more than one user"),
    "a bare CR": (b"Remote-User: ann\rX: y\r\n", 400, b""),
    "a bare LF": (b"Remote-User: ann\nRemote-Groups: admins\r\n", 400, b""),
    "folded": (b"Remote-User: ann\r\n root\r\n", 400, b"can't be"),
    "8 kB": (b"Remote-User: " + b"a" * 8000 + b"\r\n", 400, b"longer than"),
    "65 characters": (b"Remote-User: " + b"a" * 65 + b"\r\n", 400, b"can't be"),
    "a space": (b"Remote-User: Ann Smith\r\n", 400, b"can't be"),
    "a slash": (b"Remote-User: a/b\r\n", 400, b"can't be"),
    "a zero": (b"Remote-User: a\x00b\r\n", 400, b""),
    "no UTF-8": (b"Remote-User: \xff\xfe\r\n", 400, b"no UTF-8"),
    "groups of no UTF-8": (b"Remote-User: ann\r\nRemote-Groups: \xff\r\n", 400, b"no UTF-8"),
    "groups of 9 kB": (b"Remote-User: ann\r\nRemote-Groups: " + b"a," * 4500 + b"\r\n", 400, b"longer than"),
    "a local user's name": (b"Remote-User: root\r\n", 403, b"link"),
    "empty": (b"Remote-User:\r\n", 200, b'"uid": null'),
    "spaces": (b"Remote-User:   \r\n", 200, b'"uid": null'),
    "an underscore": (b"Remote_User: ann\r\n", 200, b'"uid": null'),
    "UTF-8": ("Remote-User: Zoë\r\n".encode(), 200, '"uid": "Zoë"'.encode()),
    "an e-mail": (b"Remote-User: ann@example.org\r\n", 200, b'"uid": "ann@example.org"'),
}


@pytest.mark.parametrize("case", WRONG)
def test_headers_of_every_kind(place: Place, case: str) -> None:
    head, wanted, word = WRONG[case]
    status, body = raw(place, head)
    assert (status, word in body) == (wanted, True), body
    assert b"Traceback" not in body
    assert not any("Traceback" in line for line in place.server.front.lines)


def test_another_user_and_none_are_others_at_once(place: Place) -> None:
    """Nothing is left of the one before: the cookie marks whose pictures a browser has, and lets nobody in."""
    with httpx.Client(base_url=place.server.url, headers=PAGE) as browser:
        ann = browser.get("/api/me", headers={"Remote-User": "ann", "Remote-Groups": "all"})
        assert (ann.json()["uid"], ann.headers["Vary"]) == ("ann", "Cookie")
        mark = browser.cookies["darkroom-user"]
        view = browser.get(
            "/picapportapi/1.0/runQuery?query=", headers={"Remote-User": "ann", "Remote-Groups": "all"}
        ).json()
        assert "apisid" not in view
        assert browser.get("/api/me").json()["uid"] is None
        assert "darkroom-user" not in browser.cookies
        bob = {"Remote-User": "bob", "Remote-Groups": "all"}
        assert browser.get("/api/me", headers=bob).json()["uid"] == "bob"
        assert browser.cookies["darkroom-user"] != mark
        assert browser.get(f"/api/photos?vid={view['vid']}", headers=bob).status_code == 404


def test_the_word_counts_more_than_a_cookie_and_less_than_a_session_that_is_named(place: Place) -> None:
    cookie = sign_in_as_page(place.server, "root", "a secret")
    assert place.uid(Cookie=f"darkroom={cookie}") == "root"
    assert place.uid(Cookie=f"darkroom={cookie}", Remote_User="ann") == "ann"
    apisid = sign_in(place.server, "root", "a secret").json()["apisid"]
    status = place.ask(f"/picapportapi/1.0/getServerStatus?apisid={apisid}", Remote_User="ann").json()
    assert status["uid"] == "root"


def test_a_page_of_another_site_changes_nothing(place: Place) -> None:
    elsewhere = {"Remote_User": "ann", "Remote_Groups": "admins", "Origin": "https://evil.example"}
    for method, path in (("POST", "/api/jobs"), ("DELETE", "/api/session"), ("POST", "/api/shares")):
        refused = place.ask(path, method, **elsewhere)
        assert (refused.status_code, "X-Darkroom" in refused.json()["detail"]) == (403, True)
        without = {name: value for name, value in elsewhere.items() if name != "Origin"}
        assert place.ask(path, method, **without).status_code == 403


def test_signing_out_is_the_proxy_s(place: Place) -> None:
    answer = place.ask("/api/session", "DELETE", Remote_User="ann", X_Darkroom="page")
    assert (answer.status_code, answer.json()) == (200, {"location": "https://auth.example.org/logout"})


def test_a_user_who_is_linked_keeps_the_account(place: Place) -> None:
    place.server.manage("user", "add", "eve", "--password", "a secret")
    assert place.ask("/api/me", Remote_User="eve").status_code == 403
    place.server.manage("user", "link", "eve", "eve", "--proxy")
    eventually(lambda: place.ask("/api/me", Remote_User="eve", Remote_Groups="all").status_code, 200)
    place.server.manage("user", "unlink", "eve")
    eventually(lambda: place.ask("/api/me", Remote_User="eve", Remote_Groups="all").status_code, 403)


@contextmanager
def authelia() -> Iterator[int]:
    """What stands for Authelia: who has the cookie `who` is signed in; others are sent to sign in. Gives its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.headers.get("Cookie", "").partition("who=")[2]
            if name:
                self.send_response(200)
                self.send_header("Remote-User", name)
                self.send_header("Remote-Groups", "photos,others")
            else:
                self.send_response(401)
                self.send_header("Location", "https://auth.example.org/?rd=here")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


@contextmanager
def nginx(folder: Path, server: Server, asked: int) -> Iterator[tuple[int, Path]]:
    """nginx with the sample configuration; gives its port and its certificate."""
    replaced = {"127.0.0.1:8080": server.url.removeprefix("http://"), "127.0.0.1:9091": f"127.0.0.1:{asked}"}
    with sample("deploy/nginx-auth.conf", folder, replaced) as made:
        yield made


def test_behind_nginx_that_asks_who_is_signed_in(place: Place, tmp_path: Path) -> None:
    with authelia() as asked, nginx(tmp_path / "nginx", place.server, asked) as (port, chain):

        def curl(path: str, *more: str) -> tuple[str, str]:
            command = [
                program("curl"),
                "--silent",
                "--cacert",
                str(chain),
                "--write-out",
                "\n%{http_code} %{redirect_url}",
            ]
            command += ["--resolve", f"{NAME}:{port}:127.0.0.1", *more, f"https://{NAME}:{port}{path}"]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            body, _, status = done.stdout.rpartition("\n")
            return status, body

        assert curl("/api/me")[0] == "302 https://auth.example.org/?rd=here"
        status, body = curl("/api/me", "--cookie", "who=ann", "--header", "X-Darkroom: page")
        assert (status.strip(), '"uid": "ann"' in body) == ("200", True)
        # What the client says of itself does not come through.
        for forged in ("Remote-User: root", "Remote_User: root", "remote-user: zoe"):
            status, body = curl("/api/me", "--cookie", "who=ann", "--header", forged)
            assert (status.strip(), '"uid": "ann"' in body) == ("200", True)
        photo = f"/picapportapi/1.0/getPhoto?width=8&photoid={quote(place.sea, safe='')}"
        assert curl(photo, "--cookie", "who=ann", "--output", os.devnull)[0].strip() == "200"
        assert (
            curl(photo.replace(quote(place.sea, safe=""), quote(place.town, safe="")), "--cookie", "who=ann")[0].strip()
            == "404"
        )
