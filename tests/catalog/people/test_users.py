"""Users: their names, their passwords."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from catalog.errors import CatalogProblem, Conflict, MalformedName, Missing
from catalog.lists.shares import Shares, Terms
from catalog.lists.snapshots import Snapshots
from catalog.people.app_passwords import AppPasswords
from catalog.people.groups import EVERYONE
from catalog.people.users import Users
from catalog.schema import users
from tests.catalog.library import Library
from tests.catalog.sides import Side, ids


def test_names_and_passwords(library: Library) -> None:
    people = Users(library.engine)
    people.add("guest", "guest")
    people.add("Zoë", "pass word")
    assert [(user.uid, user.open, user.groups) for user in people.everyone()] == [
        ("Zoë", False, (EVERYONE,)),
        ("guest", True, (EVERYONE,)),
    ]
    with pytest.raises(Conflict):
        people.add("guest", "other")
    with pytest.raises(Missing, match="there are: users"):
        people.add("bob", "x", ("family",))
    for uid in ("", "a b", "a\n", "a/b", "x" * 65, "a\x00", "a\u200b"):
        with pytest.raises(MalformedName):
            people.add(uid, "x")
    for password in ("", "x" * 201, "\u00e4" * 101, "\ud83d" * 67):
        with pytest.raises(MalformedName):
            people.add("bob", password)
    assert len(people.everyone()) == 2
    people.set_password("Zoë", "\u00e4" * 100)
    people.set_password("Zoë", "pass word")
    assert people.proof("Zoë", "pass word")
    assert not people.proof("Zoë", "pass  word")
    assert not people.proof("nobody", "x")
    people.set_password("Zoë", "Zoë")
    assert people.proof("Zoë", "Zoë")
    assert all(user.open for user in people.everyone())
    people.remove("Zoë")
    with pytest.raises(Missing):
        people.remove("Zoë")
    with pytest.raises(Missing):
        people.set_password("Zoë", "x")


def test_passwords_are_kept_as_hashes(library: Library) -> None:
    Users(library.engine).add("ann", "a secret")
    with library.engine.connect() as connection:
        hashed = connection.execute(select(users.c.password_hash)).scalar_one()
    assert hashed.startswith("$argon2id$")
    assert "a secret" not in hashed


def test_another_name_takes_all_along(library: Library, here: Side) -> None:
    people = Users(library.engine)
    people.set_groups("bob", ("users",), admin=True)
    kept = AppPasswords(library.engine, library.settings.data_dir)
    password = kept.add("bob", "kitchen")
    shares = Shares(library.engine, here.generations, Snapshots(library.engine, here.generations))
    sid = shares.make("bob", ids(1), Terms()).sid
    apisid = here.sessions.create("10.0.0.1", "bob", None)
    vid, _ = here.views.make(apisid, ids(2))
    implicit = here.sessions.implicit("ann", "10.0.0.1")
    before = {user.uid: user for user in people.everyone()}
    people.rename("bob", "Robert")
    people.rename("ann", "Anna")
    here.generations.look()
    after = {user.uid: user for user in people.everyone()}
    assert {*after} == {"Robert", "Anna"}
    assert after["Robert"] == replace(before["bob"], uid="Robert")
    assert people.proof("Robert", "secret")
    assert kept.match("Robert", password) is not None
    assert shares.by_sid(sid).uid == "Robert"
    assert here.sessions.by_id(apisid).uid == "Robert"
    assert here.views.count(apisid, vid) == 2
    # Her password was her uid, and anyone could come as her: no longer.
    assert (before["ann"].open, after["Anna"].open, here.sessions.has(implicit)) == (True, False, False)
    assert people.proof("Anna", "ann")


@pytest.mark.parametrize(
    ("uid", "new", "error"),
    [
        ("nobody", "new", Missing),
        ("ann", "bob", Conflict),
        ("ann", "ann", MalformedName),  # which is the password
        ("bob", "bob", Conflict),
        ("bob", "secret", MalformedName),
        ("ann", "a/b", MalformedName),
        ("ann", "", MalformedName),
    ],
)
def test_a_name_that_can_not_be_taken(
    library: Library, here: Side, uid: str, new: str, error: type[CatalogProblem]
) -> None:
    people = Users(library.engine)
    before = people.everyone()
    with pytest.raises(error):
        people.rename(uid, new)
    assert people.everyone() == before
