"""`POST /api/prefetch`: what may be asked, by whom, and what comes of it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import falcon
import pytest
from falcon.testing import Result, TestClient

from api.functions.prefetch import MOST, PrefetchResource
from api.http.params import quality
from api.http.problems import handle, serialize
from catalog.lists.shares import Terms
from catalog.photoid import decode
from tests.api.house import House
from tests.api.test_render_responder import Door
from workers.dispatch import Prefetched

SIZES = [{"width": 24}]


class Desk:
    """`/api/prefetch` of a house, with its workers."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.door = Door(house)
        app = falcon.App()
        app.add_error_handler(Exception, handle)
        app.set_error_serializer(serialize)
        app.add_route("/api/prefetch", PrefetchResource(house.identify, self.door.responder, 100))
        self._client = TestClient(app)

    def post(self, body: object, query: str = "") -> Result:
        """An answer."""
        return self._client.simulate_post("/api/prefetch", query_string=query, body=json.dumps(body))

    def asked(self) -> list[tuple[str, int, int]]:
        """What workers were asked for: photo, width and quality."""
        names = {self.house.sea: "sea", self.house.town: "town"}
        return [(names[key.photoid], key.width, key.quality or 0) for key in self.door.workers.ahead]


@pytest.fixture
def desk(house: House) -> Desk:
    """Nothing is cached."""
    return Desk(house)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all who ask for what is not given to them."""
    with ExitStack() as closing:
        yield Desk(House(tmp_path_factory.mktemp("desk"), closing))


def counts(cached: int, queued: int, refused: int) -> dict[str, int]:
    return {"cached": cached, "queued": queued, "refused": refused}


def test_each_photo_in_each_size(desk: Desk) -> None:
    sizes = [{"width": 24}, {"height": 8, "quality": 0.805}]
    came = desk.post({"photoids": [desk.house.sea, desk.house.town], "sizes": sizes})
    assert (came.status_code, came.json) == (202, counts(0, 4, 0))
    assert came.headers["Cache-Control"] == "no-store"
    assert desk.asked() == [("sea", 24, 70), ("sea", 12, 81), ("town", 24, 70), ("town", 12, 81)]


def test_what_is_cached_and_what_is_refused_is_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.door.photo(photoid=desk.house.sea, width=24).status_code == 200
    both = {"photoids": [desk.house.sea, desk.house.town], "sizes": SIZES}
    assert desk.post(both).json == counts(1, 1, 0)
    monkeypatch.setattr(desk.door.workers, "prefetch", lambda *_: Prefetched.REFUSED)
    assert desk.post(both).json == counts(1, 0, 1)


def test_first_and_count_choose(desk: Desk) -> None:
    apisid, vid = desk.house.view("root", *[desk.house.sea, desk.house.town] * 15)
    for body, queued in (
        ({}, 20),
        ({"first": 25}, 5),
        ({"first": 29, "count": 1}, 1),
        ({"first": 30}, 0),
        ({"first": 10**9 - 1, "count": 1000}, 0),
        ({"count": 3}, 3),
        ({"count": None, "first": None}, 20),
    ):
        assert desk.post({"vid": vid, "sizes": SIZES} | body, f"apisid={apisid}").json == counts(0, queued, 0)
    ids = [desk.house.sea, desk.house.town]
    desk.door.workers.ahead.clear()
    assert desk.post({"photoids": ids, "sizes": SIZES, "first": 1}).json == counts(0, 1, 0)
    assert desk.asked() == [("town", 24, 70)]


def test_whoever_has_a_sid_may_ask_for_what_its_user_may_see(desk: Desk) -> None:
    both = b"".join(map(decode, (desk.house.sea, desk.house.town)))
    sids = {uid: desk.house.library.shares.make(uid, both, Terms()).sid for uid in ("sailor", "")}
    desk.house.library.generations.look()
    assert desk.post({"sid": sids[""], "sizes": SIZES}).json == counts(0, 2, 0)
    assert desk.post({"sid": sids["sailor"], "sizes": SIZES}).json == counts(0, 1, 1)  # the sailor sees the sea alone


def test_a_photo_that_is_gone_or_out_of_sight_keeps_the_others(desk: Desk) -> None:
    apisid, vid = desk.house.view("sailor", desk.house.town, desk.house.sea, desk.house.sea)
    assert desk.post({"vid": vid, "sizes": SIZES}, f"apisid={apisid}").json == counts(0, 2, 1)
    (desk.house.catalogue.a / "sea/beach.jpg").unlink()
    desk.house.catalogue.scan(desk.house.settings)
    desk.house.library.generations.look()
    assert desk.post({"vid": vid, "sizes": SIZES}, f"apisid={apisid}").json == counts(0, 0, 3)


def test_a_result_that_would_be_too_large_is_refused(desk: Desk) -> None:
    """Photos are 12 pixels wide and 8 high: at 100 high they were too wide."""
    assert desk.post({"photoids": [desk.house.sea], "sizes": [{"height": 100}]}).json == counts(0, 0, 1)


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [
        ({"photoids": ["TOWN"]}, "apisid=sailor", 404),
        ({"photoids": ["SEA"]}, "apisid=nobody", 403),
        ({"photoids": ["A" * 22]}, "", 404),
        ({"sid": "unknown"}, "", 404),
        ({"vid": 99}, "", 404),
        ({"vid": 99}, "apisid=nobody", 403),
        ({"vid": 2**70}, "", 400),
        ({"photoids": ["x"]}, "", 400),
    ],
)
def test_who_may_ask_for_what_is_as_of_get_photo(shared: Desk, body: dict[str, Any], query: str, status: int) -> None:
    known = {"TOWN": shared.house.town, "SEA": shared.house.sea}
    if "photoids" in body:
        body = {"photoids": [known.get(each, each) for each in body["photoids"]]}
    came = shared.post(body | {"sizes": SIZES}, query)
    assert (came.status_code, came.headers["Content-Type"]) == (status, "application/problem+json")
    assert shared.asked() == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "sid, vid and photoids"),
        ({"sid": "x", "vid": 1}, "sid, vid and photoids"),
        ({"colour": "red"}, "'colour'"),
        ({"vid": "1"}, "vid"),
        ({"vid": -1}, "vid"),
        ({"sid": 1}, "sid"),
        ({"sid": ""}, "sid"),
        ({"photoids": "x"}, "photoids"),
        ({"photoids": [1]}, "photoids"),
        ({"photoids": [""]}, "photoids"),
        ({"vid": 1, "first": -1}, "first"),
        ({"vid": 1, "first": 10**9}, "first"),
        ({"vid": 1, "first": 0.5}, "first"),
        ({"vid": 1, "count": 0}, "count"),
        ({"vid": 1, "count": True}, "count"),
        ({"vid": 1, "count": MOST + 1}, "count"),
        ({"vid": 1, "count": 501, "sizes": SIZES * 2}, "count"),
        ({"vid": 1, "sizes": None}, "sizes"),
        ({"vid": 1, "sizes": []}, "sizes"),
        ({"vid": 1, "sizes": "256x256"}, "sizes"),
        ({"vid": 1, "sizes": SIZES * (MOST + 1)}, "sizes"),
        ({"vid": 1, "sizes": [*SIZES, "phone"]}, "sizes[1]"),
        ({"vid": 1, "sizes": [{}]}, "sizes[0]"),
        ({"vid": 1, "sizes": [{"quality": 1}]}, "sizes[0]"),
        ({"vid": 1, "sizes": [{"width": 24, "colour": "red"}]}, "sizes[0]"),
        ({"vid": 1, "sizes": [{"width": 0}]}, "sizes[0].width"),
        ({"vid": 1, "sizes": [{"width": 24.0}]}, "sizes[0].width"),
        ({"vid": 1, "sizes": [{"width": True}]}, "sizes[0].width"),
        ({"vid": 1, "sizes": [{"width": "24"}]}, "sizes[0].width"),
        ({"vid": 1, "sizes": [{"height": 101}]}, "sizes[0].height"),
        ({"vid": 1, "sizes": [{"width": 24, "quality": 1.01}]}, "sizes[0].quality"),
        ({"vid": 1, "sizes": [{"width": 24, "quality": float("nan")}]}, "sizes[0].quality"),
        ({"vid": 1, "sizes": [{"width": 24, "quality": "1"}]}, "sizes[0].quality"),
        ({"vid": 1, "sizes": [{"width": 24, "quality": False}]}, "sizes[0].quality"),
    ],
)
def test_what_can_not_be_asked_is_named(shared: Desk, body: dict[str, object], named: str) -> None:
    came = shared.post({"sizes": SIZES} | body)
    assert (came.status_code, came.headers["Content-Type"]) == (400, "application/problem+json")
    assert named in came.json["detail"]
    assert shared.asked() == []


def test_quality_means_what_it_means_to_get_photo(desk: Desk) -> None:
    for given in (0, 1, 0.0, 0.005, 0.7, 0.805, 0.29, 1e-7, 0.999999):
        body = {"photoids": [desk.house.sea], "sizes": [{"width": 24, "quality": given}]}
        assert desk.post(body).status_code == 202
        assert desk.asked().pop() == ("sea", 24, quality({"quality": f"{given:.9f}".rstrip("0")}))
