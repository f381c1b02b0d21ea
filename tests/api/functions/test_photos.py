"""getPhoto in a view or a gallery: what its answer says of the following photo, and when it is asked for in advance."""

from urllib.parse import urlsplit

import pytest

from api.functions.photos import is_prefetch
from tests.api.house import House
from tests.api.test_render_responder import Door
from workers.queue.app import INTERACTIVE, PREFETCH


@pytest.fixture
def door(house: House) -> Door:
    """No render yet, and nothing is made in advance by itself."""
    return Door(house)


@pytest.mark.parametrize(
    ("purpose", "early"),
    [
        ("prefetch", True),
        ("Prefetch;prerender", True),
        ("prefetch;anonymous-client-ip", True),
        (" prefetch ; x=1", True),
        ("prefetchers", False),
        ("preview", False),
        ("", False),
    ],
)
def test_who_asks_in_advance(purpose: str, early: bool) -> None:
    assert is_prefetch({"HTTP_SEC_PURPOSE": purpose}) == early
    assert is_prefetch({"HTTP_PURPOSE": purpose}) == early


def test_nobody_asks_in_advance_by_himself() -> None:
    assert not is_prefetch({})


def test_a_miss_that_is_asked_for_in_advance_is_work_in_advance(house: House, door: Door) -> None:
    for width, name, purpose, queue in (
        (20, "Sec-Purpose", "prefetch;prerender", PREFETCH),
        (21, "Purpose", "prefetch", PREFETCH),
        (22, "Sec-Purpose", "", INTERACTIVE),
    ):
        answer = door.asked({name: purpose})(photoid=house.sea, width=width)
        assert answer.status_code == 200
        assert door.workers.queues[-1] == queue


def test_the_following_photo_is_named_wherever_it_is_by_its_place(house: House, door: Door) -> None:
    apisid, vid = house.view("root", house.sea, house.town)
    first = door.photo(apisid=apisid, vid=vid, index=0, width=24)
    url = f"/asked?apisid={apisid}&vid={vid}&index=1&width=24"
    link = f"<{url}>; rel=next, <{url}>; rel=prefetch"
    assert (first.status_code, first.headers["Link"]) == (200, link)
    again = door.photo("GET", first.headers["ETag"], apisid=apisid, vid=vid, index=0, width=24)
    assert (again.status_code, again.headers["Link"]) == (304, link)
    assert door.photo("HEAD", apisid=apisid, vid=vid, index=0, width=24).headers["Link"] == link
    whole = door.photo(apisid=apisid, vid=vid, index=0)
    assert urlsplit(whole.headers["Link"][1:].partition(">")[0]).query == f"apisid={apisid}&vid={vid}&index=1"
    assert "rel=next" in door.thumbnail(apisid=apisid, vid=vid, index=0).headers["Link"]
    last = door.photo(apisid=apisid, vid=vid, index=1, width=24)
    assert (last.status_code, "Link" in last.headers) == (200, False)
    assert "Link" not in door.photo(photoid=house.sea, vid=vid, index=0, width=24).headers


def test_a_caller_who_may_not_hears_of_no_other_photo(house: House, door: Door) -> None:
    apisid, vid = house.view("sailor", house.town, house.sea)
    answer = door.photo(apisid=apisid, vid=vid, index=0, width=24)
    assert (answer.status_code, "Link" in answer.headers) == (404, False)
