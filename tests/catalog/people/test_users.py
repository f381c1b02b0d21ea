"""Users: their names, their passwords."""

import pytest
from sqlalchemy import select

from catalog.errors import Conflict, MalformedName, Missing
from catalog.people.groups import EVERYONE
from catalog.people.users import Users
from catalog.schema import users
from tests.catalog.library import Library


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
