"""Which photos are asked for in advance, of whoever goes through a view or a gallery."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import api.read_ahead
from catalog.lists.shares import Terms
from catalog.people.access import Access
from catalog.photoid import decode
from tests.api.house import House
from tests.api.test_render_responder import Door
from tests.catalog.library import jpeg, put
from tests.workers.ways import WAIT, wait_until
from workers.dispatch import Prefetched


@dataclass
class Gallery:
    """Ten photos of the house `a/sea`, in a view, a person who looks at them, and what is asked for in advance."""

    house: House
    door: Door
    ids: list[str]
    apisid: str
    vid: int

    def look(self, index: int, headers: dict[str, str] | None = None, **more: Any) -> int:
        """getPhoto of a place in the view; gives the status."""
        params = {"apisid": self.apisid, "vid": self.vid, "index": index, "width": 24} | more
        return self.door.asked(headers or {})(**params).status_code

    def ahead(self) -> list[int]:
        """Which photos have been asked for in advance, when all that is known has been looked at."""
        wait_until(lambda: not self.door.read_ahead._wakeup.is_set() and not self.door.read_ahead._moves)
        self.door.read_ahead.close()
        return [self.ids.index(key.photoid) for key in self.door.workers.ahead]


def gallery(house: House, count: int = 3, uid: str = "root", *, started: bool = True) -> Gallery:
    for number in range(10):
        put(house.catalogue.a / f"sea/{number}.jpg", jpeg(f"#{number}{number}8844"))
    house.catalogue.scan(house.settings)
    house.library.generations.look()
    known = house.catalogue.ids()
    ids = [known[f"a/sea/{number}.jpg"] for number in range(10)]
    door = Door(house, count)
    if started:
        door.read_ahead.start()
    return Gallery(house, door, ids, *house.view(uid, *ids))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test says by itself when somebody goes on."""
    monkeypatch.setattr(api.read_ahead, "GATHER", 0.0)


@pytest.fixture
def ten(house: House) -> Iterator[Gallery]:
    """Three photos are made in advance."""
    made = gallery(house)
    yield made
    made.door.read_ahead.close()


def settled(ten: Gallery, indexes: list[int]) -> None:
    """Looks at one after the other, as a person does: the thread has seen each."""
    for index in indexes:
        assert ten.look(index) == 200
        wait_until(lambda: not ten.door.read_ahead._moves)


@pytest.mark.parametrize(
    ("looked", "ahead"),
    [
        ([0], [1, 2, 3]),
        ([5], [6, 7, 8]),
        ([8], [9]),
        ([9], []),
        ([4, 3], [5, 6, 7, 2, 1, 0]),
        ([4, 3, 3], [5, 6, 7, 2, 1, 0]),
        ([1, 0], [2, 3, 4]),
        ([7, 2, 3], [8, 9, 1, 0, 4, 5, 6]),
    ],
)
def test_the_next_ones_in_the_direction_of_the_requests(ten: Gallery, looked: list[int], ahead: list[int]) -> None:
    settled(ten, looked)
    assert ten.ahead() == ahead


def test_of_many_that_load_at_once_the_last_one_counts(house: House) -> None:
    ten = gallery(house, started=False)
    for index in range(5):
        ten.look(index)
    ten.door.read_ahead.start()
    assert ten.ahead() == [5, 6, 7]


def test_a_crowd_that_comes_at_once_is_passed_over_beyond_some(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.read_ahead, "MOST", 2)
    ten = gallery(house, started=False)
    for width in (20, 21, 22):
        ten.look(0, width=width)
    ten.look(4, width=20)  # who is known already goes on
    ten.door.read_ahead.start()
    assert ten.ahead() == [5, 6, 7, 1, 2, 3]


def test_hits_and_304_count_as_looking(ten: Gallery) -> None:
    photo = ten.door.asked({})
    params = {"apisid": ten.apisid, "vid": ten.vid, "width": 24}
    tags = []
    for index in (0, 4):
        tags.append(photo(**params, index=index).headers["ETag"])
        wait_until(lambda: not ten.door.read_ahead._moves)  # else the first would be passed over
    wait_until(lambda: len(ten.door.workers.ahead) == 6)
    assert ten.look(0) == 200  # backwards, from the cache
    wait_until(lambda: not ten.door.read_ahead._moves)
    assert ten.door.asked({"If-None-Match": tags[1]})(**params, index=4).status_code == 304
    assert ten.ahead() == [1, 2, 3, 5, 6, 7, 5, 6, 7]


def test_sizes_and_places_are_followed_each_by_itself(ten: Gallery) -> None:
    settled(ten, [5])
    assert ten.look(2, width=30) == 200  # not backwards: tiles and the large photo are two things
    assert ten.ahead() == [6, 7, 8, 3, 4, 5]
    assert {key.width for key in ten.door.workers.ahead[3:]} == {30}


def test_a_request_that_is_itself_in_advance_asks_for_no_more(ten: Gallery) -> None:
    assert ten.look(5, {"Sec-Purpose": "prefetch"}) == 200
    settled(ten, [0])
    assert ten.ahead() == [1, 2, 3]


def test_a_photo_in_its_own_size_asks_for_none(ten: Gallery) -> None:
    assert ten.look(5, width=None) == 200
    settled(ten, [0])
    assert ten.ahead() == [1, 2, 3]


def test_none_where_it_is_turned_off(house: House) -> None:
    ten = gallery(house, count=0)
    ten.look(5)
    assert ten.ahead() == []


def test_a_shared_gallery_is_followed_by_whoever_has_its_sid(ten: Gallery) -> None:
    sid = ten.house.library.shares.make("", b"".join(map(decode, ten.ids)), Terms()).sid
    ten.house.library.generations.look()
    assert ten.door.thumbnail(sid=sid, index=3).status_code == 200
    assert ten.ahead() == [4, 5, 6]


def test_what_is_out_of_sight_or_gone_is_passed_over(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ten = gallery(house, uid="sailor")
    sees = Access.sees
    monkeypatch.setattr(
        Access, "sees", lambda self, rights, photoid: photoid != ten.ids[2] and sees(self, rights, photoid)
    )
    (house.catalogue.a / "sea/3.jpg").unlink()
    house.catalogue.scan(house.settings)
    house.library.generations.look()
    settled(ten, [1])
    assert ten.ahead() == [4]


def test_a_photo_that_can_not_be_shown_stops_nobody(ten: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise ValueError("a bug")

    monkeypatch.setattr(ten.door.workers, "render", broken)
    assert ten.look(0) == 500
    assert ten.ahead() == [1, 2, 3]


def test_a_redis_that_is_silent_holds_nobody_up(ten: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    held, free = threading.Event(), threading.Event()

    def silent(*_: object) -> object:
        held.set()
        assert free.wait(WAIT)
        return Prefetched.REFUSED

    monkeypatch.setattr(ten.door.responder, "prefetch", silent)
    assert ten.look(0) == 200
    assert held.wait(WAIT)
    assert {ten.look(index) for index in range(1, 8)} == {200}
    assert len(ten.door.read_ahead._moves) == 1  # of one who goes on, no more is kept
    free.set()


def test_what_fails_in_advance_fails_for_nobody(ten: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    prefetch = ten.door.responder.prefetch
    failed: list[int] = []

    def broken(*_: object) -> object:
        failed.append(1)
        raise ValueError("a bug")

    monkeypatch.setattr(ten.door.responder, "prefetch", broken)
    assert ten.look(0) == 200
    wait_until(lambda: bool(failed))
    monkeypatch.setattr(ten.door.responder, "prefetch", prefetch)
    settled(ten, [5])
    assert ten.ahead() == [6, 7, 8]


def test_a_crowd_of_viewers_costs_no_memory(ten: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.read_ahead, "REMEMBERED", 4)
    for width in range(20, 40):
        ten.look(0, width=width)
    assert len(ten.door.read_ahead._last) <= 4
