"""The months and the photos of a view or a gallery: what is told to whom, and what of photos that are gone."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import falcon
import pytest
from falcon.testing import Result, TestClient
from sqlalchemy import event

from api.functions.listings import COUNT, MOST, Timeline
from api.http.problems import handle
from catalog.kinds.damage import TRUNCATED
from catalog.lists.shares import Terms
from catalog.people.groups import Group, Groups
from catalog.photoid import decode
from catalog.render_failures import RenderFailure
from catalog.search.turns import Turns
from tests.api.front import Visitor, front_end
from tests.api.house import House
from tests.catalog.library import jpeg, put
from workers.versions import key_version

COLOURS = ("green", "white", "black", "yellow")
MONTHS = ("2014-12", "2015-01", "2015-01", "2015-03")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with four photos more, of known dates: `a/old/0.jpg` and so on."""
    with ExitStack() as closing:
        made = House(tmp_path, closing)
        for number, month in enumerate(MONTHS):
            path = put(made.catalogue.a / f"old/{number}.jpg", jpeg(COLOURS[number]))
            at = datetime.fromisoformat(f"{month}-07").timestamp()
            os.utime(path, (at, at))
        made.catalogue.scan(made.settings)
        made.library.generations.look()
        yield made


@pytest.fixture
def visitor(house: House) -> Iterator[Visitor]:
    """A program that calls its front end."""
    with ExitStack() as closing:
        yield Visitor(front_end(house, closing), page=False)


def old(house: House) -> list[str]:
    """The photos of known dates, in their order."""
    return [house.catalogue.ids()[f"a/old/{number}.jpg"] for number in range(len(MONTHS))]


def remove(house: House, name: str) -> None:
    """A photo leaves the library."""
    (house.catalogue.a / name).unlink()
    house.catalogue.scan(house.settings)
    house.library.generations.look()


def counted(house: House, action: Callable[[], object]) -> int:
    """How many questions that takes, once what is remembered is remembered."""
    seen: list[int] = []

    def note(*told: object) -> None:
        if str(told[2]).startswith("SELECT"):
            seen.append(threading.get_ident())

    action()
    event.listen(house.library.engine, "before_cursor_execute", note)
    try:
        action()
    finally:
        event.remove(house.library.engine, "before_cursor_execute", note)
    return seen.count(threading.get_ident())  # others look for changes


def test_the_months_of_a_view(house: House, visitor: Visitor) -> None:
    for query, sort, months in (
        ("dir:old", "date", [("2014-12", 0, 1), ("2015-01", 1, 2), ("2015-03", 3, 1)]),
        ("dir:old", "-date", [("2015-03", 0, 1), ("2015-01", 1, 2), ("2014-12", 3, 1)]),
        ("nothing", "date", []),
    ):
        view = visitor.ask("runQuery", query=query, sort=sort).json
        answer = visitor.ask("/api/timeline", vid=view["vid"])
        shown = [{"month": month, "first": first, "count": count} for month, first, count in months]
        assert answer.json == {"count": view["count"], "sections": shown}
        assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("no-store", "Cookie")


def test_the_months_of_a_gallery(house: House, visitor: Visitor) -> None:
    first, second, third, fourth = old(house)

    def months(owner: str, *photoids: str) -> list[tuple[str, int]]:
        sid = house.library.shares.make(owner, b"".join(map(decode, photoids)), Terms()).sid
        answer = visitor.ask("/api/timeline", sid=sid)
        assert answer.json["count"] == len(photoids)
        return [(each["month"], each["first"]) for each in answer.json["sections"]]

    assert months("root", fourth, third, second) == [("2015-03", 0), ("2015-01", 1)]
    assert months("root", second, fourth, first) == []  # in an order of its own
    assert months("viewer", fourth, third) == []  # whose owner may not see metadata
    assert months("sailor", fourth, third) == []  # whose owner does not see them
    remove(house, "old/2.jpg")
    assert months("root", fourth, third, second, third, first) == [("2015-03", 0), ("2015-01", 2), ("2014-12", 4)]


def test_photos_of_a_view(house: House, visitor: Visitor) -> None:
    vid = visitor.ask("runQuery", query="dir:old").json["vid"]
    answer = visitor.ask("/api/photos", vid=vid)
    assert (answer.json["count"], answer.json["first"]) == (4, 0)
    assert [each["photoID"] for each in answer.json["photos"]] == old(house)
    photo = house.library.photos.by_id(old(house)[1])
    assert answer.json["photos"][1] == {
        "photoID": photo.photoid,
        "version": key_version(photo.version),
        "width": photo.width,
        "height": photo.height,
        "failed": None,
        "damaged": None,
        "fileName": "a/old/1.jpg",
        "title": "",
        "creationDate": "2015-01-07T00:00:00",
    }
    assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("no-store", "Cookie")


@pytest.mark.parametrize(
    ("asked", "first", "places"),
    [
        ({"first": 1, "count": 2}, 1, [1, 2]),
        ({"first": 3, "count": 500}, 3, [3]),
        ({"first": 4}, 4, []),
        ({"first": 10**17}, 10**17, []),
        ({"count": 1}, 0, [0]),
        ({"photoid": 2}, 2, [2, 3]),
        ({"photoid": 2, "count": 1, "first": 0}, 2, [2]),
    ],
)
def test_which_of_them(house: House, visitor: Visitor, asked: dict[str, int], first: int, places: list[int]) -> None:
    photoids = old(house)
    params: dict[str, object] = dict(asked)
    if "photoid" in asked:
        params["photoid"] = photoids[asked["photoid"]]
    vid = visitor.ask("runQuery", query="dir:old").json["vid"]
    sid = house.library.shares.make("root", b"".join(map(decode, photoids)), Terms()).sid
    for place in ({"vid": vid}, {"sid": sid}):
        answer = visitor.ask("/api/photos", **place, **params).json
        assert (answer["count"], answer["first"]) == (4, first)
        assert [each["photoID"] for each in answer["photos"]] == [photoids[each] for each in places]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"vid": "VID", "first": -1}, 400),
        ({"vid": "VID", "first": ""}, 400),
        ({"vid": "VID", "count": 0}, 400),
        ({"vid": "VID", "count": MOST + 1}, 400),
        ({"vid": "VID", "count": "many"}, 400),
        ({"vid": "VID", "photoid": "nonsense"}, 400),
        ({"vid": "VID", "photoid": ""}, 400),
        ({"vid": "VID", "photoid": "A" * 22}, 404),
        ({"vid": "VID", "apisid": "root"}, 404),
        ({"vid": "VID", "apisid": "nonsense"}, 403),
        ({"vid": 999999}, 404),
        ({"vid": "x"}, 400),
        ({"sid": "nonsense"}, 404),
        ({"sid": "nonsense", "vid": "VID"}, 404),
        ({"sid": ""}, 400),
        ({"photoid": "A" * 22}, 400),
    ],
)
def test_what_is_not_there(visitor: Visitor, asked: dict[str, object], status: int) -> None:
    vid = visitor.ask("runQuery", query="dir:old").json["vid"]
    params = {name: vid if value == "VID" else value for name, value in asked.items()}
    answer = visitor.ask("/api/photos", **params)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    if not {"first", "count", "photoid"} & set(asked):
        assert visitor.ask("/api/timeline", **params).status_code == status


def test_each_sees_as_much_as_he_may(house: House, visitor: Visitor) -> None:
    listed = (house.sea, house.town)
    gone = {"photoID": house.town, "gone": True}
    for uid, fields, second_is_gone in (
        ("root", 9, False),
        ("ann", 9, False),
        ("viewer", 6, False),
        ("sailor", 9, True),
    ):
        apisid, vid = house.view(uid, *listed)
        sid = house.library.shares.make(uid, b"".join(map(decode, listed)), Terms()).sid
        for place in ({"apisid": apisid, "vid": vid}, {"sid": sid}, {"sid": sid, "apisid": "root"}):
            photos = visitor.ask("/api/photos", **place).json["photos"]
            assert (photos[0]["photoID"], len(photos[0])) == (house.sea, fields)
            assert (photos[1] == gone) == second_is_gone
            assert ("fileName" in photos[0]) == ("creationDate" in photos[0]) == (fields == 9)


def test_what_is_taken_away_keeps_its_place(house: House, visitor: Visitor) -> None:
    vid = visitor.ask("runQuery", query="dir:old").json["vid"]
    second, third = old(house)[1:3]
    remove(house, "old/1.jpg")
    photos = visitor.ask("/api/photos", vid=vid).json["photos"]
    assert photos[1] == {"photoID": second, "gone": True}
    assert photos[2]["photoID"] == third
    assert visitor.ask("/api/photos", vid=vid, photoid=second).json["first"] == 1
    Groups(house.library.engine).replace(Group("users", ("pap:access:metadata",), ("dirall:sea",)))
    house.library.generations.look()
    assert [each.get("gone") for each in visitor.ask("/api/photos", vid=vid).json["photos"]] == [True] * 4
    assert visitor.ask("/api/timeline", vid=vid).json == {"count": 4, "sections": []}


def test_one_that_can_t_be_shown_says_why(house: House, visitor: Visitor) -> None:
    photo = house.library.photos.by_id(house.sea)
    house.library.render_failures.remember(photo, RenderFailure("damaged", "It is broken."))
    vid = visitor.ask("runQuery", query="dir:sea").json["vid"]
    assert visitor.ask("/api/photos", vid=vid).json["photos"][0]["failed"] == "It is broken."


def test_a_photo_of_which_a_part_is_shown_says_so(house: House, visitor: Visitor) -> None:
    house.library.damages.hear(house.library.photos.by_id(house.sea), TRUNCATED)
    vid = visitor.ask("runQuery", query="dir:sea").json["vid"]
    shown = visitor.ask("/api/photos", vid=vid).json["photos"][0]
    assert (shown["failed"], shown["damaged"]) == (None, TRUNCATED)


def test_months_are_found_once_and_anew_when_photos_change(house: House, visitor: Visitor) -> None:
    sid = house.library.shares.make("root", b"".join(map(decode, old(house))), Terms()).sid
    looked: list[str] = []

    def note(*told: object) -> None:
        if "photos.created" in str(told[2]):
            looked.append(str(told[2]))

    def months() -> list[str]:
        house.library.sessions.create("10.9.9.9", None, None)  # somebody else comes
        house.library.generations.look()
        return [each["month"] for each in visitor.ask("/api/timeline", sid=sid).json["sections"]]

    event.listen(house.library.engine, "before_cursor_execute", note)
    assert [months() for _ in range(3)] == [sorted(set(MONTHS))] * 3
    event.remove(house.library.engine, "before_cursor_execute", note)
    assert len(looked) == 1  # four photos are looked at in one question
    remove(house, "old/0.jpg")
    assert months() == sorted(set(MONTHS[1:]))


@pytest.mark.parametrize(("uid", "questions"), [("viewer", 2), ("root", 3), ("sailor", 4)])
def test_a_long_list_costs_few_questions(house: House, visitor: Visitor, uid: str, questions: int) -> None:
    """The photos, what is known against them; metadata, for who may see it; which of them, for who sees some."""
    apisid, vid = house.view(uid, *[house.sea, *old(house)] * 150)
    house.library.generations.look()
    assert len(visitor.ask("/api/photos", apisid=apisid, vid=vid).json["photos"]) == COUNT
    assert counted(house, lambda: visitor.ask("/api/photos", apisid=apisid, vid=vid, count=MOST)) == questions
    assert counted(house, lambda: visitor.ask("/api/timeline", apisid=apisid, vid=vid)) < 10


def test_months_are_looked_for_as_long_as_somebody_waits(house: House) -> None:
    apisid, vid = house.view("ann", *old(house))
    parts = house.identify, house.library.snapshots, house.library.generations
    impatient, busy, patient = (
        Asked(Timeline(*parts, turns, seconds))
        for turns, seconds in ((None, 0.0), (Turns(0, places=1), 0.0), (None, 600.0))
    )
    assert (impatient(apisid, vid).status_code, busy(apisid, vid).status_code) == (503, 503)
    assert "search.timeout" in impatient(apisid, vid).json["detail"]
    assert [each["month"] for each in patient(apisid, vid).json["sections"]] == sorted(set(MONTHS))


class Asked:
    """A timeline, to be asked."""

    def __init__(self, timeline: Timeline) -> None:
        app = falcon.App()
        app.add_error_handler(Exception, handle)
        app.add_route("/", timeline)
        self._client = TestClient(app)

    def __call__(self, apisid: str, vid: int) -> Result:
        """The answer to who has that view."""
        return self._client.simulate_get("/", query_string=f"apisid={apisid}&vid={vid}")
