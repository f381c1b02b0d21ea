"""Snapshots: photos in an order that stays."""

import pytest
from sqlalchemy import delete, select

from catalog import schema
from catalog.database import writing
from catalog.errors import Missing
from catalog.lists.shares import Shares, Terms
from catalog.lists.snapshots import CHUNK, Snapshots, joined
from catalog.lists.snapshots import ids as apart
from catalog.photoid import SIZE, encode
from tests.catalog.library import Library
from tests.catalog.sides import Side, ids, rows


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_views_keep_order_and_ends(here: Side, there: Side, count: int) -> None:
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    vid, made = here.views.make(apisid, ids(count))
    assert made == count
    wanted = [encode(number.to_bytes(SIZE, "big")) for number in range(count)]
    assert apart(there.views.whole(apisid, vid)) == wanted
    assert [there.views.photoid(apisid, vid, index) for index in range(count)] == wanted
    for index in (count, count + CHUNK, 10**17):
        with pytest.raises(Missing, match="past the end"):
            here.views.photoid(apisid, vid, index)


def test_the_same_photos_are_kept_once_and_until_the_last_goes(library: Library, here: Side) -> None:
    first, second = (here.sessions.create("10.0.0.1", "ann", None) for _ in range(2))
    shares = Shares(library.engine, here.generations, Snapshots(library.engine, here.generations))
    vids = [here.views.make(apisid, ids(CHUNK + 5))[0] for apisid in (first, second)]
    gallery = shares.make("ann", ids(CHUNK + 5), Terms())
    other, _ = here.views.make(first, ids(CHUNK + 4))
    assert (rows(library, schema.snapshots), rows(library, schema.views)) == (2, 3)
    with library.engine.connect() as connection, writing(connection):
        connection.execute(delete(schema.sessions).where(schema.sessions.c.apisid == first))
    assert (rows(library, schema.snapshots), rows(library, schema.views)) == (1, 1)
    assert here.views.photoid(second, vids[1], CHUNK + 4)
    with library.engine.connect() as connection, writing(connection):
        connection.execute(delete(schema.sessions))
    assert shares.photoid(gallery, CHUNK + 4)
    shares.remove(gallery.sid)
    assert (rows(library, schema.snapshots), rows(library, schema.chunks)) == (0, 0)
    # Another one has another number, so nothing that is remembered is taken for it.
    third = here.sessions.create("10.0.0.1", "ann", None)
    vid, _ = here.views.make(third, ids(3)[::-1])
    assert apart(here.views.whole(third, vid)) == [here.views.photoid(third, vid, index) for index in range(3)]
    with library.engine.connect() as connection:
        assert connection.execute(select(schema.snapshots.c.id)).scalar_one() > 2
    assert other


def test_ids_side_by_side_and_apart() -> None:
    assert joined(each := apart(ids(3))) == ids(3)
    assert [len(one) for one in each] == [22] * 3


@pytest.mark.parametrize(
    ("first", "count", "found"),
    [
        (0, 1, range(1)),
        (0, CHUNK, range(CHUNK)),
        (CHUNK - 1, 2, range(CHUNK - 1, CHUNK + 1)),
        (CHUNK, CHUNK, range(CHUNK, 2 * CHUNK)),
        (3, 2 * CHUNK, range(3, 2 * CHUNK + 3)),
        (2 * CHUNK + 4, 500, range(2 * CHUNK + 4, 2 * CHUNK + 5)),
        (2 * CHUNK + 5, 500, range(0)),
        (10**6, 3, range(0)),
    ],
)
def test_a_range(library: Library, here: Side, first: int, count: int, found: range) -> None:
    kept = Snapshots(library.engine, here.generations)
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    vid, _ = here.views.make(apisid, ids(2 * CHUNK + 5))
    wanted = [encode(number.to_bytes(SIZE, "big")) for number in found]
    assert kept.some(here.views.of(apisid, vid).snapshot, first, count) == wanted


def test_the_place_of_a_photo(library: Library, here: Side) -> None:
    kept = Snapshots(library.engine, here.generations)
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    snapshot = here.views.of(apisid, here.views.make(apisid, ids(2 * CHUNK + 5))[0]).snapshot
    for place in (0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 4):
        assert kept.index(snapshot, encode(place.to_bytes(SIZE, "big"))) == place
    assert kept.index(snapshot, encode((2 * CHUNK + 5).to_bytes(SIZE, "big"))) is None
    # The end of one id and the beginning of the next are none.
    first, second = bytes(range(16)), bytes(range(16, 32))
    across = first[8:] + second[:8]
    twice = here.views.make(apisid, first + second + across + second)[0]
    snapshot = here.views.of(apisid, twice).snapshot
    assert [kept.index(snapshot, encode(each)) for each in (first, second, across)] == [0, 1, 2]
    alone = here.views.of(apisid, here.views.make(apisid, first + second)[0]).snapshot
    assert kept.index(alone, encode(across)) is None
