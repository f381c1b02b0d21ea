"""Who the caller is, as the page asks first of all."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import update

from catalog.database import writing
from catalog.people.access import DOWNLOADS, METADATA, SEARCH, SHARE
from catalog.people.groups import Group, Groups
from catalog.schema import roots
from tests.api.front import Visitor, front_end
from tests.api.house import House

EVERYTHING = sorted((DOWNLOADS, METADATA, SEARCH, SHARE))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house in which guest is the default user."""
    with ExitStack() as closing:
        yield House(tmp_path, closing, device_sizes="kiosk=1366x768, -television")


@pytest.fixture
def visitor(house: House) -> Iterator[Visitor]:
    """A program that calls that house."""
    with ExitStack() as closing:
        Groups(house.library.engine).add(Group("odd", ("pap:feature:another",), ()))
        house.library.users.add("odd", "odd", ["odd"])
        house.library.users.add("admin", "admin", ["odd"], admin=True)
        house.library.generations.look()
        yield Visitor(front_end(house, closing), page=False)


@pytest.mark.parametrize(
    ("apisid", "uid", "signed_in", "admin", "permissions"),
    [
        (None, "guest", False, False, [DOWNLOADS, METADATA, SEARCH]),
        ("guest", "guest", True, False, [DOWNLOADS, METADATA, SEARCH]),
        ("viewer", "viewer", True, False, []),
        ("sailor", "sailor", True, False, EVERYTHING),
        ("root", "root", True, True, EVERYTHING),
        ("odd", "odd", True, False, ["pap:feature:another"]),
        ("admin", "admin", True, True, [*EVERYTHING, "pap:feature:another"]),
        ("ann", None, False, False, []),  # her password is not her uid
        ("nonsense", None, False, False, []),
    ],
)
def test_who(
    visitor: Visitor, apisid: str | None, uid: str | None, signed_in: bool, admin: bool, permissions: list[str]
) -> None:
    answer = visitor.ask("/api/me", apisid=apisid)
    assert answer.status_code == 200
    told = {"uid": uid, "signedIn": signed_in, "admin": admin, "permissions": sorted(permissions)}
    assert answer.json | told == answer.json
    assert answer.headers["Cache-Control"] == "no-store"


def test_admins_are_told_what_has_vanished(visitor: Visitor, house: House) -> None:
    with house.library.engine.connect() as connection, writing(connection):
        connection.execute(update(roots).values(vanished=60, vanished_of=200))
    (alias,) = house.settings.root_paths
    told = [{"root": alias, "count": 60, "of": 200}]
    for apisid, vanished in (("root", told), ("sailor", None), (None, None)):
        assert visitor.ask("/api/me", apisid=apisid).json.get("vanished") == vanished


def test_the_sizes_are_those_of_the_settings(visitor: Visitor) -> None:
    sizes = {each["name"]: (each["width"], each["height"]) for each in visitor.ask("/api/me").json["sizes"]}
    assert (sizes["kiosk"], sizes["thumbnail"], sizes["tile256"]) == ((1366, 768), (None, 160), (256, 256))
    assert "television" not in sizes


def test_a_session_in_which_nobody_is(visitor: Visitor) -> None:
    apisid = visitor.ask("createWebApiSession").json["apisid"]
    assert visitor.ask("/api/me", apisid=apisid).json["uid"] == "guest"
    assert visitor.ask("/api/me", apisid="").status_code == 400
