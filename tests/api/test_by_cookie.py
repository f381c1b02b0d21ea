"""The page's way in: a session as a cookie, what it opens, and what it does not open for whoever is not the page."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from falcon.testing import TestClient

from catalog.lists.shares import Terms
from catalog.photoid import decode
from tests.api.front import Visitor, front_end
from tests.api.house import House

PLAIN = "NoPwEncryptionForWebApi"
PHOTO_FUNCTIONS = ("getPhoto", "getThumbnail", "getPhotoMetadata", "getOriginalFile")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose default user is guest; passwords go as they are."""
    with ExitStack() as closing:
        yield House(tmp_path_factory.mktemp("cookie"), closing, webapi_disable_password_encryption=PLAIN)


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[TestClient]:
    """Its front end."""
    with ExitStack() as closing:
        yield front_end(house, closing)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[tuple[House, TestClient]]:
    """A house without a default user, where an apikey is wanted."""
    with ExitStack() as closing:
        settings = {"webapi_default_uid": "nobody", "webapi_apikey": "the key"}
        house = House(tmp_path, closing, webapi_disable_password_encryption=PLAIN, **settings)
        yield house, front_end(house, closing)


def signed_in(house: House, client: TestClient, uid: str) -> Visitor:
    """Somebody whose cookie is of a session of that user."""
    visitor = Visitor(client)
    visitor.cookies["darkroom"] = house.library.sessions.create("10.8.8.8", uid, None)
    return visitor


def me(visitor: Visitor) -> tuple[str | None, bool]:
    """Who somebody is, and whether by a session."""
    told = visitor.ask("/api/me").json
    return told["uid"], told["signedIn"]


def test_signing_in_and_out(house: House, client: TestClient) -> None:
    visitor = Visitor(client)
    assert me(visitor) == ("guest", False)
    made = visitor.ask("createWebApiSession")
    assert made.json == {"authorised": False, "algorithm": "none"}
    assert re.fullmatch(r"darkroom=[\w-]{22}; Path=/; HttpOnly; SameSite=Strict", made.headers["Set-Cookie"])
    first = visitor.cookies["darkroom"]
    assert me(visitor) == ("guest", False)  # nobody has signed in yet
    answer = visitor.ask("authorizeWebApiSession", uid="ann", pw="a secret")
    assert (answer.status_code, answer.json) == (200, {"uid": "ann"})
    assert me(visitor) == ("ann", True)
    second = visitor.cookies["darkroom"]
    assert second != first
    assert Visitor(client).ask("getServerStatus", apisid=first).json["isValid"] is False
    assert visitor.ask("getServerStatus").json["uid"] == "ann"
    ended = visitor.delete("/api/session")
    assert (ended.status_code, ended.content, visitor.cookies) == (204, b"", {})
    assert me(visitor) == ("guest", False)
    assert Visitor(client).ask("getServerStatus", apisid=second).json["isValid"] is False
    assert visitor.delete("/api/session").status_code == 204


def test_a_wrong_password_leaves_all_as_it_was(house: House, client: TestClient) -> None:
    visitor = Visitor(client)
    assert visitor.sign_in("ann", "wrong").status_code == 403
    assert me(visitor) == ("guest", False)
    kept = visitor.cookies["darkroom"]
    assert visitor.ask("authorizeWebApiSession", uid="ann", pw="a secret").status_code == 200  # the session still does
    assert visitor.cookies["darkroom"] != kept
    assert me(visitor) == ("ann", True)


def test_a_session_that_somebody_else_has_put_there_is_not_signed_in_to(house: House, client: TestClient) -> None:
    planted = house.library.sessions.create("10.6.6.6", None, None)
    victim, thief = Visitor(client), Visitor(client, page=False)
    victim.cookies["darkroom"] = planted
    assert victim.ask("authorizeWebApiSession", uid="ann", pw="a secret").status_code == 200
    assert me(victim) == ("ann", True)
    assert victim.cookies["darkroom"] != planted
    assert thief.ask("getServerStatus", apisid=planted).json["isValid"] is False
    # Two cookies of the name: no telling which is whose.
    victim.cookies[" darkroom"] = planted
    assert me(victim) == ("guest", False)


def test_signing_in_anew_ends_the_session_before(house: House, client: TestClient) -> None:
    visitor = signed_in(house, client, "ann")
    old = visitor.cookies["darkroom"]
    assert visitor.sign_in("sailor", "sailor").status_code == 200
    assert me(visitor) == ("sailor", True)
    assert Visitor(client).ask("getServerStatus", apisid=old).json["isValid"] is False


def test_no_answer_says_what_the_cookie_holds(house: House, client: TestClient) -> None:
    visitor = Visitor(client)
    answers = [visitor.ask("createWebApiSession"), visitor.ask("authorizeWebApiSession", uid="root", pw="root")]
    answers += [visitor.ask("runQuery", query="*"), visitor.ask("/api/me"), visitor.ask("getServerStatus")]
    answers += [visitor.ask(f"/api/{each}") for each in ("shares", "jobs", "cache")]
    answers.append(visitor.post("/api/shares", {"photoids": [house.sea]}))
    for answer in answers:
        assert answer.status_code in (200, 201), answer.text
        assert visitor.cookies["darkroom"] not in answer.text
        assert "apisid" not in answer.text


def test_who_ends_another_session_keeps_his_own(house: House, client: TestClient) -> None:
    visitor = signed_in(house, client, "ann")
    other = house.library.sessions.create("10.8.8.8", "root", None)
    assert visitor.delete("/api/session", apisid=other).status_code == 204
    assert Visitor(client).ask("getServerStatus", apisid=other).json["isValid"] is False
    assert me(visitor) == ("ann", True)
    visitor.cookies["darkroom"] = other  # which has ended
    assert (visitor.delete("/api/session").status_code, visitor.cookies) == (204, {})


def test_a_program_is_answered_as_ever(house: House, client: TestClient) -> None:
    program = Visitor(client, page=False)
    made = program.ask("createWebApiSession")
    assert (made.json["authorised"], "Set-Cookie" in made.headers) == (True, False)
    apisid = made.json["apisid"]
    signed = program.ask("authorizeWebApiSession", apisid=apisid, uid="ann", pw="a secret")
    assert (signed.json, "Set-Cookie" in signed.headers) == ({"apisid": apisid, "uid": "ann"}, False)
    assert program.ask("runQuery", apisid=apisid, query="*").json["apisid"] == apisid
    made = program.ask("authorizeWebApiSession", uid="ann", pw="a secret")  # a session, as passwords go as they are
    assert ({*made.json}, made.json["uid"], "Set-Cookie" in made.headers) == ({"apisid", "uid"}, "ann", False)
    assert made.json["apisid"] != apisid
    assert program.delete("/api/session", apisid=apisid).status_code == 204
    assert program.ask("runQuery", apisid=apisid, query="*").status_code == 403
    assert program.delete("/api/session", apisid=apisid).status_code == 403


def test_the_session_that_stands_for_an_open_user_is_nobodys_to_end(house: House, client: TestClient) -> None:
    program = Visitor(client, page=False)
    view = program.ask("runQuery", query="*").json
    for params in ({}, {"apisid": "guest"}, {"apisid": view["apisid"]}):
        assert program.delete("/api/session", **params).status_code == 204
    assert program.ask("getPhoto", vid=view["vid"], index=0, width=9).status_code == 200


# caller: by photoid of the sea, of the town, by the own view of both, by another's view.
WITHOUT_PERMISSION = {
    "ann": (200, 200, 200, 404),
    "root": (200, 200, 200, 404),
    "sailor": (200, 404, 404, 404),
    "viewer": (200, 200, 200, 404),
}
WITH_PERMISSION = WITHOUT_PERMISSION | {"viewer": (403, 403, 403, 403)}


@pytest.mark.parametrize("function", PHOTO_FUNCTIONS)
@pytest.mark.parametrize("caller", WITHOUT_PERMISSION)
def test_by_cookie_as_by_apisid(house: House, client: TestClient, function: str, caller: str) -> None:
    visitor = signed_in(house, client, caller)
    view, others = (
        house.library.views.make(apisid, decode(house.town))[0]
        for apisid in (visitor.cookies["darkroom"], house.library.sessions.create("10.8.8.8", "ann", None))
    )
    house.library.generations.look()
    asked: tuple[dict[str, object], ...] = (
        {"photoid": house.sea},
        {"photoid": house.town},
        {"vid": view, "index": 0},
        {"vid": others, "index": 0},
    )
    table = WITHOUT_PERMISSION if function in ("getPhoto", "getThumbnail") else WITH_PERMISSION
    assert tuple(visitor.ask(function, **params).status_code for params in asked) == table[caller]
    program = Visitor(client, page=False)
    again = tuple(program.ask(function, apisid=visitor.cookies["darkroom"], **params).status_code for params in asked)
    assert again == table[caller]
    # A gallery is its owner's to show, whoever looks; and an apisid that is named comes before the cookie.
    sid = house.library.shares.make("root", decode(house.town), Terms()).sid
    assert visitor.ask(function, sid=sid, index=0).status_code == 200
    assert visitor.ask(function, photoid=house.town, apisid="root").status_code == 200
    assert visitor.ask(function, photoid=house.town, apisid="nonsense").status_code == 403
    assert visitor.ask(function, photoid=house.town, apisid="").status_code == 400


def test_a_second_user_sees_less(house: House, client: TestClient) -> None:
    ann, sailor = (signed_in(house, client, uid) for uid in ("ann", "sailor"))
    assert [each.ask("runQuery", query="*").json["count"] for each in (ann, sailor)] == [2, 1]


CHANGING = (
    ("POST", "/api/shares", {"photoids": ["SEA"]}, 201),
    ("DELETE", "/api/shares/SID", None, 204),
    ("POST", "/api/prefetch", {"photoids": ["SEA"], "sizes": [{"width": 8}]}, 202),
    ("POST", "/api/jobs", {"query": "dir:nowhere"}, 201),
    ("POST", "/api/jobs/999999/cancel", None, 404),
    ("DELETE", "/api/session", None, 204),
)


@pytest.mark.parametrize(("method", "path", "body", "status"), CHANGING)
def test_what_changes_something_takes_what_another_site_can_t_send(
    house: House, client: TestClient, method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    root = signed_in(house, client, "root")
    sid = house.library.shares.make("root", decode(house.sea), Terms()).sid
    path = path.replace("SID", sid)
    if body and "photoids" in body:
        body = body | {"photoids": [house.sea]}
    page, root.headers = root.headers, {}
    for headers in ({}, {"X-Darkroom": "1"}, {"Origin": "https://evil.example", "Content-Type": "text/plain"}):
        root.headers = headers
        refused = root.send(method, path, body)
        assert (refused.status_code, "X-Darkroom: page" in refused.json["detail"]) == (403, True)
        assert "Set-Cookie" not in refused.headers
    assert me(root) == ("root", True)
    # Whoever names the session needs no header: another site does not know it.
    program = Visitor(client, page=False)
    assert program.send(method, path, body, apisid="root").status_code == status
    root.headers = page
    assert root.send(method, path, body).status_code in (status, 404)  # what the program has ended is gone


def test_signing_in_by_the_cookie_takes_the_header_too(house: House, client: TestClient) -> None:
    visitor = Visitor(client)
    visitor.ask("createWebApiSession")
    visitor.headers = {}
    assert visitor.ask("authorizeWebApiSession", uid="ann", pw="a secret").status_code == 403
    assert me(visitor) == ("guest", False)


def test_reading_takes_no_header(house: House, client: TestClient) -> None:
    """An image has none."""
    visitor = signed_in(house, client, "sailor")
    visitor.headers = {}
    assert visitor.ask("getPhoto", photoid=house.sea, width=8).status_code == 200
    assert visitor.send("HEAD", "getPhoto", None, photoid=house.sea, width=8).status_code == 200
    assert visitor.ask("getPhoto", photoid=house.town, width=8).status_code == 404


@pytest.mark.parametrize("sent", ["A" * 22, "guest", "root", "", "nonsense", "' OR 1=1", "A" * 5000])
def test_a_cookie_of_no_session_is_as_none(house: House, client: TestClient, sent: str) -> None:
    visitor = Visitor(client)
    visitor.cookies["darkroom"] = sent
    for function, params in (("getPhoto", {"photoid": house.town, "width": 8}), ("runQuery", {"query": "*"})):
        answer = visitor.ask(function, **params)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    assert me(visitor) == ("guest", False)
    assert visitor.cookies == ({} if len(sent) == 22 else {"darkroom": sent})  # another's it is not ours to take away


def test_a_session_that_has_ended(house: House, client: TestClient) -> None:
    visitor = signed_in(house, client, "viewer")
    assert me(visitor) == ("viewer", True)
    house.library.users.set_password("viewer", "another")
    house.library.generations.look()
    try:
        assert visitor.ask("runQuery", query="*").status_code == 200  # guest's
        assert visitor.post("/api/prefetch", {"photoids": [house.sea], "sizes": [{"width": 8}]}).status_code == 202
        assert "darkroom" in visitor.cookies  # which an answer that comes late must not take away
        assert me(visitor) == ("guest", False)
        assert visitor.cookies == {}
    finally:
        house.library.users.set_password("viewer", "viewer")
        house.library.generations.look()


def test_caches_are_told_what_answers_hang_on(house: House, client: TestClient) -> None:
    sid = house.library.shares.make("root", decode(house.town), Terms()).sid
    for visitor in (Visitor(client), signed_in(house, client, "ann"), signed_in(house, client, "sailor")):
        for function in PHOTO_FUNCTIONS:
            for method in ("GET", "HEAD"):
                for photoid in (house.sea, house.town):
                    asked = visitor.send(method, function, None, photoid=photoid)
                    assert asked.headers["Vary"] == "Cookie", (asked.status_code, function)
                named = visitor.send(method, function, None, photoid=house.sea, apisid="root")
                assert (named.status_code, "Vary" in named.headers) == (200, False)
            shared = visitor.ask(function, sid=sid, index=0)
            assert shared.status_code == 200
        current = visitor.ask("getPhoto", photoid=house.sea, width=8)
        visitor.headers = visitor.headers | {"If-None-Match": current.headers["ETag"]}
        again = visitor.ask("getPhoto", photoid=house.sea, width=8)
        assert (again.status_code, again.headers["Vary"]) == (304, "Cookie")


def test_without_a_default_user(closed: tuple[House, TestClient]) -> None:
    house, client = closed
    visitor, program = Visitor(client), Visitor(client, page=False)
    assert me(visitor) == (None, False)
    assert visitor.ask("getPhoto", photoid=house.sea).status_code == 403
    assert program.ask("createWebApiSession").status_code == 400  # without the apikey
    # The page needs none: what it gets is of no use without a password.
    assert visitor.ask("createWebApiSession").status_code == 200
    assert me(visitor) == (None, False)
    assert visitor.ask("runQuery", query="*").status_code == 403
    assert visitor.ask("authorizeWebApiSession", uid="ann", pw="a secret").status_code == 200
    assert me(visitor) == ("ann", True)
    assert visitor.ask("getPhoto", photoid=house.sea, width=8).status_code == 200
    assert visitor.delete("/api/session").status_code == 204
    assert visitor.ask("getPhoto", photoid=house.sea, width=8).status_code == 403


def test_sessions_of_an_address_are_counted(tmp_path: Path) -> None:
    with ExitStack() as closing:
        settings = {"webapi_disable_password_encryption": PLAIN, "webapi_max_sessions_per_ip": 3}
        client = front_end(House(tmp_path, closing, **settings), closing)
        visitors = [Visitor(client) for _ in range(4)]
        assert [each.ask("createWebApiSession").status_code for each in visitors] == [200, 200, 200, 403]
        # Who tries again takes no other place, nor does who signs in.
        assert visitors[0].sign_in("ann", "wrong").status_code == 403
        assert visitors[0].sign_in("ann", "a secret").status_code == 200
        assert visitors[0].delete("/api/session").status_code == 204
        assert visitors[3].ask("createWebApiSession").status_code == 200


def test_where_the_page_is_turned_off_there_is_no_cookie(tmp_path: Path) -> None:
    with ExitStack() as closing:
        settings = {"webapi_disable_password_encryption": PLAIN, "web_enabled": False}
        house = House(tmp_path, closing, **settings)
        client = front_end(house, closing)
        visitor = signed_in(house, client, "root")
        assert me(visitor) == ("guest", False)
        assert visitor.ask("getPhoto", photoid=house.sea, width=8).headers.get("Vary") is None
        made = visitor.ask("createWebApiSession")
        assert ("apisid" in made.json, "Set-Cookie" in made.headers) == (True, False)
        assert visitor.post("/api/shares", {"photoids": [house.sea]}).status_code == 403
        for path in ("/", "/login", "/s/x", "/web/main.js"):
            assert visitor.ask(path).status_code == 404


def test_over_https_the_cookie_is_for_https(house: House, client: TestClient) -> None:
    answer = client.simulate_get(
        "/picapportapi/1.0/createWebApiSession", headers={"X-Darkroom": "page"}, protocol="https"
    )
    assert answer.headers["Set-Cookie"].endswith("; SameSite=Strict; Secure")


def test_no_page_of_another_site_acts_for_who_needs_no_session(house: House, client: TestClient) -> None:
    """The default user, or one whose uid is the password: a browser in this network would do it for anybody's page."""
    stranger, program = Visitor(client, page=False), Visitor(client, page=False)
    stranger.headers["Origin"] = "https://elsewhere.example"
    body = {"photoids": [], "sizes": [{"width": 8}]}
    session = house.library.sessions.create("10.8.8.8", "guest", None)
    for apisid, status in ((None, 403), ("guest", 403), ("unknown", 403), (session, 202)):
        assert stranger.post("/api/prefetch", body, apisid=apisid).status_code == status, apisid
    assert program.post("/api/prefetch", body).status_code == 202
    assert stranger.ask("/api/me").json["uid"] == "guest"  # which that page can't read
