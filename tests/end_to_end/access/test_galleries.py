"""Shared galleries, and what the functions answer beside statuses."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.photos.test_get_photo import assert_problem
from tests.end_to_end.servers import PATIENCE, Server, eventually

FIELDS = {"sid", "uid", "name", "description", "count", "indexmarked", "created", "expires"}
DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def post(server: Server, body: object, apisid: str = "boss") -> httpx.Response:
    """Shares photos."""
    return httpx.post(f"{server.url}/api/shares", params={"apisid": apisid}, content=json.dumps(body))


@pytest.fixture(scope="module")
def boss(server: Server) -> Server:
    """The server that all tests share, with an administrator."""
    server.manage("user", "add", "boss", "--password", "boss", "--admin")
    return server


def test_views_in_the_order_that_is_asked_for(boss: Server) -> None:
    orders = {}
    for sort in (None, "date", "-date", "name", "rating", "random"):
        view = boss.api("runQuery", query="*", sort=sort).json()
        shown = [boss.api("getPhotoMetadata", vid=view["vid"], index=index).json() for index in range(view["count"])]
        orders[sort] = [photo["fileName"] for photo in shown]
    assert orders[None] == orders["date"] == orders["-date"][::-1]
    assert orders["name"] == sorted(orders["date"], key=lambda path: path.rpartition("/")[2])
    assert sorted(orders["random"]) == sorted(orders["date"])
    rated = "photos/yellow.webp"  # it alone
    assert orders["rating"] == [rated, *(name for name in orders["date"] if name != rated)]
    for sort in ("", "size"):
        assert boss.api("runQuery", query="*", sort=sort).status_code == 400


def test_what_is_known_of_a_photo(boss: Server) -> None:
    view = boss.api("runQuery", apisid="boss", query="titel:sonnenblume keyword:zurich rating:4..5").json()
    assert view["count"] == 1
    gallery = post(boss, {"vid": view["vid"]}).json()
    (shown,) = boss.api("getGallery", sid=gallery["sid"], withmeta="true").json()["photos"]
    assert shown == boss.api("getPhotoMetadata", photoid=boss.photos()["yellow.webp"]).json()
    assert (shown["title"], shown["keywords"], shown["rating"]) == ("Sonnenblume", ["Zürich"], 4)
    assert shown["apertureValue"] == "f/22,0"
    assert not {"description", "persons", "latitude", "isoSpeed"} & set(shown)


def test_a_gallery_from_a_view(boss: Server) -> None:
    view = boss.api("runQuery", apisid="boss", query="*").json()
    body = {"vid": view["vid"], "name": "All", "description": "of them", "indexmarked": 2, "public": True}
    answer = post(boss, body)
    assert answer.status_code == 201
    gallery = answer.json()
    assert set(gallery) == FIELDS
    assert gallery | {"name": "All", "description": "of them", "indexmarked": 2, "expires": "never"} == gallery
    assert (gallery["uid"], gallery["count"]) == ("boss", view["count"])
    assert DATE.fullmatch(gallery["created"])
    assert re.fullmatch(r"[\w-]{22}", gallery["sid"])
    assert boss.api("getGallery", sid=gallery["sid"]).json() == gallery
    listed = boss.api("getSharedGallerys").json()
    assert listed["count"] == len(listed["gallerys"])
    assert gallery in listed["gallerys"]
    for index in range(view["count"]):
        of_view = boss.api("getPhotoMetadata", apisid="boss", vid=view["vid"], index=index).json()
        assert boss.api("getPhotoMetadata", sid=gallery["sid"], index=index).json() == of_view
    with_meta = boss.api("getGallery", sid=gallery["sid"], withmeta="TRUE").json()
    assert with_meta["photos"][0]["fileName"].startswith("photos/")
    assert with_meta["photos"][-1] == of_view
    assert len(with_meta["photos"]) == view["count"]


def test_photos_by_id_keep_their_order(boss: Server) -> None:
    ids = [boss.photos()[path] for path in ("yellow.webp", "red.jpg", "blue.png", "red.jpg")]
    sid = post(boss, {"photoids": ids}).json()["sid"]
    shown = [boss.api("getPhotoMetadata", sid=sid, index=index).json()["photoID"] for index in range(4)]
    assert shown == ids
    assert sid not in boss.api("getSharedGallerys").text
    assert boss.api("getGallery", sid=sid).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        ("text", 400),
        ({"vid": 1, "photoids": []}, 400),
        ({"vid": "1"}, 400),
        ({"vid": True}, 400),
        ({"vid": -1}, 404),
        ({"vid": 2**70}, 404),
        ({"photoids": []}, 400),
        ({"photoids": "x"}, 400),
        ({"photoids": [1]}, 400),
        ({"photoids": ["x"]}, 400),
        ({"photoids": ["A" * 22]}, 404),
        ({"photoids": ["RED"], "colour": "red"}, 400),
        ({"photoids": ["RED"], "public": "yes"}, 400),
        ({"photoids": ["RED"], "name": 7}, 400),
        ({"photoids": ["RED"], "name": "x" * 20_000}, 400),
        ({"photoids": ["RED"], "indexmarked": 1}, 400),
        ({"photoids": ["RED"], "indexmarked": -1}, 400),
        ({"photoids": ["RED"], "expires": "soon"}, 400),
        ({"photoids": ["RED"], "expires": "2001-01-01 00:00:00"}, 400),
        ({"photoids": ["RED"], "expires": "9999-12-31T23:59:59-23:59", "public": True}, 400),
        ({"photoids": ["RED"], "expires": "9999-12-31"}, 201),
        ({"photoids": ["RED"], "expires": None, "name": None}, 201),
    ],
)
def test_what_can_be_posted(boss: Server, body: object, status: int) -> None:
    if isinstance(body, dict) and body.get("photoids") == ["RED"]:
        body = body | {"photoids": [boss.photos()["red.jpg"]]}
    answer = post(boss, body)
    assert answer.status_code == status, answer.text
    if status != 201:
        assert_problem(answer)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"vid": NaN}', b" " * 1_000_001])
def test_a_body_that_is_no_json(boss: Server, raw: bytes) -> None:
    answer = httpx.post(f"{boss.url}/api/shares?apisid=boss", content=raw)
    assert answer.status_code in (400, 413)


def test_an_expired_gallery_is_gone(boss: Server) -> None:
    listed = {"photoids": [boss.photos()["red.jpg"]], "public": True}
    asked = [("getPhoto", {"index": 0, "width": 9})] * 3 + [("getGallery", {}), ("getPhotoMetadata", {"index": 0})]

    def statuses(sid: str) -> set[int]:
        with httpx.Client() as client:  # it may be over between an answer and the same again
            server = replace(boss, client=client)
            return {server.api(function, sid=sid, **params).status_code for function, params in asked}

    before: set[int] = set()
    for seconds in (2, 8, 32):  # on a slow machine it is over before anybody has looked
        soon = (datetime.now() + timedelta(seconds=seconds)).replace(microsecond=0)
        answer = post(boss, {**listed, "expires": f"{soon:%F %T}"})
        if answer.status_code == 201 and answer.json()["expires"] == f"{soon:%F %T}":
            before = statuses(answer.json()["sid"])
            if datetime.now() < soon:
                break
    assert before == {200}
    sid = answer.json()["sid"]
    eventually(lambda: statuses(sid), {404}, seconds=seconds + PATIENCE)
    assert sid not in boss.api("getSharedGallerys").text


def test_thumbnails_metadata_and_originals(boss: Server) -> None:
    photoid = boss.photos()["tall/green.jpg"]
    thumbnail = boss.api("GETTHUMBNAIL", photoid=photoid, width=7, height=7)
    assert thumbnail.content == boss.api("getPhoto", photoid=photoid, height=160).content
    described = boss.api("getphotometadata", photoid=photoid).json()
    assert (
        described
        | {
            "photoID": photoid,
            "fileName": "photos/tall/green.jpg",
            "width": 900,
            "height": 1200,
            "mimeType": "image/jpeg",
        }
        == described
    )
    assert described["creationYear"] == int(described["creationDate"][:4])
    original = boss.api("getOriginalFile", photoid=photoid)
    assert original.content == (Path(boss.environ["ROBOT_ROOT_0_PATH"]) / "tall/green.jpg").read_bytes()
    assert original.headers["Content-Type"] == "image/jpeg"
    assert original.headers["Content-Length"] == str(len(original.content))
    again = boss.get(original.request.url.raw_path.decode(), headers={"If-None-Match": original.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for path, kind in (("blue.png", "png"), ("yellow.webp", "webp"), ("cyan.tif", "tiff"), ("magenta.gif", "gif")):
        answer = boss.api("getOriginalFile", photoid=boss.photos()[path])
        assert answer.headers["Content-Type"] == f"image/{kind}"


@pytest.mark.parametrize("function", ["upload", "removePhoto", "checkPhotoId", "UPLOAD"])
def test_functions_that_are_not_ours(boss: Server, function: str) -> None:
    for answer in (boss.api(function), httpx.post(f"{boss.url}/picapportapi/1.0/{function}", content=b"x")):
        assert answer.status_code == 501
        assert_problem(answer)


def test_only_get_and_head(boss: Server) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = httpx.request(method, f"{boss.url}/picapportapi/1.0/getPhoto")
        assert answer.status_code == 405
        assert_problem(answer)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("*", 200),
        ("", 200),
        (None, 400),
        ("red or blue", 200),
        ("(red", 400),
        ("and or not", 400),
        ("(" * 1000 + "red" + ")" * 1000, 400),
        ("x" * 10_001, 400),
        ("red " * 2000, 400),
        ('"; DROP TABLE photos; --', 400),
        ("year:2010..", 200),
    ],
)
def test_queries(boss: Server, query: str | None, status: int) -> None:
    answer = boss.api("runQuery", query=query)
    assert answer.status_code == status, answer.text
    if status == 200:
        assert set(answer.json()) == {"apisid", "vid", "count"}
        assert all(type(answer.json()[name]) is int for name in ("vid", "count"))
    else:
        assert_problem(answer)
        assert query is None or "character" in answer.json()["detail"]
