"""What is not for a caller is to him as what is not there: the same answer, and the same work. By every function, every
way to name something, and every way to ask.
"""

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from email.utils import formatdate
from typing import Any

import pytest
from falcon.testing import Result, TestClient
from sqlalchemy import event

from catalog.lists.shares import Terms
from catalog.photoid import decode
from tests.api.front import BASE, front_end
from tests.api.house import House

NOWHERE = "A" * 22
VALUE = re.compile("x'[0-9a-f]*'", re.IGNORECASE)
FUNCTIONS = ("getPhoto", "getThumbnail", "getPhotoMetadata", "getOriginalFile")
TAKEN = 1_500_000_000  # seconds since 1970, by the date that a camera or a copy has left at the file
SAME_DAY = "Sat, 01 Jan 2000 00:00:00 GMT"
HEADERS: tuple[Mapping[str, str], ...] = (
    {},
    {"Range": "bytes=0-9"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": SAME_DAY},
    {"Range": "bytes=0-9", "If-Range": SAME_DAY},
    {"Sec-Purpose": "prefetch"},
)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    """The front end of the house."""
    with ExitStack() as closing:
        yield front_end(house, closing)


@contextmanager
def asked_of_the_catalogue(house: House) -> Iterator[list[str]]:
    """The statements that are made on this thread, however, without their values."""
    made: list[str] = []
    me = threading.get_ident()

    def trace(statement: str) -> None:
        if threading.get_ident() == me:
            made.append(VALUE.sub("?", statement.split("FROM")[0]))

    def begin(connection: Any, *_: object) -> None:
        connection.set_trace_callback(trace)

    def end(connection: Any, *_: object) -> None:
        connection.set_trace_callback(None)

    engine = house.library.engine
    event.listen(engine, "checkout", begin)
    event.listen(engine, "checkin", end)
    try:
        yield made
    finally:
        event.remove(engine, "checkout", begin)
        event.remove(engine, "checkin", end)


def assert_alike(house: House, client: TestClient, *requests: Mapping[str, Any], status: int = 404) -> None:
    """The same is answered to all, with the same work, once what is remembered is remembered."""
    heard: list[tuple[object, ...]] = []
    house.library.generations.look()  # else what was changed a moment ago would be read anew in the midst of it
    for request in requests:
        client.simulate_request(**request)
        for _ in range(2):
            with asked_of_the_catalogue(house) as made:
                answer: Result = client.simulate_request(**request)
            assert answer.status_code == status, (request, answer.text)
            heard.append((answer.content, dict(answer.headers), made))
    assert heard == [heard[0]] * len(heard)


def photo_request(
    function: str, method: str, headers: Mapping[str, str], params: Mapping[str, object]
) -> dict[str, Any]:
    """A request of the Web API."""
    return {"method": method, "path": BASE + function, "params": dict(params), "headers": dict(headers)}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_photo_out_of_sight_is_as_none(house: House, client: TestClient, function: str, method: str) -> None:
    session = house.library.sessions.create("10.8.8.8", "sailor", None)
    house.library.generations.look()
    for headers in HEADERS:
        for apisid in ("sailor", session):
            assert_alike(
                house,
                client,
                *(
                    photo_request(function, method, headers, {"apisid": apisid, "photoid": photoid, "width": 8})
                    for photoid in (house.town, NOWHERE)
                ),
            )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_photo_that_left_a_list_is_as_one_that_left_sight(house: House, client: TestClient, function: str) -> None:
    apisid, vid = house.view("sailor", house.town, NOWHERE)
    sid = house.library.shares.make("sailor", decode(house.town) + decode(NOWHERE), Terms()).sid
    house.library.generations.look()
    for way in ({"apisid": apisid, "vid": vid}, {"sid": sid}):
        client.simulate_get(BASE + function, params={**way, "index": "0"})  # views and galleries are remembered
        assert_alike(house, client, *(photo_request(function, "GET", {}, {**way, "index": each}) for each in (0, 1)))


@pytest.mark.parametrize("function", FUNCTIONS[2:])
def test_without_the_permission_nobody_hears_whether_it_is_there(
    house: House, client: TestClient, function: str
) -> None:
    asked = ({"apisid": "viewer", "photoid": each} for each in (house.sea, NOWHERE))
    assert_alike(house, client, *(photo_request(function, "GET", {}, each) for each in asked), status=403)


@pytest.mark.parametrize("size", [{"width": 8}, {}])  # rendered, and delivered as it lies in its file
@pytest.mark.parametrize("function", FUNCTIONS[:2])
def test_a_photo_s_date_is_told_by_no_header_to_whoever_may_not_see_metadata(
    house: House, client: TestClient, function: str, size: Mapping[str, object]
) -> None:
    os.utime(house.catalogue.a / "sea/beach.jpg", (TAKEN, TAKEN))
    house.catalogue.scan(house.settings)
    date = formatdate(TAKEN, usegmt=True)
    sid = {uid: house.library.shares.make(uid, decode(house.sea), Terms()).sid for uid in ("sailor", "viewer")}
    house.library.generations.look()
    for uid, hears in (("sailor", True), ("viewer", False)):
        for way in ({"apisid": uid, "photoid": house.sea}, {"sid": sid[uid], "index": 0}):

            def ask(**headers: str) -> Result:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return client.simulate_get(BASE + function, params={**way, **size}, headers=named)  # noqa: B023

            first = ask()
            assert (first.status_code, first.headers.get("Last-Modified")) == (200, date if hears else None)
            assert ask(If_None_Match=first.headers["ETag"]).status_code == 304
            guessed = ask(If_Modified_Since=date)
            assert guessed.status_code == (304 if hears else 200)
            if "Accept-Ranges" in first.headers:
                assert ask(Range="bytes=0-9", If_Range=date).status_code == (206 if hears else 200)
            assert ("Last-Modified" in guessed.headers) == hears


LISTS = (*((BASE + each, {"index": 0}) for each in FUNCTIONS), ("/api/photos", {}), ("/api/timeline", {}))


@pytest.mark.parametrize(("path", "more"), LISTS)
def test_another_s_view_is_as_none(house: House, client: TestClient, path: str, more: Mapping[str, object]) -> None:
    mine, _ = house.view("ann", house.sea)
    _, others = house.view("ann", house.sea)
    house.library.generations.look()
    answers = []
    client.simulate_get(path, params={"apisid": mine, "vid": others, **more})
    for vid in (others, others + 7):
        for _ in range(2):
            with asked_of_the_catalogue(house) as made:
                answer = client.simulate_get(path, params={"apisid": mine, "vid": vid, **more})
            assert answer.status_code == 404
            answers.append((answer.text.replace(str(vid), "VID"), made))
    assert answers == [answers[0]] * 4


@pytest.mark.parametrize(("path", "more"), [*LISTS, (BASE + "getGallery", {"withmeta": "true"})])
def test_a_gallery_that_has_expired_is_as_none(
    house: House, client: TestClient, path: str, more: Mapping[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = house.library.shares
    now = shares._clock()
    sid = shares.make("root", decode(house.sea), Terms(expires=int(now) + 60)).sid
    house.library.generations.look()
    assert client.simulate_get(path, params={"sid": sid, "width": 8, **more}).status_code == 200  # it is remembered
    monkeypatch.setattr(shares, "_clock", lambda: now + 120)
    request = {"method": "GET", "path": path}
    assert_alike(house, client, *(request | {"params": {"sid": each, **more}} for each in (sid, "B" * 22)))


def test_another_s_gallery_ends_as_none_does(house: House, client: TestClient) -> None:
    sid = house.library.shares.make("root", decode(house.sea), Terms()).sid
    requests = (
        {"method": "DELETE", "path": f"/api/shares/{each}", "params": {"apisid": "sailor"}} for each in (sid, "B" * 22)
    )
    assert_alike(house, client, *requests)
    assert house.library.shares.by_sid(sid).count == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/shares", {}), ("/api/prefetch", {"sizes": [{"width": 8}]})],
)
def test_what_is_named_in_a_body(house: House, client: TestClient, path: str, body: Mapping[str, object]) -> None:
    requests = (
        {"method": "POST", "path": path, "params": {"apisid": "sailor"}, "json": {**body, "photoids": [each]}}
        for each in (house.town, NOWHERE)
    )
    assert_alike(house, client, *requests)


def test_jobs_are_told_to_admins_alone(house: House, client: TestClient) -> None:
    for caller in ("guest", "sailor", "viewer"):
        for method, turn in (("GET", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/cancel")):
            requests = (
                {"method": method, "path": f"/api/jobs/{number}{turn}", "params": {"apisid": caller}}
                for number in ("1", "99", "x")
            )
            assert_alike(house, client, *requests, status=403)


def test_a_user_who_is_none_is_as_one_with_a_password(house: House, client: TestClient) -> None:
    requests = (photo_request("getPhoto", "GET", {}, {"apisid": each, "photoid": house.sea}) for each in ("ann", "nob"))
    assert_alike(house, client, *requests, status=403)


def test_a_filter_is_asked_of_some_photo_where_none_is_there(house: House) -> None:
    """Else its absence would be seen by the time."""
    access, rights = house.library.access, house.library.access.rights("sailor")
    steps: list[None] = []
    taken: list[int] = []
    for photoid in (house.town, NOWHERE):
        access.sees(rights, photoid)  # the statement is made
        with house.library.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: steps.append(None), 1)
        try:
            assert not access.sees(rights, photoid)
        finally:
            driver.set_progress_handler(None, 0)
        taken.append(len(steps))
        steps.clear()
    assert taken[1] > 40  # where nothing is found by the id, and nothing is asked, it is half of that
    assert abs(taken[0] - taken[1]) < 40
