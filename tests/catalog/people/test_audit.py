"""The audit log: a line for each change, in its transaction, without secrets; within its bounds."""

import os
from collections.abc import Callable

import pytest
from sqlalchemy import event

from catalog import schema
from catalog.database import writing
from catalog.errors import Conflict, Missing
from catalog.generations import Generations
from catalog.lists.shares import Shares, Terms
from catalog.lists.snapshots import Snapshots
from catalog.people.audit import GUESSES, AuditLog, Author, note, operator
from catalog.people.groups import Group, Groups
from catalog.people.passwords import FREE_GUESSES, LoginThrottle
from catalog.people.users import Users
from config import Settings
from tests.catalog.library import Library
from tests.catalog.sides import ids, rows
from tests.clock import Clock

ROOT = Author("root", "10.0.0.9")


def log_of(library: Library, clock: Clock | None = None, **bounds: int) -> AuditLog:
    """The log, within those bounds."""
    return AuditLog(library.engine, **{"days": 30, "most": 1000} | bounds, clock=clock or Clock())


def written(library: Library) -> list[tuple[str, str, str]]:
    """What was done to whom, and what is said of it; the oldest first."""
    return [(each.what, each.whom, each.details) for each in reversed(log_of(library).entries())]


def test_each_change_is_noted(library: Library) -> None:
    users, groups = Users(library.engine), Groups(library.engine)
    groups.add(Group("sea", ("pap:feature:search",), ("dir:sea", "beach")), ROOT)
    groups.replace(Group("sea", (), ()), ROOT)
    groups.rename("sea", "ocean", ROOT)
    users.add("ann", "a secret", ("ocean",), author=ROOT)
    users.set_groups("ann", (), admin=True, author=ROOT)
    users.set_password("ann", "another secret", author=ROOT)
    users.rename("ann", "anna", author=ROOT)
    users.remove("anna", ROOT)
    groups.remove("ocean", ROOT)
    generations = Generations(library.engine)
    shares = Shares(library.engine, generations, Snapshots(library.engine, generations))
    sid = shares.make("", ids(2), Terms("Summer"), ROOT).sid
    shares.remove(sid, author=ROOT)
    assert written(library) == [
        ("group add", "sea", "may pap:feature:search; sees [dir:sea] or [beach]"),
        ("group set", "sea", "may nothing but view; sees everything"),
        ("group rename", "ocean", "was sea"),
        ("user add", "ann", "in ocean"),
        ("user set", "ann", "an administrator"),
        ("user passwd", "ann", ""),
        ("user rename", "anna", "was ann"),
        ("user remove", "anna", ""),
        ("group remove", "ocean", ""),
        ("share add", "", "Summer: 2 photos, by link, for ever"),
        ("share remove", "", "Summer"),
    ]
    entries = log_of(library).entries()
    assert {(each.who, each.address) for each in entries} == {("root", "10.0.0.9")}
    assert "secret" not in str(entries)
    assert sid not in str(entries)  # whoever has it sees the gallery


def test_what_a_command_does_is_done_by_who_runs_it(library: Library) -> None:
    Users(library.engine).add("ann", "a secret")
    (entry,) = log_of(library).entries()
    assert (entry.who, entry.address) == (operator().who, "")


def test_a_user_of_the_system_without_a_name_goes_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 7)  # as in a container
    assert operator() == Author(f"user {2**31 - 7}")


CHANGES: dict[str, Callable[[Library], object]] = {
    "a user that is there already": lambda library: Users(library.engine).add("ann", "x"),
    "a user of no such group": lambda library: Users(library.engine).add("bob", "x", ("nope",)),
    "a user who is not there": lambda library: Users(library.engine).remove("nobody"),
    "a name that is taken": lambda library: Groups(library.engine).rename("users", "sea"),
    "a group that is not there": lambda library: Groups(library.engine).remove("nope"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_not_done_is_not_noted(library: Library, change: str) -> None:
    Users(library.engine).add("ann", "x")
    Groups(library.engine).add(Group("sea", (), ()))
    before = written(library)
    with pytest.raises((Conflict, Missing)):
        CHANGES[change](library)
    assert written(library) == before


def test_a_change_that_can_not_be_noted_is_not_done(library: Library) -> None:
    users = Users(library.engine)
    users.add("ann", "x")

    @event.listens_for(library.engine, "before_cursor_execute")
    def fail(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("INSERT INTO audit"):
            raise RuntimeError("no room")

    with pytest.raises(RuntimeError):
        users.remove("ann")
    assert [user.uid for user in users.everyone()] == ["ann"]


def test_many_wrong_passwords_are_noted_as_they_double(library: Library, clock: Clock) -> None:
    Users(library.engine).add("ann", "x", author=ROOT)
    throttle = LoginThrottle(library.engine, clock)
    for _ in range(4 * FREE_GUESSES + 1):
        throttle.begin("ann", "10.0.0.1")
        clock.now += 60
    throttle.begin("my password in the wrong field", "10.0.0.2")
    for _ in range(FREE_GUESSES):
        clock.now += 60
        throttle.begin("my password in the wrong field", "10.0.0.2")
    noted = [each for each in reversed(log_of(library).entries()) if each.what == GUESSES]
    assert [(each.address, each.whom, each.details.split()[0]) for each in noted] == [
        *(("10.0.0.1", "ann", str(FREE_GUESSES * times)) for times in (1, 2, 4)),
        ("10.0.0.2", "", str(FREE_GUESSES)),
    ]
    assert "my password" not in str(noted)


def test_settings_that_say_who_comes_in_are_noted_when_they_change(library: Library) -> None:
    log = log_of(library)
    for settings in (
        Settings(),
        Settings(webapi_default_uid="guest", webapi_apikey="the key", server_port=9000),
        Settings(webapi_default_uid="guest", webapi_apikey="the key"),
        Settings(webapi_default_uid="guest"),
        Settings(),
    ):
        log.note_settings(settings)
    assert written(library) == [
        ("settings", "", "webapi.apikey = (secret), webapi.default.uid = guest"),
        ("settings", "", "webapi.default.uid = guest"),
        ("settings", "", ""),
    ]


def test_it_stays_within_its_bounds(library: Library, clock: Clock) -> None:
    log = log_of(library, clock, most=100)
    clock.now = 2_000_000_000
    with library.engine.connect() as connection, writing(connection):
        for number in range(300):
            note(connection, ROOT, "user set" if number % 2 else GUESSES, str(number))
        connection.execute(schema.audit.update().values(at=int(clock.now)))
    log.trim()
    left = [each.whom for each in log.entries(1000)]
    assert left[:10] == [str(number) for number in range(299, 289, -1)]
    assert 50 <= len(left) <= 100
    assert len([whom for whom in left if int(whom) % 2 == 0]) == 10  # strangers push nobody out
    log.trim()
    assert [each.whom for each in log.entries(1000)] == left
    clock.now += 31 * 86_400
    log.trim()
    assert rows(library, schema.audit) == 0


def test_pages_of_it_and_what_is_about_one(library: Library) -> None:
    users = Users(library.engine)
    for uid in ("ann", "bob", "eve"):
        users.add(uid, "x", author=ROOT)
    users.set_password("bob", "y", author=Author("ann"))
    log = log_of(library)
    newest = log.entries(2)
    assert [each.whom for each in newest] == ["bob", "eve"]
    assert [each.whom for each in log.entries(2, before=newest[-1].number)] == ["bob", "ann"]
    assert [each.what for each in log.entries(about="ann")] == ["user passwd", "user add"]
    assert log.entries(about="nobody") == []
