"""Groups: what their members may do, and what they may see."""

import pytest

from catalog.errors import Conflict, MalformedName, MalformedQuery, Missing
from catalog.people.access import DOWNLOADS, METADATA, SEARCH, SHARE
from catalog.people.groups import EVERYONE, Group, Groups
from catalog.people.users import Users
from tests.catalog.library import Library


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


def test_another_name_keeps_members_and_rights(library: Library) -> None:
    groups, users = Groups(library.engine), Users(library.engine)
    groups.add(Group("sea", (METADATA,), ("dir:sea",)))
    users.add("ann", "x", ("sea", "users"))
    groups.rename("sea", "ocean")
    assert Group("ocean", (METADATA,), ("dir:sea",)) in groups.everyone()
    assert [user.groups for user in users.everyone()] == [("ocean", "users")]
    before = groups.everyone()
    for name, new, error in (
        ("sea", "lake", Missing),
        ("ocean", "users", Conflict),
        ("ocean", "ocean", Conflict),
        ("ocean", "a b", MalformedName),
    ):
        with pytest.raises(error):
            groups.rename(name, new)
    assert groups.everyone() == before
