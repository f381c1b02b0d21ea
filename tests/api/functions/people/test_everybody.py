"""Users, groups, shares and the audit log, as admins see and change them."""

import pytest
from falcon.testing import TestClient

from catalog.people.access import ASKED_FOR, METADATA
from catalog.people.groups import Group
from tests.api.front import Visitor
from tests.api.functions.people.house import page_of
from tests.api.house import House


def test_users_are_listed_without_secrets(boss: Visitor) -> None:
    listed = {each["uid"]: each for each in boss.ask("/api/users").json["users"]}
    assert {*listed} == {"guest", "viewer", "sailor", "ann", "root", "boss"}
    assert {name: listed["ann"][name] for name in ("admin", "open", "groups")} == {
        "admin": False, "open": False, "groups": ["users"],
    }  # fmt: skip
    assert (listed["guest"]["open"], listed["root"]["admin"]) == (True, True)
    assert "argon2" not in str(listed)


def test_users_come_change_and_go(house: House, client: TestClient, boss: Visitor) -> None:
    added = boss.post("/api/users", {"uid": "eve", "pw": "x y", "groups": ["sailors", "viewers"]})
    assert (added.status_code, added.json) == (201, {"uid": "eve"})
    assert boss.post("/api/users", {"uid": "adam", "pw": "x"}).status_code == 201
    eve = page_of(client, "eve", "x y")
    known = {each.uid: each for each in house.library.users.everyone()}
    assert (known["eve"].groups, known["adam"].groups) == (("sailors", "viewers"), ("users",))
    assert boss.send("PUT", "/api/users", {"groups": ["users"], "admin": True}, uid="eve").status_code == 204
    assert eve.ask("/api/users").status_code == 200  # an admin by now
    assert boss.send("PUT", "/api/users", {"groups": [], "admin": False}, uid="eve").status_code == 204
    assert eve.ask("/api/users").status_code == 403
    assert boss.post("/api/users/name", {"uid": "Eva"}, uid="eve").status_code == 204
    assert eve.ask("/api/account").json["uid"] == "Eva"
    assert boss.post("/api/users/password", {"pw": "z"}, uid="Eva").status_code == 204
    assert eve.ask("/api/account").status_code == 403
    assert page_of(client, "Eva", "z")
    assert boss.delete("/api/users", uid="Eva").status_code == 204
    assert "Eva" not in {each.uid for each in house.library.users.everyone()}
    entries = boss.ask("/api/audit", about="Eva").json["entries"]
    assert [(each["who"], each["address"], each["what"]) for each in entries] == [
        ("boss", "127.0.0.1", what) for what in ("user remove", "user passwd", "user rename")
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "params", "status"),
    [
        ("POST", "/api/users", {"uid": "ann", "pw": "x"}, {}, 409),
        ("POST", "/api/users", {"uid": "a b", "pw": "x"}, {}, 400),
        ("POST", "/api/users", {"uid": "eve"}, {}, 400),
        ("POST", "/api/users", {"pw": "x"}, {}, 400),
        ("POST", "/api/users", {"uid": "eve", "pw": "x", "groups": ["nope"]}, {}, 404),
        ("POST", "/api/users", {"uid": "eve", "pw": "x", "groups": [1]}, {}, 400),
        ("POST", "/api/users", {"uid": "eve", "pw": "x" * 201}, {}, 400),
        ("PUT", "/api/users", {"admin": True}, {"uid": "nobody"}, 404),
        ("PUT", "/api/users", {"admin": True}, {}, 400),
        ("PUT", "/api/users", {"admin": "yes"}, {"uid": "ann"}, 400),
        ("PUT", "/api/users", {"groups": ["users"]}, {"uid": "boss"}, 409),
        ("DELETE", "/api/users", None, {"uid": "boss"}, 409),
        ("DELETE", "/api/users", None, {"uid": "nobody"}, 404),
        ("DELETE", "/api/users", None, {}, 400),
        ("POST", "/api/users/password", {"pw": "x"}, {"uid": "nobody"}, 404),
        ("POST", "/api/users/password", {}, {"uid": "ann"}, 400),
        ("POST", "/api/users/name", {"uid": "root"}, {"uid": "ann"}, 409),
        ("POST", "/api/users/name", {"uid": "a secret"}, {"uid": "ann"}, 400),
        ("POST", "/api/users/name", {"uid": "anna"}, {"uid": "nobody"}, 404),
        ("POST", "/api/groups", {"name": "users"}, {}, 409),
        ("POST", "/api/groups", {"name": "a/b"}, {}, 400),
        ("POST", "/api/groups", {"name": "sea", "filters": ["("]}, {}, 400),
        ("POST", "/api/groups", {"name": "sea", "permissions": ["fly"]}, {}, 400),
        ("PUT", "/api/groups", {}, {"name": "nope"}, 404),
        ("DELETE", "/api/groups", None, {"name": "nope"}, 404),
        ("POST", "/api/groups/name", {"name": "users"}, {"name": "sailors"}, 409),
        ("GET", "/api/audit", None, {"count": "0"}, 400),
        ("GET", "/api/audit", None, {"count": "1001"}, 400),
        ("GET", "/api/audit", None, {"before": "x"}, 400),
        ("GET", "/api/audit", None, {"before": "999999999999999999"}, 200),
    ],
)
def test_what_can_not_be_is_said(
    house: House, boss: Visitor, method: str, path: str, body: object, params: dict[str, str], status: int
) -> None:
    before = house.library.users.everyone(), house.library.groups.everyone(), house.library.audit.entries()
    answer = boss.send(method, path, body, **params)
    assert answer.status_code == status, answer.text
    assert (house.library.users.everyone(), house.library.groups.everyone(), house.library.audit.entries()) == before


def test_groups_come_change_and_go(house: House, client: TestClient, boss: Visitor, ann: Visitor) -> None:
    told = boss.ask("/api/groups").json
    assert ({each["name"] for each in told["groups"]}, told["askedFor"]) == (
        {"users", "viewers", "sailors"},
        list(ASKED_FOR),
    )
    body = {"name": "town", "permissions": [METADATA], "filters": ["dirall:town"]}
    assert boss.post("/api/groups", body).status_code == 201
    assert boss.send("PUT", "/api/users", {"groups": ["town"]}, uid="ann").status_code == 204
    assert ann.ask("getPhotoMetadata", photoid=house.town).status_code == 200
    assert ann.ask("getPhotoMetadata", photoid=house.sea).status_code == 404
    assert boss.post("/api/groups/name", {"name": "city"}, name="town").status_code == 204
    assert ann.ask("getPhotoMetadata", photoid=house.town).status_code == 200
    assert boss.send("PUT", "/api/groups", {"filters": ["dirall:town", "dirall:sea"]}, name="city").status_code == 204
    assert Group("city", (), ("dirall:sea", "dirall:town")) in house.library.groups.everyone()
    assert ann.ask("getPhotoMetadata", photoid=house.town).status_code == 403
    assert boss.delete("/api/groups", name="city").status_code == 204
    assert ann.ask("getPhoto", photoid=house.town, width=9).status_code == 404


def test_shares_of_everybody(house: House, boss: Visitor, client: TestClient) -> None:
    sailor, apisid = Visitor(client, page=False), "sailor"
    sid = sailor.post("/api/shares", {"photoids": [house.sea], "name": "Beach"}, apisid=apisid).json["sid"]
    assert boss.ask("/api/shares").json["shares"] == []
    assert [each["sid"] for each in boss.ask("/api/shares", all="true").json["shares"]] == [sid]
    assert sailor.ask("/api/shares", apisid=apisid, all="true").status_code == 403
    assert sailor.ask("/api/shares", apisid=apisid, all="maybe").status_code == 400
    assert boss.delete(f"/api/shares/{sid}").status_code == 204
    noted = house.library.audit.entries(2)
    assert [(each.who, each.what, each.whom) for each in noted] == [
        ("boss", "share remove", "sailor"),
        ("sailor", "share add", "sailor"),
    ]


def test_the_log_in_pages(boss: Visitor) -> None:
    entries = boss.ask("/api/audit", count=3).json["entries"]
    older = boss.ask("/api/audit", count=3, before=entries[-1]["number"]).json["entries"]
    numbers = [each["number"] for each in entries + older]
    assert (len(numbers), numbers) == (6, sorted(numbers, reverse=True))
