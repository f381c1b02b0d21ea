"""Who calls, which photo is meant, and whether this caller may see it: the table, without HTTP."""

from collections.abc import Mapping
from urllib.parse import urlencode

import falcon
import pytest
from falcon.testing import create_environ

from api.http.errors import RequestError
from api.http.server import Recipe
from api.identify import Caller, NotSignedIn, Place
from catalog.errors import Forbidden, MalformedPhotoid, Missing, PhotoMissing
from catalog.lists.shares import Terms
from catalog.people.access import DOWNLOADS, METADATA, NOBODY
from catalog.people.groups import Group, Groups
from catalog.photoid import decode
from tests.api.house import ADDRESS, House
from tests.clock import Clock

SEA, TOWN, GONE = "sea", "town", "A" * 22


class Names:
    """What the table names: photos, sessions, views and galleries of one house."""

    def __init__(self, house: House) -> None:
        photos = {SEA: house.sea, TOWN: house.town}
        self.known: dict[str, str] = dict(photos)
        for uid in ("sailor", "viewer", "ann", "root"):
            apisid, vid = house.view(uid, house.sea, house.town)
            self.known |= {f"{uid}'s session": apisid, f"{uid}'s view": str(vid)}
        self.known["unsigned"] = house.library.sessions.create("10.9.9.9", None, None)
        implicit = house.library.sessions.implicit("guest", ADDRESS)
        both = b"".join(map(decode, photos.values()))
        self.known["guest's view"] = str(house.library.views.make(implicit, both)[0])
        elsewhere = house.library.sessions.implicit("guest", "10.1.1.1")
        self.known["view of another guest"] = str(house.library.views.make(elsewhere, both)[0])
        for uid in ("sailor", "viewer", ""):
            self.known[f"{uid}'s gallery"] = house.library.shares.make(uid, both, Terms()).sid
        house.library.generations.look()

    def params(self, given: Mapping[str, str]) -> dict[str, str]:
        """Parameters as a client would send them."""
        return {name: self.known.get(value, value) for name, value in given.items()}


Outcome = str | type[Exception]


@pytest.mark.parametrize(
    ("given", "plain", "metadata"),
    [
        # By photoid: the caller counts.
        ({"photoid": SEA}, SEA, SEA),
        ({"photoid": SEA, "apisid": "guest"}, SEA, SEA),
        ({"photoid": SEA, "apisid": "Guest"}, Forbidden, Forbidden),
        ({"photoid": SEA, "apisid": "guest "}, Forbidden, Forbidden),
        ({"photoid": SEA, "apisid": "ann"}, Forbidden, Forbidden),
        ({"photoid": SEA, "apisid": "ann's session"}, SEA, SEA),
        ({"photoid": SEA, "apisid": "unsigned"}, NotSignedIn, NotSignedIn),
        ({"photoid": SEA, "apisid": "x" * 100_000}, Forbidden, Forbidden),
        ({"photoid": SEA, "apisid": "viewer"}, SEA, Forbidden),
        ({"photoid": TOWN, "apisid": "sailor"}, PhotoMissing, PhotoMissing),
        ({"photoid": TOWN, "apisid": "sailor's session"}, PhotoMissing, PhotoMissing),
        ({"photoid": TOWN, "apisid": "root"}, TOWN, TOWN),
        ({"photoid": GONE, "apisid": "root"}, PhotoMissing, PhotoMissing),
        ({"photoid": GONE, "apisid": "sailor"}, PhotoMissing, PhotoMissing),
        ({"photoid": "x", "apisid": "root"}, MalformedPhotoid, MalformedPhotoid),
        ({"photoid": "", "apisid": "root"}, RequestError, RequestError),
        ({"photoid": SEA, "vid": "x", "index": "x", "sid": "x"}, SEA, SEA),
        # By sid: the gallery's user counts, whoever calls.
        ({"sid": "sailor's gallery", "index": "0"}, SEA, SEA),
        ({"sid": "sailor's gallery", "index": "1"}, PhotoMissing, PhotoMissing),
        ({"sid": "sailor's gallery", "index": "1", "apisid": "root"}, PhotoMissing, PhotoMissing),
        ({"sid": "viewer's gallery", "index": "1"}, TOWN, Forbidden),
        ({"sid": "viewer's gallery", "index": "1", "apisid": "nonsense"}, TOWN, Forbidden),
        ({"sid": "'s gallery", "index": "1"}, TOWN, TOWN),
        ({"sid": "'s gallery", "index": "2"}, Missing, Missing),
        ({"sid": "'s gallery", "index": str(10**17)}, Missing, Missing),
        ({"sid": "'s gallery", "index": str(10**18)}, RequestError, RequestError),
        ({"sid": "'s gallery"}, RequestError, RequestError),
        ({"sid": "nonsense", "index": "0"}, Missing, Missing),
        # By vid: the session counts, and what its user may see now.
        ({"vid": "guest's view", "index": "1"}, TOWN, TOWN),
        ({"vid": "guest's view", "index": "1", "apisid": "guest"}, TOWN, TOWN),
        ({"vid": "guest's view", "index": "1", "apisid": "root"}, Missing, Missing),
        ({"vid": "view of another guest", "index": "0"}, Missing, Missing),
        ({"vid": "sailor's view", "index": "0", "apisid": "sailor's session"}, SEA, SEA),
        ({"vid": "sailor's view", "index": "1", "apisid": "sailor's session"}, PhotoMissing, PhotoMissing),
        ({"vid": "sailor's view", "index": "0", "apisid": "sailor"}, Missing, Missing),
        ({"vid": "viewer's view", "index": "0", "apisid": "viewer's session"}, SEA, Forbidden),
        ({"vid": "ann's view", "index": "0", "apisid": "root's session"}, Missing, Missing),
        ({"vid": "ann's view", "index": "2", "apisid": "ann's session"}, Missing, Missing),
        ({"vid": "ann's view", "index": "-1", "apisid": "ann's session"}, RequestError, RequestError),
        ({"vid": "ann's view", "apisid": "ann's session"}, RequestError, RequestError),
        ({"vid": "0" * 19, "index": "0"}, RequestError, RequestError),
        ({"vid": "0", "index": "0"}, Missing, Missing),
        # By nothing: a mistake of the client, whoever it is.
        ({}, RequestError, RequestError),
        ({"index": "0"}, RequestError, RequestError),
        ({"apisid": "nonsense"}, RequestError, RequestError),
    ],
)
def test_which_photo_for_whom(house: House, given: Mapping[str, str], plain: Outcome, metadata: Outcome) -> None:
    names = Names(house)
    params = names.params(given)
    for permission, outcome in ((None, plain), (METADATA, metadata)):
        if isinstance(outcome, str):
            assert house.identify.photo(params, ADDRESS, permission).photoid == names.known[outcome]
        else:
            with pytest.raises(outcome) as caught:
                house.identify.photo(params, ADDRESS, permission)
            assert type(caught.value) is outcome


@pytest.mark.parametrize("default_uid", [None, "", "nobody", "ann", "Guest"])
def test_without_an_open_default_user_a_stranger_is_nobody(house: House, default_uid: str | None) -> None:
    identify = house.identifying(default_uid)
    for params in ({"photoid": house.sea}, {"vid": "1", "index": "0"}):
        with pytest.raises(Forbidden, match="no session"):
            identify.photo(params, ADDRESS)
    with pytest.raises(Forbidden, match="no session"):
        identify.visitor({}, ADDRESS)


def test_callers_and_visitors(house: House) -> None:
    apisid = house.library.sessions.create(ADDRESS, "ann", None)
    unsigned = house.library.sessions.create(ADDRESS, None, None)
    assert house.identify.caller({"apisid": apisid}, ADDRESS) == Caller(
        house.library.access.rights("ann"), ADDRESS, apisid
    )
    assert house.identify.visitor({"apisid": unsigned}, ADDRESS) == Caller(NOBODY, ADDRESS, unsigned)
    stranger = house.identify.caller({}, ADDRESS)
    assert (stranger.rights.uid, stranger.apisid) == ("guest", "")
    implicit = house.identify.session(stranger)
    assert house.identify.session(stranger) == implicit
    assert house.identify.caller({"apisid": implicit}, ADDRESS).rights == stranger.rights
    with pytest.raises(RequestError):
        house.identify.caller({"apisid": ""}, ADDRESS)
    with pytest.raises(Forbidden):
        house.identify.visitor({"apisid": "nonsense"}, ADDRESS)


def test_a_session_comes_before_a_user_of_that_name(house: House) -> None:
    apisid = house.library.sessions.create(ADDRESS, "viewer", None)
    house.library.users.add(apisid, apisid, [], admin=True)
    house.library.generations.look()
    assert house.identify.caller({"apisid": apisid}, ADDRESS).rights.uid == "viewer"
    house.library.users.set_password("viewer", "another")
    house.library.generations.look()
    assert house.identify.caller({"apisid": apisid}, ADDRESS).rights.uid == apisid


def test_what_changes_counts_at_the_next_look(house: House) -> None:
    names = Names(house)
    by_view = names.params({"vid": "ann's view", "index": "1", "apisid": "ann's session"})
    by_gallery = names.params({"sid": "sailor's gallery", "index": "0"})
    assert house.identify.photo(by_view, ADDRESS, DOWNLOADS).photoid == house.town
    Groups(house.library.engine).replace(Group("users", (), ("dirall:sea",)))
    house.library.generations.look()
    for permission, outcome in ((None, PhotoMissing), (DOWNLOADS, Forbidden)):
        with pytest.raises(outcome):
            house.identify.photo(by_view, ADDRESS, permission)
    assert house.identify.photo(by_gallery, ADDRESS).photoid == house.sea
    Groups(house.library.engine).remove("sailors")
    house.library.generations.look()
    with pytest.raises(PhotoMissing):
        house.identify.photo(by_gallery, ADDRESS)
    house.library.users.remove("sailor")
    house.library.users.remove("ann")
    house.library.generations.look()
    with pytest.raises(Missing):
        house.identify.photo(by_gallery, ADDRESS)
    with pytest.raises(Forbidden):
        house.identify.photo(by_view, ADDRESS)


def test_a_photo_that_left_the_library_leaves_its_place_empty(house: House) -> None:
    names = Names(house)
    (house.catalogue.a / "sea/beach.jpg").unlink()
    house.catalogue.scan(house.settings)
    house.library.generations.look()
    for given, outcome in (
        ({"photoid": SEA}, PhotoMissing),
        ({"vid": "guest's view", "index": "0"}, PhotoMissing),
        ({"sid": "sailor's gallery", "index": "0"}, PhotoMissing),
    ):
        with pytest.raises(outcome):
            house.identify.photo(names.params(given), ADDRESS)
    assert house.identify.photo(names.params({"vid": "guest's view", "index": "1"}), ADDRESS).photoid == house.town


def test_a_photo_s_place_is_known_where_it_is_named_by_one(house: House) -> None:
    known = Names(house).known
    by_view = {"apisid": known["root's session"], "vid": known["root's view"]}
    by_gallery = {"sid": known["'s gallery"]}
    for given in (by_view, by_gallery):
        meant = house.identify.meant({**given, "index": "1"}, ADDRESS)
        assert (meant.photo.photoid, meant.place) == (house.town, Place(1, 2))
        assert house.identify.listed(given, ADDRESS).count == 2
        by_id = {**given, "index": "1", "photoid": house.sea, "apisid": "root"}
        assert house.identify.meant(by_id, ADDRESS).place is None
    with pytest.raises(Missing):
        house.identify.listed({"vid": known["root's view"]}, ADDRESS)
    with pytest.raises(RequestError):
        house.identify.listed({}, ADDRESS)


def recipe(house: House, params: Mapping[str, str], cookie: str = "") -> Recipe:
    """How the answer to a photo's request comes about."""
    made = Recipe((b"", (), ADDRESS), b"", ())
    headers = {"Cookie": f"darkroom={cookie}"} if cookie else {}
    environ = create_environ(query_string=urlencode(params), headers=headers)
    house.identify.remember(params, ADDRESS, made, falcon.Request(environ))
    return made


@pytest.mark.parametrize(
    ("given", "cookie", "holds"),
    [
        ({"photoid": SEA}, "", 0),
        ({"photoid": SEA, "apisid": "viewer"}, "", 0),
        ({"photoid": SEA, "apisid": "ann's session"}, "", 1),
        ({"photoid": SEA, "apisid": "viewer"}, "unsigned", 0),
        ({"photoid": SEA}, "unsigned", None),  # which somebody may sign in to, or which may end
        ({"photoid": SEA}, GONE, None),
        ({"photoid": SEA, "apisid": "nonsense"}, "", None),
        ({"photoid": SEA, "vid": "x", "index": "x", "sid": "x"}, "", 0),
        ({"sid": "sailor's gallery", "index": "0"}, "", 1),
        ({"sid": "sailor's gallery", "index": "0", "apisid": "viewer"}, "", 1),
        ({"sid": "sailor's gallery", "index": "0", "apisid": "ann's session"}, "", 2),  # it may let uncommon sizes in
        ({"sid": "sailor's gallery", "index": "0"}, "unsigned", None),
        ({"sid": "sailor's gallery", "index": "0", "apisid": GONE}, "", None),
        ({"vid": "guest's view", "index": "1"}, "", 1),
        ({"vid": "ann's view", "index": "0", "apisid": "ann's session"}, "", 1),
    ],
)
def test_what_has_to_hold_for_an_answer_that_is_given_again(
    house: House, given: Mapping[str, str], cookie: str, holds: int | None
) -> None:
    """None: it is not given again."""
    names = Names(house)
    made = recipe(house, names.params(given), names.known.get(cookie, cookie))
    assert made.vetoed is (holds is None)
    assert all(each() for each in made.holds)
    if holds is not None:
        assert len(made.holds) == holds


def test_what_ends_while_it_is_answered_counts_for_no_other_answer(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.library.sessions, "_clock", clock)
    monkeypatch.setattr(house.library.shares, "_clock", clock)
    names = Names(house)
    sid = house.library.shares.make("sailor", decode(house.sea), Terms(expires=int(clock.now) + 10)).sid
    named = names.params({"photoid": SEA, "apisid": "ann's session"})
    asked = (
        named,
        names.params({"vid": "ann's view", "index": "0", "apisid": "ann's session"}),
        names.params({"vid": "guest's view", "index": "0"}),
        {"sid": sid, "index": "0"},
        {"sid": sid, "index": "0", "apisid": named["apisid"]},
    )
    for params in asked:
        house.identify.meant(params, ADDRESS)
        made = recipe(house, params)
        assert not made.vetoed
        assert all(each() for each in made.holds)
    clock.now += house.settings.webapi_session_minutes * 60 + 1
    for params in asked:
        assert recipe(house, params).vetoed


def test_an_answer_is_given_again_while_its_session_and_gallery_last(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.library.sessions, "_clock", clock)
    monkeypatch.setattr(house.library.shares, "_clock", clock)
    lifetime = house.settings.webapi_session_minutes * 60
    names = Names(house)
    expires = int(clock.now + 2 * lifetime)
    sid = house.library.shares.make("sailor", decode(house.sea), Terms(expires=expires)).sid
    made = recipe(house, {"sid": sid, "index": "0", "apisid": names.known["ann's session"]})
    for _ in range(3):
        clock.now += lifetime // 2
        assert [each() for each in made.holds] == [True, True]  # which uses the session, so that it lasts
    clock.now += lifetime // 2
    assert [each() for each in made.holds] == [False, True]
    clock.now += lifetime + 1
    assert [each() for each in made.holds] == [False, False]
