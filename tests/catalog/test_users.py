"""Users and groups, and what rights come of them."""

import pytest
from sqlalchemy import select

from catalog.access import DOWNLOADS, METADATA, SEARCH, SHARE, Access, Rights
from catalog.changes import Changes
from catalog.errors import Conflict, Forbidden, MalformedName, MalformedQuery, Missing
from catalog.groups import EVERYONE, Group, Groups
from catalog.schema import users
from catalog.users import Users
from tests.catalog.library import Library, jpeg, put


def rights(library: Library, uid: str) -> Rights:
    """The rights of a user, as the catalogue has them now."""
    return Access(library.engine, Changes(library.engine)).rights(uid)


def test_a_user_without_a_group_joins_the_one_that_is_there(library: Library) -> None:
    Users(library.engine).add("ann", "a secret")
    assert rights(library, "ann") == Rights("ann", frozenset({SEARCH, METADATA, DOWNLOADS}))
    assert not rights(library, "ann").may(SHARE)
    with pytest.raises(Forbidden, match=SHARE):
        rights(library, "ann").require(SHARE)
    with pytest.raises(Missing, match="no such user"):
        rights(library, "Ann")


def test_rights_are_the_union_of_the_groups(library: Library) -> None:
    groups, people = Groups(library.engine), Users(library.engine)
    groups.add(Group("sea", (SHARE,), ("beach", "dir:harbour")))
    groups.add(Group("town", (METADATA, SHARE), ("street",)))
    groups.add(Group("all", (), ()))
    people.add("ann", "x", ("sea", "town"))
    people.add("bob", "x", ("sea", "all"))
    people.add("cy", "x", ())
    people.add("root", "x", (), admin=True)
    assert rights(library, "ann") == Rights("ann", frozenset({SHARE, METADATA}), ("beach", "dir:harbour", "street"))
    assert rights(library, "bob") == Rights("bob", frozenset({SHARE}))
    assert rights(library, "cy") == Rights("cy", frozenset(), ())
    assert rights(library, "root").may("pap:admin:user")
    groups.remove("all")
    assert rights(library, "bob").filters == ("beach", "dir:harbour")
    groups.replace(Group("sea", (), ("boat",)))
    assert rights(library, "bob") == Rights("bob", frozenset(), ("boat",))
    people.set_groups("bob", ("town",), admin=False)
    assert rights(library, "bob").filters == ("street",)
    groups.remove("town")
    assert rights(library, "bob") == Rights("bob", frozenset(), ())


def test_sight_is_what_any_filter_finds(library: Library) -> None:
    put(library.a / "beach/one.jpg", jpeg("red"))
    put(library.a / "street/two.jpg", jpeg("blue"))
    library.scan()
    changes = Changes(library.engine)
    access = Access(library.engine, changes)
    beach, street = library.ids()["a/beach/one.jpg"], library.ids()["a/street/two.jpg"]
    some, nothing, everything = Rights("", filters=("beach", "boat")), Rights("", filters=()), Rights("")
    assert [access.sees(each, beach) for each in (some, nothing, everything)] == [True, False, True]
    assert [access.sees(each, street) for each in (some, nothing, everything)] == [False, False, True]
    (library.a / "street/two.jpg").rename(library.a / "beach/two.jpg")
    library.scan()
    assert not access.sees(some, street)  # remembered, until somebody looks
    changes.look()
    assert access.sees(some, street)


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
    for password in ("", "x" * 201):
        with pytest.raises(MalformedName):
            people.add("bob", password)
    assert len(people.everyone()) == 2
    assert people.has_password("Zoë", "pass word")
    assert not people.has_password("Zoë", "pass  word")
    assert not people.has_password("nobody", "x")
    people.set_password("Zoë", "Zoë")
    assert people.has_password("Zoë", "Zoë")
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


def test_groups(library: Library) -> None:
    groups = Groups(library.engine)
    assert groups.everyone() == [Group(EVERYONE, (DOWNLOADS, METADATA, SEARCH), ())]
    groups.add(Group("family", (SHARE, SHARE), ("dir:x", "dir:x")))
    with pytest.raises(Conflict):
        groups.add(Group("family", (), ()))
    for group, error in (
        (Group("a b", (), ()), MalformedName),
        (Group("other", ("metadata",), ()), MalformedName),
        (Group("other", (), ("(sea",)), MalformedQuery),
    ):
        with pytest.raises(error):
            groups.add(group)
    with pytest.raises(Missing):
        groups.replace(Group("other", (), ()))
    with pytest.raises(Missing):
        groups.remove("other")
    assert groups.everyone()[0] == Group("family", (SHARE,), ("dir:x",))
