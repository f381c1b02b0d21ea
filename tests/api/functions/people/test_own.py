"""One's own app passwords and sessions; and those of others, for admins."""

import re

from falcon.testing import TestClient

from catalog.people.app_passwords import AppPasswords
from tests.api.front import Visitor
from tests.api.functions.people.house import page_of, program_of
from tests.api.house import House


def names(visitor: Visitor, **params: object) -> list[str]:
    """How the app passwords are called."""
    return [each["name"] for each in visitor.ask("/api/app-passwords", **params).json["appPasswords"]]


def test_app_passwords_come_are_listed_and_go(house: House, client: TestClient, ann: Visitor) -> None:
    made = ann.post("/api/app-passwords", {"name": "kitchen"})
    assert (made.status_code, made.json["name"], made.headers["Cache-Control"]) == (201, "kitchen", "no-store")
    frame, apisid = program_of(client, "ann", made.json["password"])
    (listed,) = ann.ask("/api/app-passwords").json["appPasswords"]
    assert {name: listed[name] for name in ("name", "address", "atu")} == {
        "name": "kitchen", "address": "127.0.0.1", "atu": False,
    }  # fmt: skip
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", listed[each]) for each in ("created", "lastUsed"))
    assert made.json["password"] not in str(listed)
    again = ann.post("/api/app-passwords", {"name": "kitchen"})
    assert (again.status_code, "already" in again.json["detail"]) == (409, True)
    for body in ({}, {"name": ""}, {"name": "x" * 65}, {"name": 1}, {"name": "x", "pw": "mine"}):
        assert ann.post("/api/app-passwords", body).status_code == 400
    for number in ("0", "999", "kitchen", "9" * 30, "-1"):
        assert ann.delete(f"/api/app-passwords/{number}").status_code == 404
    assert ann.delete(f"/api/app-passwords/{listed['id']}").status_code == 204
    assert frame.ask("runQuery", apisid=apisid, query="*").status_code == 403
    assert names(ann) == []


def test_an_admin_sees_and_makes_those_of_others(house: House, boss: Visitor, ann: Visitor) -> None:
    assert boss.post("/api/app-passwords", {"name": "kitchen"}, uid="ann").status_code == 201
    token = boss.post("/api/app-passwords", {"name": "the vendor's", "atu": True}, uid="ann").json["password"]
    assert house.library.app_passwords.atu("ann") == token.replace("-", "")
    assert names(boss, uid="ann") == names(ann) == ["kitchen", "the vendor's"]
    assert names(boss) == []
    assert ann.post("/api/app-passwords", {"name": "mine", "atu": True}).status_code == 403
    assert ann.ask("/api/app-passwords", uid="boss").status_code == 403
    assert ann.post("/api/app-passwords", {"name": "mine"}, uid="boss").status_code == 403
    assert boss.ask("/api/app-passwords", uid="nobody").status_code == 404
    number = ann.ask("/api/app-passwords").json["appPasswords"][0]["id"]
    assert boss.delete(f"/api/app-passwords/{number}").status_code == 404  # it is not boss's
    assert boss.delete(f"/api/app-passwords/{number}", uid="ann").status_code == 204
    assert names(ann) == ["the vendor's"]
    noted = house.library.audit.entries(3)
    assert [(each.who, each.whom, each.details) for each in noted] == [
        ("boss", "ann", "kitchen"),
        ("boss", "ann", "the vendor's, the access token"),
        ("boss", "ann", "kitchen"),
    ]


def listed(visitor: Visitor, **params: object) -> list[dict[str, object]]:
    """The sessions."""
    found: list[dict[str, object]] = visitor.ask("/api/sessions", **params).json["sessions"]
    return found


def test_sessions_are_seen_and_ended(house: House, client: TestClient, ann: Visitor) -> None:
    second = page_of(client, "ann", "a secret")
    password = house.library.app_passwords.add("ann", "kitchen")
    frame, apisid = program_of(client, "ann", password)
    found = listed(ann)
    assert [each["current"] for each in found].count(True) == 1
    assert sorted(str(each["appPassword"]) for each in found) == ["None", "None", "kitchen"]
    assert {each["address"] for each in found} == {"127.0.0.1"}
    assert all("falcon" in str(each["client"]) for each in found)
    assert apisid not in str(found)
    assert ann.cookies["darkroom"] not in str(found)
    (of_frame,) = [each["id"] for each in found if each["appPassword"]]
    assert second.delete(f"/api/sessions/{of_frame}").status_code == 204
    assert second.delete(f"/api/sessions/{of_frame}").status_code == 404
    assert frame.ask("getServerStatus", apisid=apisid).json["isValid"] is False
    assert ann.delete("/api/sessions/others").status_code == 204
    assert second.ask("/api/account").status_code == 403
    assert [each["current"] for each in listed(ann)] == [True]
    mine = str(listed(ann)[0]["id"])
    assert ann.delete(f"/api/sessions/{mine}").status_code == 204
    assert ann.ask("/api/account").status_code == 403


def test_sessions_of_others_are_an_admin_s_to_see_and_end(house: House, boss: Visitor, ann: Visitor) -> None:
    (of_boss,), (of_ann,) = listed(boss), listed(boss, uid="ann")
    assert (of_boss["current"], of_ann["current"]) == (True, False)
    assert ann.ask("/api/sessions", uid="boss").status_code == 403
    assert ann.delete(f"/api/sessions/{of_boss['id']}").status_code == 404
    assert ann.delete(f"/api/sessions/{of_boss['id']}", uid="boss").status_code == 403
    assert ann.delete("/api/sessions/others", uid="boss").status_code == 403
    assert boss.delete("/api/sessions/others", uid="ann").status_code == 204
    assert ann.ask("/api/account").status_code == 403
    assert boss.ask("/api/account").status_code == 200
    noted = house.library.audit.entries(1)[0]
    assert (noted.who, noted.what, noted.whom) == ("boss", "session end", "ann")


def test_an_open_user_s_sessions_are_nobody_s_to_see(house: House, client: TestClient) -> None:
    """Whoever comes as guest would see the addresses of the others, and could end their sessions."""
    visitor = page_of(client, "guest", "guest")
    for answer in (visitor.ask("/api/sessions"), visitor.delete("/api/sessions/others")):
        assert (answer.status_code, "Anyone may come" in answer.json["detail"]) == (403, True)


def test_the_key_of_access_tokens_lies_in_the_data_folder(house: House, boss: Visitor) -> None:
    assert boss.post("/api/app-passwords", {"name": "x", "atu": True}).status_code == 201
    assert AppPasswords(house.library.engine, house.settings.data_dir).atu("boss")
