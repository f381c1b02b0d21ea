"""Shared galleries, less what HTTP makes of them."""

import pytest

from catalog.errors import Forbidden, MalformedName, Missing
from catalog.generations import Generations
from catalog.lists.keeping import Bound
from catalog.lists.shares import GONE, Shares, Terms, format_timestamp, parse_timestamp
from catalog.lists.snapshots import Snapshots
from catalog.people.access import Rights
from catalog.people.users import Users
from tests.catalog.library import Library
from tests.catalog.sides import ids
from tests.clock import Clock


@pytest.fixture
def shares(library: Library, clock: Clock) -> Shares:
    """No gallery yet; ann and bob may have some."""
    for uid in ("ann", "bob"):
        Users(library.engine).add(uid, "x")
    generations = Generations(library.engine)
    return Shares(library.engine, generations, Snapshots(library.engine, generations), clock)


def test_a_gallery_until_it_expires(shares: Shares, clock: Clock) -> None:
    terms = Terms("Summer", "by the sea", public=True, indexmarked=1, expires=int(clock.now) + 60)
    made = shares.make("ann", ids(2), terms)
    assert shares.by_sid(made.sid) == made
    assert (made.count, made.terms) == (2, terms)
    assert shares.photoids(made) == [shares.photoid(made, 0), shares.photoid(made, 1)]
    with pytest.raises(Missing, match="past the end"):
        shares.photoid(made, 2)
    assert shares.public() == [made]
    clock.now += 60
    assert (shares.public(), shares.everyone()) == ([], [made])
    with pytest.raises(Missing, match="expired"):
        shares.by_sid(made.sid)


def test_no_sid_looks_like_an_option(shares: Shares, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(("-" + "A" * 21, "B" * 22))
    monkeypatch.setattr("catalog.lists.shares.secrets.token_urlsafe", lambda _: next(made))
    assert shares.make("ann", ids(1), Terms()).sid == "B" * 22


def test_who_may_end_it(shares: Shares) -> None:
    made = [shares.make("ann", ids(1), Terms()) for _ in range(3)] + [shares.make("", ids(1), Terms())]
    for sid in (made[0].sid, made[3].sid, "A" * 22):
        with pytest.raises(Missing, match=GONE):
            shares.remove(sid, Rights("bob"))
    shares.remove(made[0].sid, Rights("ann"))
    shares.remove(made[1].sid, Rights("bob", admin=True))
    shares.remove(made[2].sid)
    assert shares.everyone() == [made[3]]
    with pytest.raises(Missing):
        shares.remove(made[0].sid)


def test_a_gallery_goes_with_its_user(library: Library, shares: Shares) -> None:
    shares.make("ann", ids(1), Terms())
    kept = shares.make("bob", ids(1), Terms())
    Users(library.engine).remove("ann")
    assert shares.everyone() == [kept]


@pytest.mark.parametrize(
    "terms",
    [
        Terms(indexmarked=1),
        Terms(indexmarked=-1),
        Terms(expires=0),
        Terms(name="x" * 10_001),
        Terms(name="\ud83d"),
        Terms(description="\udcff"),
    ],
)
def test_terms_that_cannot_be(shares: Shares, terms: Terms) -> None:
    with pytest.raises(MalformedName):
        shares.make("ann", ids(1), terms)
    assert shares.everyone() == []


def test_no_photo_no_gallery(shares: Shares) -> None:
    with pytest.raises(MalformedName, match="no photo"):
        shares.make("ann", b"", Terms())


@pytest.mark.parametrize("text", ["2026-12-24 18:00:00", "2026-12-24T18:00:00", "2026-12-24"])
def test_times_there_and_back(text: str) -> None:
    back = format_timestamp(parse_timestamp(text))
    assert back in (text.replace("T", " "), f"{text} 00:00:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "tomorrow",
        "2026-13-01",
        "0001-01-01 00:00:00",
        "2026-12-24 25:00:00",
        "9999-12-31T23:59:59-23:59",
        "\ud83d",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(MalformedName):
        parse_timestamp(text)
    assert format_timestamp(None) == "never"


def test_whose_galleries_are_whose(shares: Shares, clock: Clock) -> None:
    first = shares.make("ann", ids(1), Terms("first"))
    clock.now += 1
    second = shares.make("ann", ids(1), Terms("second", public=True))
    short = shares.make("ann", ids(1), Terms("short", expires=int(clock.now) + 60))
    other, nobodys = shares.make("bob", ids(1), Terms(public=True)), shares.make("", ids(1), Terms())
    assert {each.sid for each in shares.of_user("ann")} == {first.sid, second.sid, short.sid}
    assert shares.of_user("ann")[-1] == first
    clock.now += 60
    assert shares.of_user("ann") == [second, first]
    assert (shares.of_user("bob"), shares.of_user("carol"), shares.of_user("")) == ([other], [], [])
    assert nobodys in shares.everyone()


def test_a_user_has_so_many_and_what_has_expired_makes_room(
    shares: Shares, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.lists.shares.USER_SHARES", Bound(2, 50))
    shares.make("ann", ids(1), Terms(expires=int(clock.now) + 60))
    shares.make("ann", ids(2), Terms())
    with pytest.raises(Forbidden, match="2 galleries of 3 photos"):
        shares.make("ann", ids(3), Terms())
    shares.make("bob", ids(3), Terms())
    shares.make("", ids(4), Terms())
    clock.now += 60
    shares.make("ann", ids(3), Terms())
    assert sorted(share.count for share in shares.everyone()) == [2, 3, 3, 4]


def test_a_user_s_galleries_have_so_many_photos(shares: Shares, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.lists.shares.USER_SHARES", Bound(9, 50))
    first = shares.make("ann", ids(60), Terms())  # a whole library can be shared, however large it is
    with pytest.raises(Forbidden, match="end some"):
        shares.make("ann", ids(1), Terms())
    shares.remove(first.sid)
    assert [shares.make("ann", ids(count), Terms()).count for count in (25, 24, 1)] == [25, 24, 1]
