"""What happens besides, where an answer is given again without the app: the same as where the app gives it."""

import logging
import os
import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from prometheus_client.registry import REGISTRY

import api.read_ahead
from cache.disk import Budget, DiskTier
from catalog.lists.shares import Terms
from catalog.photoid import decode
from tests.api.front import BASE
from tests.api.house import ADDRESS, House
from tests.api.remembered.wired import Answer, Wired, given_again, tell_time, wired
from tests.catalog.library import jpeg, put
from tests.clock import Clock
from tests.end_to_end.servers import eventually

LOG = "darkroom.access"
LONG_AGO = 1_600_000_000  # seconds since 1970
TIMES = re.compile(r"^\S+ \S+ |\S+ms$")  # of a line in the access log
ELSEWHERE = ("python_", "process_", "darkroom_connections", "darkroom_cache_bytes", "darkroom_cache_entries")
"""Metrics of no request."""


@dataclass
class Trace:
    """What was answered, what was counted, and what was logged, with names for ids, which are others each time."""

    answers: list[Answer]
    counted: dict[str, float]
    logged: list[str]


class Place:
    """A front end of a house of its own, in which somebody asks."""

    def __init__(self, house: House, front: Wired) -> None:
        self.house, self.front = house, front
        self.names = {house.sea: "SEA", house.town: "TOWN"}
        self.answers: list[Answer] = []

    def ask(self, params: dict[str, object], function: str = "getPhoto", times: int = 1, **headers: str) -> Answer:
        """So many times; underscores in names of headers are dashes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        for _ in range(times):
            self.answers.append(self.front.ask(f"{BASE}{function}?{urlencode(params)}", sent))
        return self.answers[-1]

    def plain(self, text: str) -> str:
        for known, name in self.names.items():
            text = text.replace(known, name).replace(quote(known, safe=""), name)
        return text


Scenario = Callable[[Place], None]


def traced(house: House, scenario: Scenario, caplog: pytest.LogCaptureFixture, *, remember: bool) -> Trace:
    """What comes of that in a house, with caches that are empty."""
    caplog.clear()
    disk = DiskTier(house.catalogue.folder / f"renders-{remember}", Budget(10_000_000, 1000, 0))
    before = counted()
    with wired(house, remember=remember, below=[disk]) as front:
        place = Place(house, front)
        scenario(place)
    after = counted()
    lines = [place.plain(TIMES.sub("", each.getMessage())) for each in caplog.records if each.name == LOG]
    answers = [
        (status, [(name, place.plain(value)) for name, value in headers], place.plain(body.decode("latin-1")).encode())
        for status, headers, body in place.answers
    ]
    return Trace(answers, {name: value for name, value in (after - before).items() if value}, lines)


def counted() -> Counter[str]:
    """All metrics as they are."""
    found: Counter[str] = Counter()
    for metric in REGISTRY.collect():
        for sample in metric.samples:
            if not sample.name.startswith(ELSEWHERE):
                found[f"{sample.name}{sorted(sample.labels.items())}"] = sample.value  # type: ignore[assignment]
    return found


def photo(place: Place) -> None:
    for params in ({"photoid": place.house.sea, "width": 8}, {"photoid": place.house.town, "height": 8}):
        tag = dict(place.ask(params, times=4)[1])["etag"]
        place.ask(params, times=3, If_None_Match=tag)
        place.ask(params, times=3, If_None_Match='"x"')
        place.ask(params, times=3, Range="bytes=0-1")
        place.ask(params, times=3, User_Agent="another")
    place.ask({"photoid": place.house.sea}, "getThumbnail", times=4)


def nothing(place: Place) -> None:
    place.ask({"photoid": "A" * 22}, times=3)
    place.ask({"photoid": place.house.sea, "width": 0}, times=3)
    place.ask({}, times=3)


def own_size(place: Place) -> None:
    place.ask({"photoid": place.house.sea}, times=3)
    place.ask({"photoid": place.house.sea}, times=3, Range="bytes=0-9")
    place.ask({"photoid": place.house.sea}, "getOriginalFile", times=3)


def session(place: Place) -> None:
    apisid = place.house.library.sessions.create(ADDRESS, "sailor", None)
    place.names[apisid] = "SESSION"
    sea = {"photoid": place.house.sea, "width": 8}
    place.ask(sea | {"apisid": apisid}, times=4)
    place.ask(sea, times=4, Cookie=f"darkroom={apisid}")
    place.ask({"photoid": place.house.town, "width": 8}, times=2, Cookie=f"darkroom={apisid}")
    place.ask(sea | {"apisid": "A" * 22}, times=2)
    place.ask(sea, times=4, Cookie=f"darkroom={'A' * 22}")


def gallery(place: Place) -> None:
    sid = place.house.library.shares.make("root", decode(place.house.sea) + decode(place.house.town), Terms()).sid
    place.names[sid] = "GALLERY"
    for index in (0, 1, 2):
        place.ask({"sid": sid, "index": index, "width": 8}, times=4)
        place.ask({"sid": sid, "index": index, "width": 8}, times=3, Sec_Purpose="prefetch")


def evicted(place: Place) -> None:
    for _ in range(3):
        place.ask({"photoid": place.house.sea, "width": 8}, times=4)
        place.front.evict()


def made_anew(place: Place) -> None:
    place.ask({"photoid": place.house.sea, "width": 8}, times=4)
    for more in (b"", b"and", b" more"):
        place.front.make_anew(more)
        place.ask({"photoid": place.house.sea, "width": 8}, times=4)


def damaged(place: Place) -> None:
    place.ask({"photoid": place.house.sea, "width": 8}, times=4)
    for word in ("truncated", "header", ""):
        place.front.library.damages.hear(place.house.catalogue.photos()["a/sea/beach.jpg"], word)
        place.ask({"photoid": place.house.sea, "width": 8}, times=4)


def origins(place: Place) -> None:
    for origin in ("https://ok.example", "https://evil.example", "null"):
        place.ask({"photoid": place.house.sea, "width": 8}, times=4, Origin=origin)
    place.ask({"photoid": place.house.sea, "width": 8}, times=4)


def hosts(place: Place) -> None:
    for host in ("photos.example", "evil.example", "photos.example:80", "127.0.0.1", "photos.example"):
        place.ask({"photoid": place.house.sea, "width": 8}, times=3, Host=host)


def vouched(place: Place) -> None:
    for user in ("ann", "", "root,ann", "zoe"):
        place.ask({"photoid": place.house.sea, "width": 8}, times=4, Remote_User=user)
    place.ask({"photoid": place.house.sea, "width": 8}, times=4)


def forwarded(place: Place) -> None:
    sid = place.house.library.shares.make("root", decode(place.house.sea) * 2, Terms()).sid
    place.names[sid] = "GALLERY"
    for headers in (
        {"X_Forwarded_For": "198.51.100.1"},
        {"X_Forwarded_For": "198.51.100.2"},
        {"X_Forwarded_For": "198.51.100.2", "X_Forwarded_Prefix": "/photos"},
        {"X_Forwarded_For": "198.51.100.2", "X_Forwarded_Prefix": "/others"},
        {},
    ):
        place.ask({"sid": sid, "index": 0, "width": 8}, times=4, **headers)


# what is asked, with which settings, and how many of the answers are given again at least
SCENARIOS: dict[str, tuple[Scenario, dict[str, object], int]] = {
    "a photo": (photo, {}, 15),
    "what there is not": (nothing, {}, 0),
    "the photo's own size": (own_size, {}, 0),
    "a session": (session, {}, 2),
    "a gallery": (gallery, {}, 4),
    "renders that leave memory": (evicted, {}, 3),
    "renders that other workers make anew": (made_anew, {}, 4),
    "a photo that turns out to be damaged": (damaged, {}, 4),
    "other sites": (origins, {"server_cors_origins": "https://ok.example"}, 5),
    "names of hosts": (hosts, {"server_names": "photos.example"}, 3),
    "from whom no header is believed": (vouched, {"auth_proxy_header": "Remote-User"}, 2),
    "from whom headers are believed": (
        vouched,
        {"auth_proxy_header": "Remote-User", "server_trusted_proxy": "127.0.0.1"},
        3,
    ),
    "behind a proxy": (forwarded, {"server_trusted_proxy": "127.0.0.1"}, 7),
    "behind no proxy that is known": (forwarded, {}, 7),
    "below a path": (forwarded, {"server_prefix": "/below"}, 7),
    "without memory": (photo, {"cache_memory_bytes": 0}, 0),
    "with next to none": (photo, {"cache_memory_bytes": 1000}, 0),
    "with little": (photo, {"cache_memory_bytes": 120_000}, 1),
    "few that may be made": (photo, {"limits_misses": 1}, 15),
}


@pytest.mark.parametrize("case", SCENARIOS)
def test_all_else_is_as_without(tmp_path: Path, caplog: pytest.LogCaptureFixture, case: str) -> None:
    """The answers, what is counted, and the access log."""
    scenario, settings, least = SCENARIOS[case]
    with ExitStack() as closing, caplog.at_level(logging.INFO, LOG):
        house = House(tmp_path, closing, server_access_log=True, **settings)
        for file in house.catalogue.a.rglob("*.jpg"):
            os.utime(file, (LONG_AGO, LONG_AGO))  # what was written just now is not remembered
        house.catalogue.scan(house.settings)
        house.library.generations.look()
        without, with_it = (traced(house, scenario, caplog, remember=remember) for remember in (False, True))
    again = with_it.counted.pop("darkroom_remembered_total[]", 0)
    assert with_it.answers == without.answers
    assert with_it.logged == without.logged
    assert len(with_it.logged) == len(with_it.answers)
    assert with_it.counted == without.counted
    assert again >= least
    assert least or not again


def test_who_scrolls_by_answers_that_are_given_again_finds_the_next_photos_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.read_ahead, "GATHER", 0.0)
    for number in range(10):
        file = put(house.catalogue.a / f"sea/{number}.jpg", jpeg(f"#{number}{number}8844"))
        os.utime(file, (LONG_AGO, LONG_AGO))
    house.catalogue.scan(house.settings)
    house.library.generations.look()
    known = house.catalogue.ids()
    ids = [known[f"a/sea/{number}.jpg"] for number in range(10)]
    sid = house.library.shares.make("root", b"".join(map(decode, ids)), Terms()).sid
    house.settings = replace(house.settings, prefetch_count=2)
    with wired(house, remember=True) as front:

        def ask(index: int, headers: dict[str, str] | None = None) -> float:
            """The photo in that place; whether the answer was given again."""
            before = given_again()
            assert front.ask(f"{BASE}getPhoto?sid={sid}&width=24&index={index}", headers)[0] == 200
            return given_again() - before

        def ahead() -> list[int]:
            return [ids.index(key.photoid) for key in front.workers.ahead]

        for index in (0, 4, 2):
            eventually(lambda index=index: ask(index), 1.0)  # type: ignore[misc]
        eventually(ahead, [1, 2, 5, 6, 1])  # what is cached is not made
        front.workers.ahead.clear()
        for index, then in ((4, [5, 6]), (2, [1]), (0, []), (4, [5, 6])):
            before = ahead()
            assert ask(index) == 1.0
            eventually(ahead, before + then)
        before, purpose = ahead(), {"Sec-Purpose": "prefetch"}
        eventually(lambda: ask(2, purpose), 1.0)
        assert ask(2, purpose) == 1.0  # which nobody looks at
        for index in (4, 0, 2):
            assert ask(index) == 1.0
        eventually(ahead, [*before, 3])


def test_a_session_that_is_used_by_such_answers_alone_lasts(house: House, clock: Clock) -> None:
    file = house.catalogue.a / "sea/beach.jpg"
    os.utime(file, (LONG_AGO, LONG_AGO))
    house.catalogue.scan(house.settings)
    tell_time(house.library, clock)
    lifetime = house.settings.webapi_session_minutes * 60
    with wired(house, remember=True, clock=clock) as front:
        apisid = house.library.sessions.create(ADDRESS, "ann", None)
        front.library.generations.look()
        target = f"{BASE}getPhoto?apisid={apisid}&width=24&photoid={quote(house.sea, safe='')}"

        def is_given_again() -> bool:
            before = given_again()
            assert front.ask(target)[0] == 200
            return given_again() > before

        eventually(is_given_again, True)
        for _ in range(5):
            clock.now += lifetime * 0.75
            assert is_given_again()
        front.library.sessions.flush()  # where another process sees it
        assert house.library.sessions.by_id(apisid).uid == "ann"
        clock.now += lifetime + 1
        assert front.ask(target)[0] == 403
