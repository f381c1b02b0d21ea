"""What rights come of groups, and which photos they show."""

import pytest

from catalog.errors import Forbidden, Missing, PhotoMissing
from catalog.generations import Generations
from catalog.people.access import DOWNLOADS, METADATA, NOBODY, OPERATOR, SEARCH, SHARE, Access, Rights
from catalog.people.groups import Group, Groups
from catalog.people.users import Users
from tests.catalog.library import Library, jpeg, put


def rights(library: Library, uid: str) -> Rights:
    """The rights of a user, as the catalogue has them now."""
    return Access(library.engine, Generations(library.engine)).rights(uid)


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
    generations = Generations(library.engine)
    access = Access(library.engine, generations)
    beach, street = library.ids()["a/beach/one.jpg"], library.ids()["a/street/two.jpg"]
    some, nothing, everything = Rights("", filters=("beach", "boat")), Rights("", filters=()), Rights("")
    assert [access.sees(each, beach) for each in (some, nothing, everything)] == [True, False, True]
    both = (street, beach)
    assert [[*access.seen(each, both)] for each in (some, nothing, everything)] == [[beach], [], [*both]]
    assert [access.sees(each, street) for each in (some, nothing, everything)] == [False, False, True]
    (library.a / "street/two.jpg").rename(library.a / "beach/two.jpg")
    library.scan()
    assert access.sees(some, street)  # what was out of sight is not remembered, like what was not there
    (library.a / "beach/two.jpg").rename(library.a / "street/two.jpg")
    library.scan()
    assert access.sees(some, street)  # remembered, until somebody looks
    generations.look()
    assert not access.sees(some, street)


def test_a_photo_that_a_filter_names(library: Library) -> None:
    put(library.a / "one.jpg", jpeg("red"))
    put(library.a / "two.jpg", jpeg("blue"))
    library.scan()
    one, two = library.ids()["a/one.jpg"], library.ids()["a/two.jpg"]
    access = Access(library.engine, Generations(library.engine))
    mine = Rights("", filters=(f"photoid:{one}",))
    assert (access.sees(mine, one), access.sees(mine, two)) == (True, False)


def test_those_who_are_no_user(library: Library) -> None:
    put(library.a / "one.jpg", jpeg())
    library.scan()
    access = Access(library.engine, Generations(library.engine))
    (one,) = library.ids().values()
    assert access.owner("") is OPERATOR
    assert [access.sees(each, one) for each in (OPERATOR, NOBODY)] == [True, False]
    assert not any(NOBODY.may(each) for each in (SEARCH, METADATA, DOWNLOADS, SHARE))
    with pytest.raises(PhotoMissing):
        access.require_sight(NOBODY, one)


def test_who_is_open(library: Library) -> None:
    users, generations = Users(library.engine), Generations(library.engine)
    access = Access(library.engine, generations)
    users.add("ann", "ann")
    users.add("bob", "Bob")
    generations.look()
    assert [uid for uid in ("ann", "bob", "Ann", "ann ", "", "x" * 64) if access.is_open(uid)] == ["ann"]
    users.set_password("ann", "another")
    users.set_password("bob", "bob")
    generations.look()
    assert (access.is_open("ann"), access.is_open("bob")) == (False, True)


def test_what_no_uid_can_be_is_neither_asked_for_nor_remembered(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = Access(library.engine, Generations(library.engine))
    monkeypatch.setattr(access, "_engine", None)  # whoever asked it would fail
    assert not access.is_open("x" * 65)
    assert not access.is_open("x" * 200_000)


def test_a_user_who_comes_back_has_the_rights_of_now(library: Library) -> None:
    users, generations = Users(library.engine), Generations(library.engine)
    access = Access(library.engine, generations)
    users.add("ann", "ann", [], admin=True)
    generations.look()
    assert access.rights("ann").admin
    users.remove("ann")
    users.add("ann", "ann", [])
    generations.look()
    assert access.rights("ann") == Rights("ann", filters=())
