"""Views: whose they are, and how many of them a session keeps."""

import pytest

from catalog import schema
from catalog.errors import Missing
from catalog.lists import keeping
from catalog.lists.keeping import Bound, Kept, beyond
from catalog.lists.snapshots import Snapshots
from catalog.lists.views import Views
from catalog.people.users import Users
from catalog.photoid import encode
from tests.catalog.library import Library
from tests.catalog.sides import Side, ids, rows


def test_a_view_is_its_session_s(here: Side) -> None:
    mine, other = (here.sessions.create("10.0.0.1", "ann", None) for _ in range(2))
    vid, _ = here.views.make(mine, ids(3))
    for apisid, number in ((other, vid), ("", vid), (mine, vid + 1), (mine, -1), (mine, 2**70)):
        with pytest.raises(Missing, match="no view"):
            here.views.photoid(apisid, number, 0)


def test_whoever_asks_for_views_that_are_not_there_yet_takes_them_from_nobody(here: Side) -> None:
    mine, stranger = (here.sessions.create(f"10.0.0.{number}", "ann", None) for number in (1, 2))
    newest, _ = here.views.make(stranger, ids(1))
    for vid in range(newest + 1, newest + 4):
        with pytest.raises(Missing, match="no view"):
            here.views.count(stranger, vid)
    made = [here.views.make(mine, ids(2))[0] for _ in range(3)]
    assert made == [newest + 1, newest + 2, newest + 3]
    assert [here.views.count(mine, vid) for vid in made] == [2, 2, 2]


def test_a_view_says_how_many_photos_it_has(here: Side) -> None:
    mine, other = (here.sessions.create("10.0.0.1", "ann", None) for _ in range(2))
    for count in (0, 3):
        vid, _ = here.views.make(mine, ids(count))
        assert here.views.count(mine, vid) == count
    with pytest.raises(Missing, match="no view"):
        here.views.count(other, vid)


def test_the_oldest_views_of_a_session_make_room(library: Library, here: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    vids = [here.views.make(apisid, ids(1))[0] for _ in range(keeping.SESSION.lists + 3)]
    assert rows(library, schema.views) == keeping.SESSION.lists
    with pytest.raises(Missing):
        here.views.photoid(apisid, vids[2], 0)
    assert here.views.photoid(apisid, vids[3], 0)
    monkeypatch.setattr(keeping, "SESSION", Bound(100, 50))
    large = [here.views.make(apisid, ids(20 + number))[0] for number in range(3)]
    assert rows(library, schema.views) == 2
    assert here.views.photoid(apisid, large[1], 19)
    huge, _ = here.views.make(apisid, ids(60))
    assert (rows(library, schema.views), here.views.photoid(apisid, huge, 59)) == (1, encode((59).to_bytes(16, "big")))
    assert rows(library, schema.snapshots) == 1


def test_which_lists_are_beyond() -> None:
    lists = [Kept(9, "a", 1, 10), Kept(8, "a", 2, 10), Kept(7, "b", 3, 10), Kept(6, "b", 1, 10), Kept(5, "c", 4, 90)]
    assert beyond(lists, Bound(9, 200)) == []
    assert beyond(lists, Bound(3, 200)) == [8, 6]  # the newest of each stays for longer
    assert beyond(lists, Bound(2, 200)) == [5, 8, 6]
    assert beyond(lists, Bound(9, 119)) == [8, 6]
    assert beyond(lists, Bound(9, 40)) == [5, 8, 6]
    assert beyond(lists, Bound(0, 0)) == [7, 5, 8, 6]  # but never the one that was just made
    assert beyond([], Bound(0, 0)) == []
    same = [Kept(number, "a", 1, 10) for number in range(9, 0, -1)]
    assert beyond(same, Bound(9, 10)) == []  # stored once


@pytest.mark.parametrize(
    ("others", "together"),
    [
        ([("192.0.2.1", None), ("192.0.2.1", "open")], True),
        ([("192.0.2.2", None)], False),
        ([("192.0.2.1", "bob")], False),
    ],
)
def test_an_address_has_so_many_views_in_all_its_sessions(
    library: Library, here: Side, monkeypatch: pytest.MonkeyPatch, others: list[tuple[str, str | None]], together: bool
) -> None:
    Users(library.engine).add("open", "open")
    monkeypatch.setattr(keeping, "CALLER", Bound(100, 50))
    made = []
    for number, (address, uid) in enumerate(others):
        apisid = here.sessions.create(address, uid, None)
        made += [(apisid, here.views.make(apisid, ids(8 + number))[0]), (apisid, here.views.make(apisid, ids(9))[0])]
    mine = here.sessions.create("192.0.2.1", None, None)
    for count in range(10, 15):
        here.views.make(mine, ids(count))
    here.generations.look()
    left = [here.views._view((apisid, vid)) is not None for apisid, vid in made]
    assert all(left) is not together
    assert left[1]  # the newest of its session
    assert here.views.count(mine, here.views.make(mine, ids(99))[0]) == 99


def test_a_user_s_views_are_counted_wherever_he_has_come_from(
    library: Library, here: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CALLER", Bound(2, 1000))
    first = here.sessions.create("192.0.2.1", "bob", None)
    old, kept = (here.views.make(first, ids(count))[0] for count in (1, 2))
    here.views.make(here.sessions.create("192.0.2.9", "bob", None), ids(3))
    here.views.make(here.sessions.create("192.0.2.1", "ann", None), ids(4))
    here.generations.look()
    assert (here.views._view((first, old)), here.views.count(first, kept)) == (None, 2)


def test_where_the_disk_is_short_each_session_has_one_view(library: Library, here: Side) -> None:
    short = [False]
    views = Views(library.engine, here.generations, Snapshots(library.engine, here.generations), lambda: short[0])
    one, two = (here.sessions.create(f"192.0.2.{number}", "ann", None) for number in (1, 2))
    for apisid in (one, two):
        for count in range(1, 4):
            views.make(apisid, ids(count))
    assert rows(library, schema.views) == 6
    short[0] = True
    vid, _ = views.make(one, ids(5))
    assert rows(library, schema.views) == 3  # what one had stays until the next time
    assert views.count(one, vid) == 5
    assert views.make(one, ids(6))
    assert rows(library, schema.views) == 3
    assert rows(library, schema.snapshots) == 3
