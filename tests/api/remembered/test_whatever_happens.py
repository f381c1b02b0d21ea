"""Whatever happens to people, sessions, galleries, views, photos and caches: a front end that remembers answers gives
those of one that remembers none.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule, run_state_machine_as_test

from catalog.errors import CatalogProblem
from catalog.lists.shares import Terms
from catalog.people.groups import Group, Groups
from catalog.photoid import decode
from tests.api.front import BASE
from tests.api.house import ADDRESS, House
from tests.api.remembered.wired import Answer, Wired, given_again, tell_time, wired
from tests.api.test_by_cookie import PLAIN
from tests.catalog.library import jpeg, put
from tests.clock import Clock

FEW = 40_000  # bytes of memory: a handful of renders
PASSWORDS = {"viewer": "viewer", "sailor": "sailor", "ann": "a secret", "root": "root"}
FILES = ("sea/beach.jpg", "town/street.jpg")
GROUPS = ("users", "sailors", "viewers")
FILTERS = ((), ("dirall:sea",), ("dirall:town",))
GONE = "A" * 22
LIFETIME = 3600  # seconds of a session
LONG_AGO = 1_600_000_000  # seconds since 1970

# a size as it is asked for: a common one, others, the photo's own
SIZES = st.sampled_from(["&height=160", "&width=160&height=160", "&width=256&height=256&version=x", "&width=8", ""])
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {},
    {"User-Agent": "another"},
    {"If-None-Match": '"x"'},
    {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"Sec-Purpose": "prefetch"},
    {"Purpose": "prefetch"},
    {"Range": "bytes=0-1"},
    {"Origin": "https://ok.example"},
    {"Origin": "https://evil.example"},
    {"X-Darkroom": "page"},
    {"Connection": "close"},
)
SOME = 4  # of what was asked is asked again after each change
CURRENT = ("", "If-None-Match", "If-Modified-Since")  # by which header, if any, the answer before is asked about
ASKS = st.lists(
    st.fixed_dictionaries(
        {
            "by_cookie": st.booleans(),
            "size": SIZES,
            "headers": st.sampled_from(HEADERS),
            "current": st.sampled_from(CURRENT),
            "times": st.integers(3, 4),
        }
    ),
    min_size=1,
    max_size=3,
)
USUAL: dict[str, Any] = {"by_cookie": False, "size": "&height=160", "headers": {}, "current": "", "times": 3}
FRONTS = st.sampled_from([(0,), (1,), (0, 1)])


class Place:
    """A house with two front ends: one remembers, the other does not. `clock` is everybody's."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.clock = Clock()
        self.written = 0
        self.house = House(
            folder,
            closing,
            webapi_disable_password_encryption=PLAIN,
            webapi_session_minutes=LIFETIME / 60,
            webapi_max_sessions_per_ip=100_000,
            server_cors_origins="https://ok.example",
            render_sizes="common",
            limits_misses=0,
            limits_new_sizes=0,
            limits_sessions=0,
            limits_originals=0,
        )
        tell_time(self.house.library, self.clock)
        self.fronts = [
            closing.enter_context(wired(self.house, remember=remember, clock=self.clock, memory=FEW))
            for remember in (True, False)
        ]
        self.photoids = {name: self.house.catalogue.ids()[f"a/{name}"] for name in FILES}

    def changed(self) -> None:
        """Everybody has seen what has changed."""
        for library in (self.house.library, *(each.library for each in self.fronts)):
            library.generations.look()

    def both(self, ask: Callable[[Wired], Answer]) -> Answer:
        """The answer of both."""
        one, other = map(ask, self.fronts)
        assert one == other
        return one


class Machine(RuleBasedStateMachine):
    """What may happen, in any order."""

    sessions = Bundle("sessions")
    galleries = Bundle("galleries")
    views = Bundle("views")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place, self.house = place, place.house
        self.repainted = 0
        self.known: list[tuple[str, dict[str, str]]] = []  # what was asked: its target, and its headers

    @initialize(target=sessions)
    def begin(self) -> Any:
        """All as it was, however the example before has left it; and some photos have been asked for."""
        for uid, password in PASSWORDS.items():
            if uid not in {each.uid for each in self.house.library.users.everyone()}:
                self.house.library.users.add(uid, password, ["users"])
        for name in FILES:
            self.put(name)
        self.scanned()
        for group in GROUPS:
            self.people((group, FILTERS[group == "sailors"]))
        ann, sailor = self.created("ann"), self.created("sailor")
        soon, never = self.shared("sailor", FILES[0], 1000), self.shared("root", FILES[0], None)
        _, vid = self.looked_for(ann)
        sea, town = ({"photoid": self.place.photoids[name]} for name in FILES)
        gallery, view = {"sid": soon, "index": "0"}, {"vid": str(vid), "index": "0"}
        asks: list[tuple[dict[str, Any], Any, dict[str, Any]]] = [
            (sea, ann, {}),
            (sea, ann, {"by_cookie": True}),
            (sea, "guest", {"current": "If-None-Match"}),
            (sea, "", {"headers": {"Origin": "https://ok.example"}}),
            (sea, "", {}),
            (town, "", {}),
            (sea, sailor, {"by_cookie": True}),
            (town, sailor, {"by_cookie": True}),  # which is not hers to see
            (gallery, "", {}),
            (gallery | {"sid": never}, ann, {"size": "&width=8"}),
            (view, ann, {}),
        ]
        for params, who, how in asks:
            self.asked(params, who, **USUAL | how)
        return multiple(ann, sailor)

    def changed(self) -> None:
        """Everybody sees it; some of what was asked is asked again, and is remembered anew."""
        self.place.changed()
        self.again()

    def again(self, number: int = SOME) -> None:
        for target, headers in self.known[-number:]:
            for _ in range(3):
                self.place.both(lambda front, to=target, by=headers: front.ask(to, by))  # type: ignore[misc]
        self.known = self.known[-number:] + self.known[:-number]

    # people and their sessions

    @rule(target=sessions, uid=st.sampled_from([*PASSWORDS, None]))
    def created(self, uid: str | None) -> Any:
        try:
            made = self.house.library.sessions.create(ADDRESS, uid, None)
        except CatalogProblem:  # there is no such user any more
            return multiple()
        self.changed()
        return made

    @rule(apisid=sessions, uid=st.sampled_from(list(PASSWORDS)), front=st.booleans())
    def signed_in(self, apisid: str, uid: str, front: bool) -> None:
        asked = urlencode({"apisid": apisid, "uid": uid, "pw": PASSWORDS[uid]})
        self.place.fronts[front].ask(f"{BASE}authorizeWebApiSession?{asked}")
        self.changed()

    @rule(apisid=sessions, front=st.booleans())
    def ended(self, apisid: str, front: bool) -> None:
        self.place.fronts[front].ask(f"/api/session?apisid={apisid}", method="DELETE")
        self.changed()

    @rule(
        what=st.one_of(st.sampled_from(["viewer", "ann"]), st.tuples(st.sampled_from(GROUPS), st.sampled_from(FILTERS)))
    )
    def people(self, what: str | tuple[str, tuple[str, ...]]) -> None:
        """Somebody goes, or is there again; or a group sees something else."""
        if isinstance(what, tuple):
            Groups(self.house.library.engine).replace(Group(what[0], (), what[1]))
        elif what in {each.uid for each in self.house.library.users.everyone()}:
            self.house.library.users.remove(what)
        else:
            self.house.library.users.add(what, PASSWORDS[what], ["users"])
        self.changed()

    @rule(passes=st.sampled_from([[0.5], [60, 950], [0.4 * LIFETIME] * 3, [LIFETIME + 1]]), written=st.booleans())
    def passed(self, passes: list[float], written: bool) -> None:
        for seconds in passes:
            self.place.clock.now += seconds
            for each in self.place.fronts if written else ():
                each.library.sessions.flush()
            self.again(len(self.known))

    # galleries and views

    @rule(
        target=galleries,
        uid=st.sampled_from(["sailor", "root", ""]),
        name=st.sampled_from(FILES),
        lasts=st.sampled_from([None, 61, 1000]),
    )
    def shared(self, uid: str, name: str, lasts: int | None) -> str:
        expires = None if lasts is None else int(self.place.clock.now) + lasts
        photoids = decode(self.place.photoids[name]) + decode(self.place.photoids[FILES[0]])
        made = self.house.library.shares.make(uid, photoids, Terms(expires=expires))
        self.changed()
        return made.sid

    @rule(sid=galleries)
    def unshared(self, sid: str) -> None:
        try:
            self.house.library.shares.remove(sid)
        except CatalogProblem:  # it has ended already
            return
        self.changed()

    @rule(target=views, apisid=sessions)
    def looked_for(self, apisid: str) -> Any:
        photoids = b"".join(map(decode, self.place.photoids.values()))
        if not self.house.library.sessions.has(apisid):
            return multiple()
        made = apisid, self.house.library.views.make(apisid, photoids)[0]
        self.changed()
        return made

    # photos and caches

    @rule(name=st.sampled_from(FILES), away=st.booleans())
    def photos(self, name: str, away: bool) -> None:
        """One is edited, or is away for a while."""
        self.repainted += 1
        if away:
            (self.house.catalogue.a / name).unlink()
            self.scanned()
        self.put(name, (12 + self.repainted, 8))
        self.scanned()

    def put(self, name: str, size: tuple[int, int] = (12, 8)) -> None:
        file = put(self.house.catalogue.a / name, jpeg("blue" if name == FILES[0] else "red", size))
        self.place.written += 1  # long ago: what was written just now is neither scanned at once nor remembered
        os.utime(file, (LONG_AGO, LONG_AGO + self.place.written))

    def scanned(self) -> None:
        self.house.catalogue.scan(self.house.settings, accept_empty=True, accept_vanished=True)
        self.place.photoids |= {
            name: photo.photoid
            for name in FILES
            if (photo := self.house.catalogue.photos().get(f"a/{name}")) is not None
        }
        self.changed()

    @rule(name=st.sampled_from(FILES), damage=st.sampled_from([None, None, "", "truncated", "header"]), which=FRONTS)
    def renders(self, name: str, damage: str | None, which: tuple[int, ...]) -> None:
        """Those in memory are not there any more; or a worker says that a photo is damaged."""
        photo = self.house.catalogue.photos()[f"a/{name}"]
        for number, each in enumerate(self.place.fronts):
            if damage is not None:
                each.library.damages.hear(photo, damage)
            elif number in which:
                each.evict()
        self.again()

    @rule(more=st.sampled_from([b"", b"more", b"!"]))
    def made_anew(self, more: bytes) -> None:
        """Other workers have made all renders, which have other bytes."""
        for each in self.place.fronts:
            each.evict()
            each.workers.mark = more
        self.again()

    # who asks

    @rule(
        name=st.sampled_from([*FILES, *FILES, ""]),
        who=st.one_of(sessions, sessions, st.sampled_from(["", "guest", "viewer", "ann", GONE])),
        asks=ASKS,
    )
    def asked_by_photoid(self, name: str, who: str, asks: list[dict[str, Any]]) -> None:
        for each in asks:
            self.asked({"photoid": self.place.photoids.get(name, GONE)}, who, **each)

    @rule(
        sid=galleries,
        index=st.integers(0, 2),
        who=st.one_of(st.just(""), st.just(""), sessions, st.sampled_from(["guest", GONE])),
        asks=ASKS,
    )
    def asked_by_gallery(self, sid: str, index: int, who: str, asks: list[dict[str, Any]]) -> None:
        for each in asks:
            self.asked({"sid": sid, "index": str(index)}, who, **each)

    @rule(
        view=views,
        index=st.integers(0, 2),
        another=st.one_of(st.none(), st.none(), st.none(), sessions),
        asks=ASKS,
    )
    def asked_by_view(self, view: tuple[str, int], index: int, another: str | None, asks: list[dict[str, Any]]) -> None:
        for each in asks:
            self.asked({"vid": str(view[1]), "index": str(index)}, another or view[0], **each)

    def asked(
        self,
        params: dict[str, str],
        who: str,
        by_cookie: bool,
        size: str,
        headers: dict[str, str],
        current: str,
        times: int,
    ) -> None:
        """The same so many times; then, where that is wanted, whether the copy is current."""
        if who and by_cookie:
            headers = headers | {"Cookie": f"darkroom={who}"}
        elif who:
            params = params | {"apisid": who}
        target = f"{BASE}{'getThumbnail' if size == '&height=160' else 'getPhoto'}?{urlencode(params)}{size}"
        self.known.append((target, headers))
        for _ in range(times):
            _, told, _ = self.place.both(lambda front: front.ask(target, headers))
        known = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}.get(current, "")
        if value := dict(told).get(known):
            headers = headers | {current: value}
            self.known.append((target, headers))
            for _ in range(times):
                self.place.both(lambda front: front.ask(target, headers))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as closing:
        yield Place(tmp_path_factory.mktemp("place"), closing)


def test_whatever_happens_the_answers_are_the_same(place: Place) -> None:
    before = given_again()
    examples = settings(max_examples=10, stateful_step_count=20, phases=[Phase.generate])
    run_state_machine_as_test(lambda: Machine(place), settings=examples)  # type: ignore[arg-type]  # a call that makes one
    assert given_again() - before > 100
