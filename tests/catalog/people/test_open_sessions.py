"""Sessions as people see them, and an end to any of them, in every process."""

import pytest

from catalog.errors import Missing
from catalog.people.app_passwords import AppPasswords
from catalog.people.audit import AuditLog, Author
from catalog.people.open_sessions import OpenSessions, handle_of
from catalog.people.users import Users
from tests.catalog.library import Library
from tests.catalog.sides import LIFETIME, Side
from tests.clock import Clock

ANN = Author("ann", "10.0.0.1")


def sign_in(library: Library, side: Side, address: str, client: str) -> str:
    """A session of bob's."""
    apisid = side.sessions.create(address, None, None, client)
    proof = Users(library.engine).proof("bob", "secret")
    assert proof
    side.sessions.authorize(apisid, "bob", proof)
    side.generations.look()
    return apisid


def test_they_are_seen_without_their_ids(library: Library, here: Side, there: Side, clock: Clock) -> None:
    open_sessions = OpenSessions(library.engine, here.sessions)
    first = sign_in(library, here, "10.0.0.1", "A browser")
    began = int(clock.now)
    clock.now += 5
    second = here.sessions.create("10.0.0.2", None, None, "x" * 1000)
    passwords = AppPasswords(library.engine, library.settings.data_dir)
    number = passwords.match("bob", passwords.add("bob", "kitchen"))
    assert number is not None
    here.sessions.authorize(second, "bob", number)
    here.sessions.implicit("bob", "10.0.0.3")
    here.sessions.create("10.0.0.4", "ann", None)
    frame, browser = open_sessions.of_user("bob")
    assert (browser.handle, browser.address, browser.client) == (handle_of(first), "10.0.0.1", "A browser")
    assert (browser.created, browser.last_used, browser.app) == (began, began, None)
    assert (frame.handle, frame.app, len(frame.client)) == (handle_of(second), "kitchen", 300)
    assert first not in str((frame, browser))
    clock.now += 5
    here.sessions.by_id(first)
    assert [each.handle for each in open_sessions.of_user("bob")] == [handle_of(first), handle_of(second)]
    clock.now += LIFETIME
    assert [each.handle for each in open_sessions.of_user("bob")] == [handle_of(first)]


def test_one_is_ended_and_all_others(library: Library, here: Side, there: Side) -> None:
    open_sessions = OpenSessions(library.engine, here.sessions)
    mine, second, third = (sign_in(library, here, f"10.0.0.{number}", "") for number in (1, 2, 3))
    of_ann = here.sessions.create("10.0.0.9", "ann", None)
    implicit = here.sessions.implicit("bob", "10.0.0.1")
    for uid, handle in (
        ("ann", handle_of(second)),
        ("bob", handle_of(of_ann)),
        ("bob", handle_of(implicit)),
        ("bob", ""),
    ):
        with pytest.raises(Missing):
            open_sessions.end(uid, handle, ANN)
    open_sessions.end("bob", handle_of(second), ANN)
    for side in (here, there):
        side.generations.look()
        assert [side.sessions.has(each) for each in (mine, second, third, of_ann)] == [True, False, True, True]
    assert open_sessions.end_others("bob", mine, ANN) == 1
    assert open_sessions.end_others("bob", mine, ANN) == 0
    for side in (here, there):
        side.generations.look()
        assert [side.sessions.has(each) for each in (mine, third, of_ann, implicit)] == [True, False, True, True]
    noted = AuditLog(library.engine, days=1, most=100).entries(2)
    assert [(each.who, each.what, each.whom, each.details) for each in noted] == [
        ("ann", "session end", "bob", f"1 session from 10.0.0.{number}") for number in (3, 2)
    ]


def test_a_password_that_was_shown_counts_for_a_while(library: Library, here: Side, there: Side, clock: Clock) -> None:
    apisid = sign_in(library, here, "10.0.0.1", "")
    there.generations.look()
    assert there.sessions.is_confirmed(there.sessions.by_id(apisid))
    for _ in range(4):
        clock.now += 300
        here.sessions.by_id(apisid)
    assert not here.sessions.is_confirmed(here.sessions.by_id(apisid))
    proof = Users(library.engine).proof("bob", "secret")
    assert proof
    here.sessions.confirm(apisid, "bob", proof)
    here.sessions.flush()
    for side in (here, there):
        side.generations.look()
        assert side.sessions.is_confirmed(side.sessions.by_id(apisid))
    clock.now -= 60  # a clock that was set back makes it last no longer
    assert not here.sessions.is_confirmed(here.sessions.by_id(apisid))


def test_a_user_who_is_renamed_keeps_all(library: Library, here: Side) -> None:
    apisid = sign_in(library, here, "10.0.0.1", "")
    users = Users(library.engine)
    users.rename("bob", "Robert")
    here.generations.look()
    assert here.sessions.by_id(apisid).uid == "Robert"
    assert users.proof("Robert", "secret")
    assert [user.groups for user in users.everyone() if user.uid == "Robert"] == [("users",)]
    assert "bob" not in {user.uid for user in users.everyone()}
