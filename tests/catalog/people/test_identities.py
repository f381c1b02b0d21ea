"""Who vouches for whom: users are found by that, made of it, and never given away for a name."""

import pytest
from sqlalchemy import func, select

from catalog.errors import Conflict, MalformedName, Missing
from catalog.people.groups import EVERYONE, Group, Groups
from catalog.people.identities import (
    BY_PROXY,
    LONGEST_SUBJECT,
    Identities,
    Identity,
    NameTaken,
    NotLinked,
    Standing,
    is_subject,
)
from catalog.people.users import User, Users
from catalog.schema import access
from tests.catalog.library import Library

ISSUER = "https://id.example.org"
ANN = Identity(ISSUER, "4711", "ann")


@pytest.fixture
def identities(library: Library) -> Identities:
    """They become users; there are the groups users, family and staff."""
    for name in ("family", "staff"):
        Groups(library.engine).add(Group(name, (), ()))
    return Identities(library.engine, make=True)


def everyone(library: Library) -> dict[str, User]:
    return {user.uid: user for user in Users(library.engine).everyone()}


def test_the_first_time_makes_a_user_without_a_password(library: Library, identities: Identities) -> None:
    assert identities.admit(ANN, Standing()) == "ann"
    assert (everyone(library)["ann"].groups, everyone(library)["ann"].admin) == ((EVERYONE,), False)
    assert not everyone(library)["ann"].open
    for password in ("", "ann", "4711"):
        assert Users(library.engine).proof("ann", password) is None


def test_a_user_is_known_by_the_subject_and_not_by_the_name(library: Library, identities: Identities) -> None:
    identities.admit(ANN, Standing())
    assert identities.admit(Identity(ISSUER, "4711", "anna"), Standing()) == "ann"
    with pytest.raises(NameTaken, match="'ann'"):
        identities.admit(Identity(ISSUER, "4712", "ann"), Standing())
    with pytest.raises(NameTaken, match="'ann'"):
        identities.admit(Identity("https://other.example", "4711", "ann"), Standing())
    assert [*everyone(library)] == ["ann"]


@pytest.mark.parametrize("issuer", [ISSUER, BY_PROXY])
def test_a_user_of_darkroom_s_own_is_not_given_away_for_the_name(
    library: Library, identities: Identities, issuer: str
) -> None:
    Users(library.engine).add("root", "a secret", [], admin=True)
    with pytest.raises(NameTaken, match="link"):
        identities.admit(Identity(issuer, "root", "root"), Standing())
    identities.link("root", issuer, "root")
    assert identities.admit(Identity(issuer, "root", "root"), Standing()) == "root"
    assert everyone(library)["root"].admin


def test_where_users_are_not_made_only_who_is_linked_comes_in(library: Library) -> None:
    identities = Identities(library.engine, make=False)
    with pytest.raises(NotLinked, match="'ann'"):
        identities.admit(ANN, Standing(("family",)))
    assert not everyone(library)
    Users(library.engine).add("anna", "a secret")
    identities.link("anna", ISSUER, "4711")
    assert identities.admit(ANN, Standing()) == "anna"


def test_rights_follow_each_time(library: Library, identities: Identities) -> None:
    def told(standing: Standing) -> tuple[tuple[str, ...], bool]:
        identities.admit(ANN, standing)
        ann = everyone(library)["ann"]
        return ann.groups, ann.admin

    assert told(Standing(("family", "of something else"), False)) == (("family",), False)
    assert told(Standing(("staff", "family", "staff"), True)) == (("family", "staff"), True)
    assert told(Standing()) == (("family", "staff"), True)  # not told: as it was
    assert told(Standing((), None)) == ((), True)
    assert told(Standing(None, False)) == ((), False)


def test_who_comes_again_as_before_changes_nothing(library: Library, identities: Identities) -> None:
    def generation() -> int:
        with library.engine.connect() as connection:
            return int(connection.execute(select(func.max(access.c.number))).scalar_one())

    identities.admit(ANN, Standing(("family", "staff"), False))
    before = generation()
    identities.admit(ANN, Standing(("staff", "family"), False))
    assert generation() == before
    identities.link("ann", BY_PROXY, "ann")
    assert generation() > before  # what is remembered of who is who ends with it


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 65, "a\x00", "a\u200b"])
def test_a_name_that_can_be_no_user_s(library: Library, identities: Identities, name: str) -> None:
    with pytest.raises(MalformedName):
        identities.admit(Identity(ISSUER, "4711", name), Standing())
    assert not everyone(library)


def test_links(library: Library, identities: Identities) -> None:
    for uid in ("ann", "bob"):
        Users(library.engine).add(uid, "a secret")
    identities.link("ann", ISSUER, "1")
    identities.link("ann", ISSUER, "1")
    with pytest.raises(Conflict, match="'ann'"):
        identities.link("bob", ISSUER, "1")
    identities.link("ann", ISSUER, "2")  # in the place of the first
    identities.link("bob", ISSUER, "1")
    with pytest.raises(Missing):
        identities.link("nobody", ISSUER, "3")
    identities.unlink("ann")
    with pytest.raises(Missing):
        identities.unlink("ann")
    with pytest.raises(NameTaken):
        identities.admit(Identity(ISSUER, "2", "ann"), Standing())
    Users(library.engine).remove("bob")  # the link goes with it
    assert identities.admit(Identity(ISSUER, "1", "bob"), Standing()) == "bob"


@pytest.mark.parametrize(
    ("subject", "can_be"),
    [
        ("4711", True),
        ("x" * LONGEST_SUBJECT, True),
        ("auth0|Zoë", True),
        ("x" * (LONGEST_SUBJECT + 1), False),
        ("", False),
        (" ", False),
        ("a\n", False),
        ("\udcff", False),
        (None, False),
        (4711, False),
        (["4711"], False),
    ],
)
def test_subjects(subject: object, can_be: bool) -> None:
    assert is_subject(subject) == can_be
