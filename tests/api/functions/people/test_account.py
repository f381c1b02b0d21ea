"""One's own account: who has one, and that the password is shown again before anything dangerous is done."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from falcon.testing import TestClient

from catalog.people.audit import AuditLog
from catalog.people.sessions import CONFIRMED_FOR
from tests.api.front import Visitor
from tests.api.functions.people.house import BOSS_PASSWORD, accounts, page_of, program_of
from tests.api.house import House
from tests.clock import Clock

# What can be done to accounts, each as an admin would do it.
DANGEROUS: list[tuple[str, str, object, dict[str, str]]] = [
    ("POST", "/api/account/password", {"pw": "another"}, {}),
    ("POST", "/api/app-passwords", {"name": "hall"}, {}),
    ("POST", "/api/users", {"uid": "eve", "pw": "x"}, {}),
    ("PUT", "/api/users", {"groups": ["users"], "admin": True}, {"uid": "ann"}),
    ("DELETE", "/api/users", None, {"uid": "viewer"}),
    ("POST", "/api/users/password", {"pw": "x"}, {"uid": "ann"}),
    ("POST", "/api/users/name", {"uid": "anna"}, {"uid": "ann"}),
    ("POST", "/api/groups", {"name": "sea"}, {}),
    ("PUT", "/api/groups", {}, {"name": "sailors"}),
    ("DELETE", "/api/groups", None, {"name": "sailors"}),
    ("POST", "/api/groups/name", {"name": "sea"}, {"name": "sailors"}),
]
READING = ["/api/account", "/api/app-passwords", "/api/sessions", "/api/users", "/api/groups", "/api/audit"]


def state(house: House) -> object:
    """All that could be changed."""
    library = house.library
    everyone = library.users.everyone()
    proofs = [library.users.proof("boss", BOSS_PASSWORD), library.users.proof("ann", "a secret")]
    return everyone, library.groups.everyone(), proofs, [library.app_passwords.of_user(each.uid) for each in everyone]


def test_what_is_known_of_it(boss: Visitor, ann: Visitor) -> None:
    assert ann.ask("/api/account").json == {"uid": "ann", "admin": False, "confirmed": True, "algorithm": "none"}
    assert boss.ask("/api/account").json["admin"] is True


@pytest.mark.parametrize("path", READING)
def test_nobody_reads_what_is_for_whoever_signed_in(house: House, client: TestClient, path: str) -> None:
    """Not strangers, not users that anyone may come as, not by an app password."""
    password = house.library.app_passwords.add("boss", "kitchen")
    frame, apisid = program_of(client, "boss", password)
    stranger, page = Visitor(client, page=False), Visitor(client)
    page.ask("createWebApiSession")
    asked = [
        stranger.ask(path),
        *(stranger.ask(path, apisid=each) for each in ("root", "guest", "A" * 22, apisid)),
        page.ask(path),
        page_of(client, "root", "root").ask(path),
    ]
    assert [answer.status_code for answer in asked] == [403] * 7
    assert "app password" in asked[4].json["detail"]
    assert frame.ask("/api/me", apisid=apisid).json["uid"] == "boss"


@pytest.mark.parametrize(("method", "path", "body", "params"), DANGEROUS, ids=lambda each: str(each)[:30])
def test_nothing_is_changed_by_who_may_not(
    house: House, client: TestClient, clock: Clock, method: str, path: str, body: object, params: dict[str, str]
) -> None:
    """By nobody who may not read, no page of another site, no user for another, nor long after the password."""
    boss, ann = page_of(client, "boss", BOSS_PASSWORD), page_of(client, "ann", "a secret")
    frame, apisid = program_of(client, "boss", house.library.app_passwords.add("boss", "kitchen"))
    elsewhere = Visitor(client)
    elsewhere.cookies, elsewhere.headers = boss.cookies, {"Origin": "https://evil.example"}
    before = state(house)
    refused = [
        frame.send(method, path, body, **params, apisid=apisid),
        frame.send(method, path, body, **params, apisid="root"),
        frame.send(method, path, body, **params),
        elsewhere.send(method, path, body, **params),
    ]
    if "account" not in path and "app-passwords" not in path:
        refused.append(ann.send(method, path, body, **params))
    clock.now += CONFIRMED_FOR + 1
    late = boss.send(method, path, body, **params)
    assert [answer.status_code for answer in [*refused, late]] == [403] * (len(refused) + 1)
    assert "/api/account/confirm" in late.json["detail"]
    assert boss.ask("/api/account").json["confirmed"] is False
    assert state(house) == before
    assert boss.post("/api/account/confirm", {"pw": BOSS_PASSWORD}).status_code == 204
    assert boss.ask("/api/account").json["confirmed"] is True
    assert boss.send(method, path, body, **params).status_code in (201, 204)
    assert state(house) != before


def test_a_wrong_password_confirms_nothing_and_is_slowed_down(house: House, boss: Visitor, clock: Clock) -> None:
    clock.now += CONFIRMED_FOR + 1
    app = house.library.app_passwords.add("boss", "kitchen")
    statuses = [boss.post("/api/account/confirm", {"pw": each}).status_code for each in ("wrong", app, *"123456")]
    assert statuses[:2] == [403, 403]
    assert statuses[-1] == 503
    assert boss.ask("/api/account").json["confirmed"] is False


@pytest.mark.parametrize("body", [{}, {"pw": ""}, {"pw": None}, {"pw": 1}, {"pw": "x", "more": 1}, [], None])
def test_what_is_no_body(boss: Visitor, body: object) -> None:
    for path in ("/api/account/confirm", "/api/account/password"):
        assert boss.post(path, body).status_code == 400


def test_another_password_of_one_s_own(house: House, client: TestClient, ann: Visitor) -> None:
    other = page_of(client, "ann", "a secret")
    app = house.library.app_passwords.add("ann", "kitchen")
    assert ann.post("/api/account/password", {"pw": "another secret"}).status_code == 204
    assert ann.ask("/api/account").json["uid"] == "ann"
    assert other.ask("/api/account").status_code == 403
    assert Visitor(client).sign_in("ann", "a secret").status_code == 403
    assert Visitor(client).sign_in("ann", "another secret").status_code == 200
    assert program_of(client, "ann", app)
    noted = house.library.audit.entries(1)[0]
    assert (noted.who, noted.address, noted.what, noted.whom) == ("ann", "127.0.0.1", "user passwd", "ann")
    refused = ann.post("/api/account/password", {"pw": "x" * 201})
    assert (refused.status_code, "1 to 200 bytes" in refused.json["detail"]) == (400, True)


def test_passwords_go_under_the_session_s_key(tmp_path: Path) -> None:
    with accounts(tmp_path, webapi_disable_password_encryption="") as (house, client):
        visitor = Visitor(client)
        made = visitor.ask("createWebApiSession").json

        def encrypted(password: str) -> str:
            key = rsa.RSAPublicNumbers(int(made["exponent"], 16), int(made["modulus"], 16)).public_key()
            return key.encrypt(password.encode(), padding.PKCS1v15()).hex()

        assert visitor.ask("authorizeWebApiSession", uid="boss", pw=encrypted(BOSS_PASSWORD)).status_code == 200
        told = visitor.ask("/api/account").json
        assert {name: told[name] for name in ("algorithm", "exponent", "modulus")} == {
            name: made[name] for name in ("algorithm", "exponent", "modulus")
        }
        for path in ("confirm", "password"):
            assert visitor.post(f"/api/account/{path}", {"pw": "no hexadecimal"}).status_code == 400
        assert visitor.post("/api/account/confirm", {"pw": encrypted(BOSS_PASSWORD)}).status_code == 204
        assert visitor.post("/api/account/password", {"pw": encrypted("päss")}).status_code == 204
        assert house.library.users.proof("boss", "päss")
        assert visitor.post("/api/users", {"uid": "eve", "pw": encrypted("évè")}).status_code == 201
        assert house.library.users.proof("eve", "évè")
        log = AuditLog(house.library.engine, days=1, most=1000).entries(1000)
        assert "päss" not in str(log)


def test_an_app_password_does_not_open_the_page(house: House, client: TestClient) -> None:
    password = house.library.app_passwords.add("ann", "kitchen")
    refused = Visitor(client).sign_in("ann", password)
    assert (refused.status_code, refused.json["detail"]) == (403, "The uid or the password is wrong.")
