"""getPhoto and getThumbnail, less the rendering: which render is asked for, and when none is; and in advance."""

import os
import sqlite3
from collections.abc import Mapping

import falcon
import pytest
from falcon.testing import Result, create_req
from sqlalchemy import update

from api.functions.photos import GetPhoto, thumbnail
from api.http.delivery import Files
from api.http.params import Wanted
from api.http.server import CACHED
from api.negative_cache import NegativeCache
from api.read_ahead import ReadAhead
from api.render_responder import RenderResponder
from cache.key import RenderKey
from cache.memory import MemoryTier
from cache.render_cache import RenderCache
from catalog.database import FILE
from catalog.kinds.damage import TRUNCATED
from catalog.photos import Photo
from catalog.render_failures import RenderFailure, RenderFailures
from catalog.scan.scan import refresh
from catalog.schema import photos
from tests.api.house import Asking, House
from tests.catalog.library import jpeg
from workers.dispatch import Dispatcher, Prefetched
from workers.errors import SourceChanged
from workers.flights.waits import UNKNOWN_CLIENT, Client
from workers.pipeline.limits import Limits
from workers.queue.app import INTERACTIVE
from workers.versions import key_version


class Played(Dispatcher):
    """Workers that answer at once, with the size that was asked for; a file that has changed they refuse."""

    def __init__(self, house: House, cache: RenderCache) -> None:
        self._house, self.cache = house, cache
        self.asked: list[RenderKey] = []
        self.queues: list[str] = []
        self.callers: list[str] = []
        self.ahead: list[RenderKey] = []

    def render(
        self,
        photo: Photo,
        key: RenderKey,
        client: Client = UNKNOWN_CLIENT,
        *,
        queue: str = INTERACTIVE,
        caller: str = "",
    ) -> bytes:
        """A render, kept as workers keep it."""
        self.callers.append(caller)
        self.asked.append(key)
        self.queues.append(queue)
        status = (self._house.settings.root_paths[photo.root] / photo.path).stat()
        if (status.st_size, status.st_mtime_ns) != (photo.bytes, photo.mtime_ns):
            raise SourceChanged("The photo's file has changed since it was catalogued.")
        render = f"{key.width}x{key.height} at {key.quality}".encode()
        self.cache.put(key, render)
        return render

    def prefetch(self, photo: Photo, key: RenderKey) -> Prefetched:
        """Noted, and not made."""
        self.ahead.append(key)
        return Prefetched.QUEUED


class Door:
    """getPhoto and getThumbnail of a house, over a cache in memory; `count` photos are made in advance."""

    def __init__(self, house: House, count: int = 0) -> None:
        self._house = house
        self.cache = RenderCache([MemoryTier(1_000_000)])
        self.workers = Played(house, self.cache)
        self.responder = RenderResponder(
            self.cache,
            self.workers,
            NegativeCache(RenderFailures(house.library.engine)),
            house.library.damages,
            lambda photo: refresh(house.library.engine, house.settings, photo),
            Files(house.settings.root_paths, follow_links=True),
            house.allowances,
            limits=Limits(),
            max_side=100,
            max_age=60,
        )
        self.read_ahead = ReadAhead(house.identify, self.responder, count)

    def photo(self, method: str = "GET", tag: str = "", /, **params: object) -> Result:
        """getPhoto; `tag` is what the caller has."""
        headers = {"If-None-Match": tag} if tag else {}
        return self.asked(headers, method)(**params)

    def asked(self, headers: Mapping[str, str], method: str = "GET") -> Asking:
        """getPhoto, to be called with these headers."""
        return self._house.ask(GetPhoto(self._house.identify, self.responder, self.read_ahead), method, headers)

    def thumbnail(self, **params: object) -> Result:
        """getThumbnail, of 16 pixels."""
        get_thumbnail = GetPhoto(self._house.identify, self.responder, self.read_ahead, thumbnail(16))
        return self._house.ask(get_thumbnail)(**params)


@pytest.fixture
def door(house: House) -> Door:
    """No render yet; photos are of 12 x 8 pixels."""
    return Door(house)


@pytest.mark.parametrize(
    ("params", "render"),
    [
        ({"width": 24}, "24x16 at 70"),
        ({"height": 16, "quality": "1"}, "24x16 at 100"),
        ({"width": 10, "height": 10, "quality": "0"}, "10x10 at 0"),
        ({"width": 30, "height": 21}, "30x20 at 70"),
        ({"width": 21, "height": 30}, "30x20 at 70"),
        ({"WIDTH": 24, "colour": "red", "vid": "x"}, "24x16 at 70"),
    ],
)
def test_what_is_asked_for(house: House, door: Door, params: dict[str, object], render: str) -> None:
    answer = door.photo(photoid=house.sea, **params)
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (200, render, "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert door.photo(photoid=house.sea, **params).text == render
    assert len(door.workers.asked) == 1


def test_what_comes_from_the_cache_says_so_to_the_front_end(house: House, door: Door) -> None:
    def cached(width: int, tag: str = "") -> bool:
        query = f"photoid={house.sea}&width={width}"
        request = create_req(query_string=query, headers={"If-None-Match": tag} if tag else {})
        GetPhoto(house.identify, door.responder, door.read_ahead)(request, falcon.Response())
        return CACHED in request.env

    assert [cached(24), cached(24), cached(30)] == [False, True, False]
    assert cached(24, door.photo(photoid=house.sea, width=24).headers["ETag"])


@pytest.mark.parametrize(
    "params",
    [{"width": width} for width in (0, -1, 101, "1e2", "\u0661", "9" * 9, "9" * 5000, "")]
    + [{"quality": quality} for quality in ("1.1", "NaN", "-0", "1e-1", "0," * 3)]
    + [{"width": 5, "WIDTH": 5}, {"photoid": "A" * 22, "PhotoID": "B" * 22}],
)
def test_what_can_not_be_asked_for(house: House, door: Door, params: dict[str, object]) -> None:
    assert door.photo(**({"photoid": house.sea} | params)).status_code == 400
    assert door.workers.asked == []


@pytest.mark.parametrize("params", [{}, {"width": 24}, {"width": 10, "height": 10}, {"height": 1}])
def test_a_photo_of_impossible_size_is_refused_in_every_size(
    house: House, door: Door, params: dict[str, object]
) -> None:
    """No key of a render can have its sides."""
    with house.library.engine.connect() as connection, connection.begin():
        connection.execute(update(photos).where(photos.c.path == "sea/beach.jpg").values(width=4294967169))
    house.library.generations.look()
    answer = door.photo(photoid=house.sea, **params)
    assert (answer.status_code, answer.json["detail"][:18]) == (501, "The photo's header")
    assert door.thumbnail(photoid=house.sea).status_code == 501


def test_an_answer_says_that_the_photo_is_damaged(house: House, door: Door) -> None:
    """Whether its render is made or cached, and no longer when the file is another one."""
    photo = house.library.photos.by_id(house.sea)
    house.library.damages.hear(photo, TRUNCATED)
    for _ in range(2):
        for answer in (door.photo(photoid=house.sea, width=24), door.thumbnail(photoid=house.sea)):
            assert (answer.status_code, answer.headers["X-Darkroom-Damaged"]) == (200, TRUNCATED)
        assert "X-Darkroom-Damaged" not in door.photo(photoid=house.town, width=24).headers
        house.library.damages.flush()
    os.utime(house.catalogue.a / photo.path, (5, 5))
    house.catalogue.scan(house.settings)
    house.library.generations.look()
    assert "X-Darkroom-Damaged" not in door.photo(photoid=house.sea, width=24).headers


def test_a_file_that_ends_early_is_sent_with_an_end_and_says_so(house: House, door: Door) -> None:
    file = house.catalogue.a / "sea/beach.jpg"
    whole = file.read_bytes()
    file.write_bytes(whole[:-2])
    house.catalogue.scan(house.settings)
    house.library.generations.look()
    answer = door.photo(photoid=house.sea)
    assert (answer.status_code, answer.headers["X-Darkroom-Damaged"]) == (200, TRUNCATED)
    assert answer.content.endswith(b"\xff\xd9")
    assert door.photo(photoid=house.sea, width=24).headers["X-Darkroom-Damaged"] == TRUNCATED


def test_equal_sizes_are_one_render(house: House, door: Door) -> None:
    for params in ({"width": 24}, {"height": 16}, {"width": 24, "height": 17}, {"width": 24, "quality": "0.70"}):
        assert door.photo(photoid=house.sea, **params).text == "24x16 at 70"
    assert door.thumbnail(photoid=house.sea, width=3, height=3, quality="x").text == "24x16 at 70"
    assert len(door.workers.asked) == 1


@pytest.mark.parametrize(
    ("size", "render"), [((60, 1), "100x2 at 70"), ((1, 60), "1x16 at 70"), ((1, 1), "16x16 at 70")]
)
def test_every_photo_has_a_thumbnail_however_long_it_is(
    house: House, door: Door, size: tuple[int, int], render: str
) -> None:
    (house.catalogue.a / "sea/beach.jpg").write_bytes(jpeg("green", size))
    answer = door.thumbnail(photoid=house.sea)
    assert (answer.status_code, answer.text) == (200, render)
    if size == (60, 1):
        assert door.photo(photoid=house.sea, height=16).status_code == 400


def test_a_caller_who_has_it_costs_no_render(house: House, door: Door) -> None:
    tag = door.photo(photoid=house.sea, width=24).headers["ETag"]
    assert door.photo(photoid=house.sea, width=30).status_code == 200
    for given, status in ((tag, 304), (f'"x", W/{tag}', 304), ("*", 304), ('"x"', 200), ("garbage", 200)):
        answer = door.photo("GET", given, photoid=house.sea, width=24)
        assert (answer.status_code, answer.headers["ETag"]) == (status, tag)
    assert len(door.workers.asked) == 2
    # Nobody learns by a tag of a photo that is not for him.
    assert door.photo("GET", "*", photoid=house.town, width=24, apisid="sailor").status_code == 404


def test_head_is_answered_as_get_without_the_bytes(house: House, door: Door) -> None:
    answer = door.photo("HEAD", photoid=house.sea, width=24)
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "11")


def test_a_photo_edited_since_the_scan(house: House, door: Door) -> None:
    before = door.photo(photoid=house.sea, width=24).headers["ETag"]
    (house.catalogue.a / "sea/beach.jpg").write_bytes(jpeg("green", (10, 40)))
    assert door.photo(photoid=house.sea, width=20).text == "20x80 at 70"
    house.library.generations.look()
    answer = door.photo(photoid=house.sea, width=24)
    assert (answer.text, answer.headers["ETag"] != before) == ("24x96 at 70", True)
    assert door.workers.asked[-1].version == key_version(house.catalogue.photos()["a/sea/beach.jpg"].version)


def test_what_comes_may_be_kept_where_its_url_names_its_version(house: House, door: Door) -> None:
    now = key_version(house.library.photo_by_id(house.sea).version)
    kept, asked_anew = "private, max-age=60, immutable", "private, no-cache"
    for size in ({"width": 24}, {}):
        for version, said in ((now, kept), ("1-2-3", asked_anew), (now + "0", asked_anew), ("", asked_anew)):
            answer = door.photo(photoid=house.sea, version=version, **size)
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, said)
            again = door.photo("GET", answer.headers["ETag"], photoid=house.sea, version=version, **size)
            assert (again.status_code, again.headers["Cache-Control"]) == (304, said)
    assert door.thumbnail(photoid=house.sea, version=now).headers["Cache-Control"] == kept


def test_an_url_with_the_version_of_before_an_edit_is_answered_and_not_kept(house: House, door: Door) -> None:
    before = key_version(house.library.photo_by_id(house.sea).version)
    (house.catalogue.a / "sea/beach.jpg").write_bytes(jpeg("green", (10, 40)))
    answer = door.photo(photoid=house.sea, width=20, version=before)
    assert (answer.text, answer.headers["Cache-Control"]) == ("20x80 at 70", "private, no-cache")
    house.library.generations.look()
    now = key_version(house.library.photo_by_id(house.sea).version)
    assert door.photo(photoid=house.sea, width=20, version=now).headers["Cache-Control"].endswith("immutable")


def test_an_error_is_kept_by_nobody(house: House, door: Door) -> None:
    photo = house.library.photo_by_id(house.sea)
    RenderFailures(house.library.engine).remember(photo, RenderFailure("damaged", "It is broken."))
    answer = door.photo(photoid=house.sea, width=24, version=key_version(photo.version))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (500, "no-store")


def test_a_render_is_asked_for_in_advance_unless_it_is_there(house: House, door: Door) -> None:
    photo, size = house.library.photo_by_id(house.sea), Wanted(24, None, 70)
    assert door.responder.prefetch(photo, size) is Prefetched.QUEUED
    (key,) = door.workers.ahead
    door.photo(photoid=house.sea, width=24)
    assert door.workers.asked == [key]
    assert door.responder.prefetch(photo, size) is Prefetched.CACHED
    assert door.workers.ahead == [key]


@pytest.mark.parametrize("size", [Wanted(None, None, 70), Wanted(101, None, 70)])
def test_what_can_not_be_made_is_not_asked_for_in_advance(house: House, door: Door, size: Wanted) -> None:
    assert door.responder.prefetch(house.library.photo_by_id(house.sea), size) is Prefetched.REFUSED
    assert door.workers.ahead == []


def test_a_photo_that_failed_is_not_asked_for_in_advance(house: House, door: Door) -> None:
    photo = house.library.photo_by_id(house.sea)
    RenderFailures(house.library.engine).remember(photo, RenderFailure("damaged", "It is broken."))
    assert door.responder.prefetch(photo, Wanted(24, None, 70)) is Prefetched.REFUSED
    assert door.workers.ahead == []


@pytest.mark.parametrize(("became", "status"), [("nothing", 404), ("pipe", 500), ("garbage", 500)])
def test_a_file_that_is_no_photo_any_more(
    house: House, door: Door, became: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = house.catalogue.a / "sea/beach.jpg"
    photo = house.library.photo_by_id(house.sea)
    file.unlink()
    if became == "pipe":
        os.mkfifo(file)
    elif became == "garbage":
        file.write_bytes(b"garbage")

    def changed(*_: object, **__: object) -> bytes:
        raise SourceChanged("It has changed.")

    monkeypatch.setattr(door.workers, "render", changed)
    answer = door.photo(photoid=photo.photoid, width=24)
    assert answer.status_code == status
    assert str(house.catalogue.folder) not in answer.text


def test_what_is_cached_is_shown_while_another_program_holds_the_catalogue(house: House, door: Door) -> None:
    assert door.photo(photoid=house.sea, width=24).status_code == 200
    house.make_impatient()
    other = sqlite3.connect(house.settings.data_dir / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert door.photo(photoid=house.sea, width=24).status_code == 200
    assert door.photo(photoid=house.town, width=24).status_code == 200
    other.close()


def test_what_is_cached_is_not_shown_while_nobody_can_say_to_whom(house: House, door: Door) -> None:
    assert door.photo(photoid=house.sea, width=24).status_code == 200
    file = house.settings.data_dir / FILE
    house.library.engine.dispose()
    content = file.read_bytes()
    file.write_bytes(b"\0" * len(content))
    house.library.generations.look()
    answer = door.photo(photoid=house.sea, width=24)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert FILE not in answer.text
    house.library.engine.dispose()
    file.write_bytes(content)
    house.library.generations.look()
    assert door.photo(photoid=house.sea, width=24).status_code == 200
