"""Shared galleries at the front door: what changed since they were shared."""

import json
from pathlib import Path
from typing import Any

import falcon
import pytest
from falcon.testing import Result, TestClient

from api.functions.galleries import GetGallery, GetSharedGallerys, SharesResource, gallery_json
from api.http.problems import handle, serialize
from api.long_answers import LongAnswers
from catalog.lists.shares import Share, Terms
from catalog.lists.snapshots import CHUNK
from catalog.people.groups import Group, Groups
from catalog.photoid import decode, encode
from tests.api.functions.test_listings import counted
from tests.api.house import Asking, House


@pytest.fixture
def ask(house: House) -> Asking:
    """getGallery."""
    library = house.library
    return house.ask(
        GetGallery(house.identify, library.shares, library.access, library.photos.metadata, library.damages)
    )


@pytest.fixture
def client(house: House) -> TestClient:
    """`/api/shares`."""
    library = house.library
    app = falcon.App()
    app.add_error_handler(Exception, handle)
    app.set_error_serializer(serialize)
    shares = SharesResource(
        house.identify, library.shares, library.views, library.access, library.photo_by_id, library.generations
    )
    app.add_route("/api/shares", shares)
    app.add_route("/api/shares/{sid}", shares, suffix="one")
    return TestClient(app)


def share(house: House, uid: str, *photoids: str, **terms: Any) -> Share:
    """Shares these photos."""
    made = house.library.shares.make(uid, b"".join(map(decode, photoids)), Terms(**terms))
    house.library.generations.look()
    return made


def post(client: TestClient, body: object, apisid: str = "root") -> Result:
    """Shares what a body names."""
    return client.simulate_post("/api/shares", query_string=f"apisid={apisid}", body=json.dumps(body))


def test_a_photo_that_is_gone_or_out_of_sight_keeps_its_place(house: House, ask: Asking) -> None:
    sid = share(house, "sailor", house.town, house.sea, house.sea).sid
    photos = ask(sid=sid, withmeta="true").json["photos"]
    assert photos[0] == {"photoID": house.town}  # the sailor sees the sea alone
    assert photos[1] == photos[2]
    assert photos[1]["fileName"] == "a/sea/beach.jpg"
    (house.catalogue.a / "sea/beach.jpg").unlink()
    house.catalogue.scan(house.settings)
    house.library.generations.look()
    gallery = ask(sid=sid, withmeta="true").json
    assert gallery["photos"] == [{"photoID": house.town}, {"photoID": house.sea}, {"photoID": house.sea}]
    assert gallery["count"] == 3


@pytest.mark.parametrize(("uid", "questions"), [("root", 3), ("sailor", 4)])
def test_a_large_gallery_costs_few_questions(house: House, ask: Asking, uid: str, questions: int) -> None:
    """The ids, the photos, what is known of them; and which of them, for a user who sees some."""
    gone = [encode(number.to_bytes(16)) for number in range(300)]
    sid = share(house, uid, house.sea, *gone).sid
    photos = ask(sid=sid, withmeta="true").json["photos"]
    assert photos[0]["fileName"] == "a/sea/beach.jpg"
    assert photos[1:] == [{"photoID": each} for each in gone]
    assert counted(house, lambda: ask(sid=sid, withmeta="true")) == questions


@pytest.mark.parametrize("uid", ["root", "sailor"])
def test_a_gallery_of_any_size_is_one_answer(house: House, ask: Asking, uid: str, tmp_path: Path) -> None:
    """Byte for byte what a small one is, with its length; made once, a piece at a time, for all who ask."""
    gone = [encode(number.to_bytes(16)) for number in range(2 * CHUNK)]
    made = share(house, uid, house.sea, *gone, house.town, house.sea, name='Sömmer "}')
    small = share(house, uid, house.sea, house.town)
    sea, town = ask(sid=small.sid, withmeta="true").json["photos"]
    photos = [sea, *({"photoID": each} for each in gone), town, sea]
    whole = json.dumps(gallery_json(made) | {"photos": photos}, ensure_ascii=False).encode()
    library = house.library
    large = GetGallery(
        house.identify,
        library.shares,
        library.access,
        library.photos.metadata,
        library.damages,
        LongAnswers(tmp_path, lambda: library.generations.photos),
    )
    before = list(tmp_path.iterdir())
    for function in (house.ask(large), house.ask(large, "HEAD"), ask):
        answer = function(sid=made.sid, withmeta="true")
        assert answer.status_code == 200
        assert answer.content == (b"" if function._method == "HEAD" else whole)
        assert answer.headers["Content-Length"] == str(len(whole))
        assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("application/json", "no-store")
    assert counted(house, lambda: house.ask(large)(sid=made.sid, withmeta="true")) == 0
    assert list(tmp_path.iterdir()) == before  # the file has no name
    (house.catalogue.a / "sea/beach.jpg").unlink()
    house.catalogue.scan(house.settings)
    library.generations.look()
    assert house.ask(large)(sid=made.sid, withmeta="true").json["photos"][0] == {"photoID": house.sea}


def test_photos_are_listed_for_whom_the_user_may_show_metadata(house: House, ask: Asking) -> None:
    for uid, listed in (("viewer", False), ("sailor", True), ("", True)):
        sid = share(house, uid, house.sea).sid
        assert ("photos" in ask(sid=sid, withmeta="true").json) == listed
        assert "photos" not in ask(sid=sid, withmeta="false").json
        assert "photos" not in ask(sid=sid, apisid="root").json
    assert ask(sid=sid, withmeta="yes").status_code == 400
    assert ask().status_code == 400


def test_a_gallery_goes_with_its_user_and_comes_not_back(house: House, ask: Asking) -> None:
    sid = share(house, "sailor", house.sea, public=True).sid
    listing = house.ask(GetSharedGallerys(house.library.shares))
    assert [each["sid"] for each in listing().json["gallerys"]] == [sid]
    house.library.users.remove("sailor")
    house.library.users.add("sailor", "sailor", ["sailors"])
    house.library.generations.look()
    assert ask(sid=sid).status_code == 404
    assert listing().json == {"count": 0, "gallerys": []}


def test_a_group_that_goes_takes_its_galleries_out_of_sight(house: House, ask: Asking) -> None:
    sid = share(house, "sailor", house.sea).sid
    Groups(house.library.engine).remove("sailors")
    house.library.generations.look()
    assert "photos" not in ask(sid=sid, withmeta="true").json
    Groups(house.library.engine).add(Group("sailors", (), ()))  # the same name is not the same group
    house.library.generations.look()
    assert "photos" not in ask(sid=sid, withmeta="true").json


@pytest.mark.parametrize(
    "body",
    [
        {"name": "\ud83d"},
        {"description": "\udfff"},
        {"expires": "9999-12-31T23:59:59-23:59"},
        {"expires": "\ud83d"},
        {"expires": "1" * 10_000},
        {"indexmarked": 2**70},
        {"\ud83d": 1},
        {"name": "\x00" * 10_001},
    ],
)
def test_odd_terms_are_400_and_spoil_nothing(house: House, client: TestClient, body: dict[str, object]) -> None:
    answer = post(client, {"photoids": [house.sea], "public": True} | body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert house.ask(GetSharedGallerys(house.library.shares))().json["count"] == 0


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[1]", b'{"vid": 1e999}', b'{"vid": ' + b"9" * 5000 + b"}", b"{" * 200_000, b"\xff", b"NaN"]
)
def test_odd_bodies_are_400(client: TestClient, raw: bytes) -> None:
    assert client.simulate_post("/api/shares", query_string="apisid=root", body=raw).status_code == 400


def test_a_view_can_be_shared_by_its_session_alone(house: House, client: TestClient) -> None:
    apisid, vid = house.view("root", house.town, house.sea)
    assert post(client, {"vid": vid}, apisid).json["count"] == 2
    assert post(client, {"vid": vid}, "root").status_code == 404
    other, _ = house.view("root", house.sea)
    assert post(client, {"vid": vid}, other).status_code == 404


def test_a_photo_of_a_view_that_is_out_of_sight_is_not_shown_by_a_gallery_of_it(
    house: House, client: TestClient, ask: Asking
) -> None:
    """What a view holds was in sight when it was made."""
    apisid, vid = house.view("sailor", house.town, house.sea)
    shared = post(client, {"vid": vid}, apisid)
    assert (shared.status_code, shared.json["count"]) == (201, 2)
    house.library.generations.look()
    photos = ask(sid=shared.json["sid"], withmeta="true").json["photos"]
    assert photos[0] == {"photoID": house.town}


def test_an_end_is_in_force_at_once(house: House, client: TestClient, ask: Asking) -> None:
    sid = post(client, {"photoids": [house.sea]}, "sailor").json["sid"]
    assert ask(sid=sid).status_code == 200
    for apisid, status in (("viewer", 403), ("guest", 403), ("root", 204), ("root", 404)):
        assert client.simulate_delete(f"/api/shares/{sid}", query_string=f"apisid={apisid}").status_code == status
    assert ask(sid=sid).status_code == 404
    assert client.simulate_delete("/api/shares/%ED%A0%80", query_string="apisid=root").status_code == 404


def view(house: House, count: int) -> tuple[str, int]:
    """A session of root's with a view of the sea, the town, the sea, …"""
    return house.view("root", *([house.sea, house.town] * count)[:count])


@pytest.mark.parametrize(
    ("ranges", "places"),
    [
        ([[0, 5]], [0, 1, 2, 3, 4]),
        ([[1, 2], [4, 1]], [1, 2, 4]),
        ([[4, 1], [0, 1]], [4, 0]),
        (None, [0, 1, 2, 3, 4]),
    ],
)
def test_ranges_of_a_view_are_shared(house: House, client: TestClient, ranges: object, places: list[int]) -> None:
    apisid, vid = view(house, 5)
    made = post(client, {"vid": vid, "ranges": ranges}, apisid)
    assert (made.status_code, made.json["count"]) == (201, len(places))
    shared = house.library.shares.photoids(house.library.shares.by_sid(made.json["sid"]))
    assert shared == [house.town if place % 2 else house.sea for place in places]


@pytest.mark.parametrize(
    "ranges",
    [
        [],
        [[0, 6]],
        [[5, 1]],
        [[-1, 2]],
        [[0, 0]],
        [[0, -1]],
        [[0]],
        [[0, 1, 2]],
        [0, 1],
        ["01"],
        [[0, "1"]],
        [[0.0, 1.0]],
        [[None, 1]],
        [[0, 5], [0, 1]],
        [[0, 1], [0, 1]],
        [[3, 2], [1, 3]],
        [[False, 1]],
        [[0, True]],
        [[10**30, 1]],
        "all",
        {"0": 1},
    ],
)
def test_what_are_no_ranges(house: House, client: TestClient, ranges: object) -> None:
    apisid, vid = view(house, 5)
    assert post(client, {"vid": vid, "ranges": ranges}, apisid).status_code == 400
    assert post(client, {"photoids": [house.sea], "ranges": [[0, 1]]}, apisid).status_code == 400
    assert post(client, {"ranges": [[0, 1]]}, apisid).status_code == 400


def test_my_galleries(house: House, client: TestClient) -> None:
    mine, _ = share(house, "sailor", house.sea, name="Sea", public=True), share(house, "root", house.town)
    answer = client.simulate_get("/api/shares", query_string="apisid=sailor")
    gallery = {"sid": mine.sid, "uid": "sailor", "name": "Sea", "count": 1, "expires": "never", "public": True}
    assert [each | gallery for each in answer.json["shares"]] == answer.json["shares"]
    assert len(answer.json["shares"]) == 1
    for apisid in ("viewer", "guest", "nonsense"):
        assert client.simulate_get("/api/shares", query_string=f"apisid={apisid}").status_code == 403
