"""Sessions as clients make and use them, over real HTTP."""

import itertools
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.people import sign_in
from tests.end_to_end.photos.test_get_photo import assert_problem
from tests.end_to_end.servers import Server, environ, eventually, serving, start_front
from tests.end_to_end.thrice import thrice
from tests.photos import save_jpeg, solid

ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits


CALLERS = (f"192.0.2.{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the open user guest by default, passwords as they are, an apikey, CORS and an access log."""
    folder = tmp_path_factory.mktemp("plain")
    save_jpeg(folder / "photos/beach.jpg", solid(60, 40, (10, 90, 200)))
    settings = {
        "WEBAPI_APIKEY": "the key",
        "WEBAPI_DISABLE_PASSWORD_ENCRYPTION": "NoPwEncryptionForWebApi",
        "WEBAPI_MAX_SESSIONS_PER_IP": "6",
        "SERVER_CORS_ORIGINS": "https://photos.example, https://other.example",
        "SERVER_ACCESS_LOG": "true",
        "SERVER_TRUSTED_PROXY": "127.0.0.1",
    }
    with serving(folder / "photos", folder / "data", "embedded", **settings) as server:
        server.manage("user", "add", "ann", "--password", "a secret")
        yield server


@pytest.fixture
def plain(server: Server) -> Iterator[Server]:
    """That server, called from an address of its own: sessions and wrong passwords of one test count for no other."""
    with thrice(headers={"X-Forwarded-For": next(CALLERS)}) as client:
        yield replace(server, client=client)


def create(server: Server) -> str:
    """A session, with the apikey."""
    return str(server.api("createWebApiSession", apikey="the key").json()["apisid"])


def test_a_session_without_encryption(plain: Server) -> None:
    answer = plain.api("createWebApiSession", apikey="the key").json()
    assert answer == {"apisid": answer["apisid"], "authorised": True, "algorithm": "none"}
    assert ID.fullmatch(answer["apisid"])
    apisid = answer["apisid"]
    assert plain.api("getServerStatus", apisid=apisid).json()["uid"] == "guest"
    signed = plain.api("authorizeWebApiSession", apisid=apisid, uid="ann", pw="a secret", returnatu="true")
    assert signed.json() == {"apisid": apisid, "uid": "ann"}
    assert plain.api("getServerStatus", apisid=apisid).json()["uid"] == "ann"
    assert plain.api("runQuery", apisid=apisid, query="beach").json()["count"] == 1


@pytest.mark.parametrize(("apikey", "status"), [(None, 400), ("", 400), ("the ke", 403), ("THE KEY", 403)])
def test_the_apikey(plain: Server, apikey: str | None, status: int) -> None:
    answer = plain.api("createWebApiSession", apikey=apikey)
    assert answer.status_code == status
    assert_problem(answer)


def test_wrong_words_at_the_door(plain: Server) -> None:
    apisid = create(plain)
    for params, status in (
        ({"uid": "ann", "pw": "a secret"}, 400),
        ({"apisid": apisid, "pw": "a secret"}, 400),
        ({"apisid": apisid, "uid": "ann"}, 400),
        ({"apisid": apisid, "uid": "ann", "pw": ""}, 400),
        ({"apisid": "A" * 22, "uid": "ann", "pw": "a secret"}, 403),
        ({"apisid": "guest", "uid": "ann", "pw": "a secret"}, 403),
        ({"apisid": apisid, "uid": "ann", "pw": "A secret"}, 403),
        ({"apisid": apisid, "uid": "nobody", "pw": "x" * 10_000}, 403),
        ({"apisid": apisid, "uid": "ann", "pw": "a secret", "returnatu": "maybe"}, 400),
    ):
        answer = plain.api("authorizeWebApiSession", **params)
        assert answer.status_code == status, (params, answer.text)
        assert_problem(answer)
    assert plain.api("getServerStatus", apisid=apisid).json()["uid"] == "guest"


def test_guessing_is_slowed_down(plain: Server) -> None:
    plain.manage("user", "add", "victim", "--password", "a secret")
    apisid = create(plain)

    def guess(word: str) -> int:
        answer = plain.api("authorizeWebApiSession", apisid=apisid, uid="victim", pw=word)
        assert answer.status_code != 503 or int(answer.headers["Retry-After"]) >= 1
        return answer.status_code

    assert guess("guess") == 403
    eventually(lambda: guess("guess"), 503)
    # The right one has to wait too: else the wait would tell. On a slow machine it may be over by then.
    eventually(lambda: (guess("guess"), guess("a secret")), (503, 503))


def test_too_many_sessions(plain: Server) -> None:
    statuses = [plain.api("createWebApiSession", apikey="the key").status_code for _ in range(7)]
    assert statuses[-1] == 403
    assert plain.api("runQuery", query="*").json()["count"] == 1  # implicit ones are none of them


def test_implicit_sessions(plain: Server) -> None:
    first = plain.api("runQuery", query="beach").json()
    assert plain.api("getPhoto", vid=first["vid"], index=0, width=9).status_code == 200
    second = plain.api("runQuery", query="beach", apisid="guest").json()
    assert second["apisid"] == first["apisid"]
    assert second["vid"] > first["vid"]
    assert plain.api("getPhoto", apisid="guest", vid=first["vid"], index=0, width=9).status_code == 200
    assert plain.api("getPhoto", apisid=first["apisid"], vid=first["vid"], index=0, width=9).status_code == 200
    assert plain.api("getPhoto", apisid="ann", vid=first["vid"], index=0, width=9).status_code == 403


def test_nothing_secret_is_logged(plain: Server) -> None:
    apisid = plain.api("runQuery", query="beach").json()["apisid"]
    sid = plain.manage("share", "add", "--query", "*")
    plain.api("authorizeWebApiSession", APISID=apisid, uid="ann", Pw="tell nobody")
    plain.api("getPhoto", sid=sid, index=0, width=9)
    plain.get(f"/api/shares/{sid}")
    plain.api("createWebApiSession", apikey="a wrong key")
    plain.get("/picapportapi/1.0/getPhoto?last=one%0Aline")
    plain.front.wait_for("last=one")
    plain.front.wait_for(r"GET /picapportapi/1.0/authorizeWebApiSession\?APISID=\*\*\*&uid=ann&Pw=\*\*\* 403 ")
    log = "".join(plain.front.lines)
    for secret in (apisid, sid, "tell", "a+wrong+key", "the+key"):
        assert secret not in log


def test_cors(plain: Server) -> None:
    url = "/picapportapi/1.0/getSharedGallerys"
    for origin, allowed in (("https://other.example", True), ("https://evil.example", False)):
        answer = plain.get(url, headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_sessions_outlast_a_kill_and_hold_in_every_process(tmp_path: Path) -> None:
    save_jpeg(tmp_path / "photos/beach.jpg", solid(60, 40, (10, 90, 200)))
    with serving(tmp_path / "photos", tmp_path / "data", "embedded", WEBAPI_DEFAULT_UID="") as server:
        server.manage("user", "add", "ann", "--password", "a secret")
        apisid = sign_in(server, "ann", "a secret").json()["apisid"]
        vid = server.api("runQuery", apisid=apisid, query="*").json()["vid"]
        other = start_front(server.environ)
        try:
            url = other.wait_for(r"serving on (http://\S+)")[1]
            there = f"/picapportapi/1.0/getPhoto?apisid={apisid}&vid={vid}&index=0&width=20"
            assert httpx.get(url + there).status_code == 200
            assert (
                server.get("/picapportapi/1.0/getPhoto?width=9&vid=1&index=0").status_code == 404
            )  # guest's is another
        finally:
            other.stop()
        server.front.stop(signal.SIGKILL)
        server.front = start_front(server.environ)
        server.url = server.front.wait_for(r"serving on (http://\S+)")[1]
        assert server.get(there).status_code == 200
        # A vid is never used twice, though its session has ended.
        server.manage("user", "passwd", "ann", "--password", "another")
        server.front.stop()
        server.front = start_front(server.environ)
        server.url = server.front.wait_for(r"serving on (http://\S+)")[1]
        assert server.get(there).status_code == 403
        assert server.api("runQuery", query="*").json()["vid"] > vid


def test_the_web_api_switched_off_and_only_the_rest_answers(tmp_path: Path) -> None:
    front = start_front(environ(None, tmp_path / "data", WEBAPI_ENABLED="false"))
    try:
        url = front.wait_for(r"serving on (http://\S+)")[1]
        answer = httpx.get(f"{url}/picapportapi/1.0/getSharedGallerys")
        assert (answer.status_code, "webapi.enabled" in answer.json()["detail"]) == (403, True)
        assert httpx.get(f"{url}/health").status_code == 200
    finally:
        front.stop()
