"""Sessions and their ends, over several processes too."""

import sqlite3

import pytest

from catalog import schema
from catalog.database import FILE
from catalog.errors import CatalogError, Forbidden, TryLater
from catalog.lists.snapshots import CHUNK
from catalog.people.sessions import GRACE
from catalog.people.users import Users
from tests.catalog.library import Library
from tests.catalog.sides import LIFETIME, Side, ids, rows
from tests.clock import Clock


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


def test_who_signs_in_is_known_everywhere(library: Library, here: Side, there: Side) -> None:
    apisid = here.sessions.create("10.0.0.1", None, None)
    assert there.sessions.by_id(apisid).uid is None
    proof = Users(library.engine).proof("bob", "secret")
    assert proof
    here.sessions.authorize(apisid, "bob", proof)
    there.generations.look()
    assert there.sessions.by_id(apisid).uid == "bob"
    with pytest.raises(Forbidden):
        here.sessions.authorize("unknown", "bob", proof)


@pytest.mark.parametrize("change", ["another password", "removed", "removed and added"])
def test_a_password_that_ended_while_it_was_looked_at_opens_nothing(library: Library, here: Side, change: str) -> None:
    apisid = here.sessions.create("10.0.0.1", None, None)
    people = Users(library.engine)
    proof = people.proof("bob", "secret")
    assert proof
    if change == "another password":
        people.set_password("bob", "another")
    else:
        people.remove("bob")
        if change == "removed and added":
            people.add("bob", "secret")
    with pytest.raises(Forbidden):
        here.sessions.authorize(apisid, "bob", proof)
    here.generations.look()
    assert here.sessions.by_id(apisid).uid is None


def test_what_belongs_to_something_just_removed_is_worth_another_try(library: Library, here: Side) -> None:
    apisid = here.sessions.create("10.0.0.1", "bob", None)
    assert here.sessions.by_id(apisid).uid == "bob"
    Users(library.engine).remove("bob")  # which this process has not noticed yet
    assert here.sessions.by_id(apisid).uid == "bob"
    with pytest.raises(TryLater):
        here.views.make(apisid, ids(1))
    with pytest.raises(TryLater):
        here.sessions.implicit("bob", "10.0.0.1")
    assert [rows(library, each) for each in (schema.views, schema.snapshots, schema.chunks)] == [0, 0, 0]


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
    there.generations.look()
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


def test_one_that_was_used_a_moment_ago_survives_what_is_written_of_it(here: Side, there: Side, clock: Clock) -> None:
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    implicit = here.sessions.implicit("ann", "10.0.0.1")
    clock.now += LIFETIME - 1
    here.sessions.by_id(apisid)
    here.sessions.by_id(implicit)
    clock.now += 3  # what is written says that both have ended; this process has not written yet that they were used
    there.sessions.create("10.0.0.2", None, None)
    there.sessions.sweep()
    here.generations.look()
    assert here.sessions.by_id(apisid).uid == "ann"
    assert here.sessions.find_implicit("ann", "10.0.0.1") == implicit
    assert here.sessions.implicit("ann", "10.0.0.1") == implicit


def test_what_was_used_is_written_once_the_catalogue_can_be(library: Library, here: Side, clock: Clock) -> None:
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    clock.now += LIFETIME - 1
    here.sessions.by_id(apisid)
    library.make_impatient()
    other = sqlite3.connect(library.settings.data_dir / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CatalogError, match="in use by another program"):
        here.sessions.flush()
    other.close()
    clock.now += GRACE + 2
    here.sessions.flush()
    here.sessions.sweep()
    here.generations.look()
    assert here.sessions.by_id(apisid).uid == "ann"


def test_a_user_who_comes_back_finds_no_session_alive(library: Library, here: Side, there: Side) -> None:
    users = Users(library.engine)
    lost = [here.sessions.create("10.0.0.1", "ann", None), here.sessions.implicit("ann", "10.0.0.1")]
    assert [there.sessions.by_id(apisid).uid for apisid in lost] == ["ann"] * 2
    users.remove("ann")
    users.add("ann", "ann")
    for side in (here, there):
        side.generations.look()
        for apisid in lost:
            with pytest.raises(Forbidden):
                side.sessions.by_id(apisid)
        assert side.sessions.find_implicit("ann", "10.0.0.1") is None


def test_a_session_that_is_renewed_is_another_one(library: Library, here: Side, there: Side) -> None:
    old = here.sessions.create("10.0.0.1", None, b"key")
    here.views.make(old, ids(3))
    assert there.sessions.by_id(old).uid is None
    proof = Users(library.engine).proof("bob", "secret")
    assert proof
    new = here.sessions.renew(old, "bob", proof)
    there.generations.look()
    assert new != old
    found = there.sessions.by_id(new)
    assert (found.uid, found.address, found.private_key) == ("bob", "10.0.0.1", b"key")
    with pytest.raises(Forbidden):
        there.sessions.by_id(old)
    assert (rows(library, schema.sessions), rows(library, schema.views)) == (1, 0)
    for apisid, uid, shown in ((old, "bob", proof), (new, "ann", proof), (new, "bob", "another hash")):
        with pytest.raises(Forbidden, match="just ended"):
            here.sessions.renew(apisid, uid, shown)
    assert there.sessions.by_id(new).uid == "bob"
    with pytest.raises(Forbidden):  # others may be in it
        here.sessions.renew(here.sessions.implicit("ann", "10.0.0.1"), "bob", proof)


def test_a_session_that_is_ended_has_ended_everywhere(library: Library, here: Side, there: Side) -> None:
    apisid, other = (here.sessions.create("10.0.0.1", "ann", None) for _ in range(2))
    here.views.make(apisid, ids(3))
    assert there.sessions.by_id(apisid).uid == "ann"
    here.sessions.end(apisid)
    here.sessions.end("unknown")
    for side in (here, there):
        side.generations.look()
        assert not side.sessions.has(apisid)
        assert side.sessions.has(other)
        side.sessions.flush()  # what was used before it ended brings it back nowhere
        assert not side.sessions.has(apisid)
    assert rows(library, schema.views) == 0
    implicit = here.sessions.implicit("ann", "10.0.0.1")
    here.sessions.end(implicit)
    here.generations.look()
    assert here.sessions.has(implicit)


def test_the_page_has_as_many_sessions_for_itself(here: Side) -> None:
    most = here.sessions._per_address
    for _ in range(most):
        here.sessions.create("192.0.2.1", "ann", None)
    with pytest.raises(Forbidden, match="too many"):
        here.sessions.create("192.0.2.1", "ann", None)
    with pytest.raises(Forbidden, match="too many"):
        here.sessions.require_room("192.0.2.1")
    here.sessions.require_room("192.0.2.1", page=True)
    for _ in range(most):
        here.sessions.create("192.0.2.1", None, b"key", page=True)
    with pytest.raises(Forbidden, match="too many"):
        here.sessions.require_room("192.0.2.1", page=True)
    here.sessions.create("192.0.2.2", "ann", None)


@pytest.mark.parametrize("page", [False, True])
def test_those_that_were_never_used_go_first_when_there_are_too_many(here: Side, clock: Clock, page: bool) -> None:
    most = here.sessions._per_address
    made = []
    for _ in range(most):
        clock.now += 1
        made.append(here.sessions.create("192.0.2.1", None, None, page=page))
    here.sessions.by_id(made[0])
    here.sessions.flush()
    clock.now += GRACE + 1
    for number in range(1, most):
        here.sessions.require_room("192.0.2.1", page=page)
        new = here.sessions.create("192.0.2.1", None, None, page=page)
        with pytest.raises(Forbidden):
            here.sessions._find(made[number])
        here.sessions._find(new)
    with pytest.raises(Forbidden, match="too many"):  # those that are left were made a moment ago, or are in use
        here.sessions.create("192.0.2.1", None, None, page=page)
    assert here.sessions.by_id(made[0])


def test_who_has_signed_in_stays_signed_in_though_nothing_was_asked_since(
    library: Library, here: Side, clock: Clock
) -> None:
    proof = Users(library.engine).proof("bob", "secret")
    assert proof
    signed_in = here.sessions.renew(here.sessions.create("192.0.2.1", None, None, page=True), "bob", proof)
    authorized = here.sessions.create("192.0.2.1", None, None)
    here.sessions.authorize(authorized, "bob", proof)
    clock.now += GRACE + 1
    for page in (True, False):
        for _ in range(2 * here.sessions._per_address):
            try:
                here.sessions.create("192.0.2.1", None, None, page=page)
            except Forbidden:
                clock.now += GRACE + 1
    assert here.sessions._find(signed_in).uid == here.sessions._find(authorized).uid == "bob"


def test_addresses_of_one_network_have_their_sessions_together(here: Side) -> None:
    for number in range(here.sessions._per_address):
        here.sessions.create(f"2001:db8::{number}", None, None)
    with pytest.raises(Forbidden, match="too many"):
        here.sessions.create("2001:db8::ffff", None, None)
    here.sessions.create("2001:db8:0:1::", None, None)
    implicit = here.sessions.implicit("ann", "2001:db8::1")
    assert here.sessions.find_implicit("ann", "2001:db8::2") == implicit
    assert here.sessions.implicit("ann", "2001:db8:0:1::2") != implicit


AHEAD = 10 * LIFETIME


def test_a_clock_that_is_set_back_ends_nothing_and_lets_nothing_live_on(here: Side, there: Side, clock: Clock) -> None:
    clock.now += AHEAD
    used, left = (here.sessions.create("10.0.0.1", "ann", None) for _ in range(2))
    for apisid in (used, left):
        assert there.sessions.by_id(apisid).uid == "ann"
    there.sessions.flush()
    clock.now -= AHEAD
    for side in (here, there):
        assert side.sessions.by_id(used).uid == "ann"
        side.sessions.flush()
        side.sessions.sweep()
    clock.now += LIFETIME
    assert here.sessions.by_id(used).uid == "ann"
    here.sessions.flush()
    clock.now += 1
    for side in (here, there):
        assert side.sessions.by_id(used).uid == "ann"
        with pytest.raises(Forbidden):
            side.sessions.by_id(left)


def test_a_clock_that_is_set_back_locks_no_address_out(here: Side, clock: Clock) -> None:
    clock.now += AHEAD
    while True:
        try:
            here.sessions.create("10.0.0.1", None, None)
        except Forbidden:
            break
    clock.now -= AHEAD
    here.sessions.sweep()
    clock.now += LIFETIME + 1
    here.sessions.create("10.0.0.1", None, None)


def test_who_makes_sessions_without_end_has_nobody_forget_anything(here: Side, there: Side, clock: Clock) -> None:
    used = here.sessions.create("192.0.2.1", None, None)
    here.sessions.by_id(used)
    here.sessions.flush()
    there.generations.look()
    before = there.generations.access
    for _ in range(4 * here.sessions._per_address):
        clock.now += GRACE + 1
        here.sessions.by_id(used)
        here.sessions.flush()
        here.sessions.create("192.0.2.1", None, None)
    here.sessions.sweep()
    there.generations.look()
    assert there.generations.access is before
    here.sessions.end(used)
    there.generations.look()
    assert there.generations.access is not before


def test_an_implicit_session_is_found_though_nobody_heard_of_it(here: Side, there: Side) -> None:
    for side in (here, there):
        assert side.sessions.find_implicit("ann", "192.0.2.1") is None
    made = here.sessions.implicit("ann", "192.0.2.1")
    assert there.sessions.find_implicit("ann", "192.0.2.1") == made
    assert there.sessions.implicit("ann", "192.0.2.1") == made
