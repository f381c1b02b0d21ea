"""Sessions: their ends, over several processes too, and views and snapshots that go with them."""

import pytest
from sqlalchemy import Table, func, select

from catalog import schema
from catalog.changes import Changes
from catalog.errors import Forbidden, Missing
from catalog.photoid import SIZE, encode
from catalog.sessions import Sessions
from catalog.snapshots import CHUNK, Snapshots
from catalog.users import Users
from catalog.views import MOST_VIEWS, Views
from tests.catalog.library import Library
from tests.catalog.test_passwords import Clock

LIFETIME = 600


@pytest.fixture
def clock() -> Clock:
    """A clock that all processes share."""
    return Clock()


class Side:
    """What one process has of the catalogue."""

    def __init__(self, library: Library, clock: Clock, per_address: int = 3) -> None:
        self.changes = Changes(library.engine)
        self.sessions = Sessions(library.engine, self.changes, lifetime=LIFETIME, per_address=per_address, clock=clock)
        self.views = Views(library.engine, self.changes, Snapshots(library.engine, self.changes))


@pytest.fixture
def here(library: Library, clock: Clock) -> Side:
    """One process."""
    users = Users(library.engine)
    users.add("ann", "ann")
    users.add("bob", "secret")
    return Side(library, clock)


@pytest.fixture
def there(library: Library, clock: Clock, here: Side) -> Side:
    """Another one."""
    return Side(library, clock)


def ids(count: int) -> bytes:
    """The ids of that many photos."""
    return b"".join(number.to_bytes(SIZE, "big") for number in range(count))


def rows(library: Library, table: Table) -> int:
    """How many rows a table has."""
    with library.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_session_that_is_used_lives_on(here: Side, clock: Clock) -> None:
    apisid = here.sessions.create("10.0.0.1", None, b"key")
    for _ in range(5):
        clock.now += LIFETIME
        assert here.sessions.by_id(apisid).private_key == b"key"
    clock.now += LIFETIME + 1
    with pytest.raises(Forbidden):
        here.sessions.by_id(apisid)


def test_a_session_that_is_used_elsewhere_lives_on(here: Side, there: Side, clock: Clock) -> None:
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    assert there.sessions.by_id(apisid).uid == "ann"
    clock.now += LIFETIME
    here.sessions.by_id(apisid)
    here.sessions.flush()
    clock.now += LIFETIME
    assert there.sessions.by_id(apisid).uid == "ann"
    clock.now += LIFETIME + 1
    with pytest.raises(Forbidden):
        here.sessions.by_id(apisid)


def test_who_signs_in_is_known_everywhere(here: Side, there: Side) -> None:
    apisid = here.sessions.create("10.0.0.1", None, None)
    assert there.sessions.by_id(apisid).uid is None
    here.sessions.authorize(apisid, "bob")
    there.changes.look()
    assert there.sessions.by_id(apisid).uid == "bob"
    with pytest.raises(Forbidden):
        here.sessions.authorize("unknown", "bob")


def test_sessions_for_an_address_are_bounded(here: Side, clock: Clock) -> None:
    for _ in range(3):
        here.sessions.create("10.0.0.1", None, None)
    for refused in (here.sessions.create, lambda address, *_: here.sessions.require_room(address)):
        with pytest.raises(Forbidden, match="too many sessions"):
            refused("10.0.0.1", None, None)
    here.sessions.create("10.0.0.2", None, None)
    assert here.sessions.implicit("ann", "10.0.0.1")
    clock.now += LIFETIME + 1
    assert here.sessions.create("10.0.0.1", None, None)


def test_one_implicit_session_for_uid_and_address(here: Side, there: Side, clock: Clock) -> None:
    assert here.sessions.find_implicit("ann", "10.0.0.1") is None
    first = here.sessions.implicit("ann", "10.0.0.1")
    there.changes.look()
    assert there.sessions.implicit("ann", "10.0.0.1") == first == there.sessions.find_implicit("ann", "10.0.0.1")
    assert here.sessions.implicit("bob", "10.0.0.1") != first
    assert here.sessions.implicit("ann", "10.0.0.2") != first
    clock.now += LIFETIME + 1
    assert here.sessions.find_implicit("ann", "10.0.0.1") is None
    assert here.sessions.implicit("ann", "10.0.0.1") != first


def test_what_ended_takes_its_views_along(library: Library, here: Side, clock: Clock) -> None:
    lost = here.sessions.implicit("ann", "10.0.0.1")
    here.views.make(lost, ids(CHUNK + 1))
    clock.now += LIFETIME + 60
    kept = here.sessions.create("10.0.0.1", "bob", None)
    vid, _ = here.views.make(kept, ids(1))
    here.sessions.sweep()
    assert [rows(library, each) for each in (schema.sessions, schema.views, schema.snapshots, schema.chunks)] == [1] * 4
    Users(library.engine).remove("bob")
    assert [rows(library, each) for each in (schema.sessions, schema.views, schema.snapshots, schema.chunks)] == [0] * 4
    newer = here.sessions.create("10.0.0.1", "ann", None)
    assert here.views.make(newer, ids(1))[0] > vid  # never used twice


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_views_keep_order_and_ends(here: Side, there: Side, count: int) -> None:
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    vid, made = here.views.make(apisid, ids(count))
    assert made == count
    wanted = [encode(number.to_bytes(SIZE, "big")) for number in range(count)]
    assert there.views.everything(apisid, vid) == wanted
    assert [there.views.photoid(apisid, vid, index) for index in range(count)] == wanted
    for index in (count, count + CHUNK, 10**17):
        with pytest.raises(Missing, match="past the end"):
            here.views.photoid(apisid, vid, index)


def test_a_view_is_its_session_s(here: Side) -> None:
    mine, other = (here.sessions.create("10.0.0.1", "ann", None) for _ in range(2))
    vid, _ = here.views.make(mine, ids(3))
    for apisid, number in ((other, vid), ("", vid), (mine, vid + 1), (mine, -1), (mine, 2**70)):
        with pytest.raises(Missing, match="no view"):
            here.views.photoid(apisid, number, 0)


def test_the_oldest_views_of_a_session_make_room(library: Library, here: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    vids = [here.views.make(apisid, ids(1))[0] for _ in range(MOST_VIEWS + 3)]
    assert rows(library, schema.views) == MOST_VIEWS
    with pytest.raises(Missing):
        here.views.photoid(apisid, vids[2], 0)
    assert here.views.photoid(apisid, vids[3], 0)
    monkeypatch.setattr("catalog.views.MOST_PHOTOS", 50)
    large = [here.views.make(apisid, ids(20))[0] for _ in range(3)]
    assert rows(library, schema.views) == 2
    assert here.views.photoid(apisid, large[1], 19)
    huge, _ = here.views.make(apisid, ids(60))
    assert (rows(library, schema.views), here.views.photoid(apisid, huge, 59)) == (1, encode((59).to_bytes(16, "big")))
    assert rows(library, schema.snapshots) == 1
