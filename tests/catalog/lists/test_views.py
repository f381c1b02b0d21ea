"""Views: whose they are, and how many of them a session keeps."""

import pytest

from catalog import schema
from catalog.errors import Missing
from catalog.lists.views import MOST_VIEWS
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
    vids = [here.views.make(apisid, ids(1))[0] for _ in range(MOST_VIEWS + 3)]
    assert rows(library, schema.views) == MOST_VIEWS
    with pytest.raises(Missing):
        here.views.photoid(apisid, vids[2], 0)
    assert here.views.photoid(apisid, vids[3], 0)
    monkeypatch.setattr("catalog.lists.views.MOST_PHOTOS", 50)
    large = [here.views.make(apisid, ids(20))[0] for _ in range(3)]
    assert rows(library, schema.views) == 2
    assert here.views.photoid(apisid, large[1], 19)
    huge, _ = here.views.make(apisid, ids(60))
    assert (rows(library, schema.views), here.views.photoid(apisid, huge, 59)) == (1, encode((59).to_bytes(16, "big")))
    assert rows(library, schema.snapshots) == 1
