"""Users."""

import pytest
from sqlalchemy import select

from catalog.errors import UserExists
from catalog.schema import users
from catalog.users import Users
from tests.catalog.library import Library


def test_users(library: Library) -> None:
    known = Users(library.engine)
    assert not known.any()
    known.add("guest", "guest")
    known.add("ann", "a secret")
    assert known.any()
    assert (known.exists("guest"), known.exists("Guest"), known.exists("bob")) == (True, False, False)
    assert known.password_is_uid("guest")
    assert not known.password_is_uid("ann")
    assert not known.password_is_uid("bob")


def test_a_uid_is_one_user_s(library: Library) -> None:
    known = Users(library.engine)
    known.add("guest", "guest")
    with pytest.raises(UserExists):
        known.add("guest", "other")
    assert known.password_is_uid("guest")


def test_passwords_are_kept_as_hashes(library: Library) -> None:
    Users(library.engine).add("ann", "a secret")
    with library.engine.connect() as connection:
        hashed = connection.execute(select(users.c.password_hash)).scalar_one()
    assert hashed.startswith("$argon2id$")
    assert "a secret" not in hashed
