"""runQuery: what a view holds, and in which session."""

import pytest

from api.functions.queries import RunQuery
from catalog.people.groups import Group, Groups
from tests.api.house import ADDRESS, Asking, House


@pytest.fixture
def ask(house: House) -> Asking:
    """The function."""
    return house.ask(
        RunQuery(house.identify, house.library.search, house.library.views, house.cookies, house.allowances)
    )


def test_only_what_the_caller_may_see_is_found(house: House, ask: Asking) -> None:
    Groups(house.library.engine).add(Group("one", ("pap:feature:search",), (f"photoid:{house.town}",)))
    house.library.users.add("one", "one", ["one"])
    house.library.users.add("none", "none", [])
    house.library.generations.look()
    for uid, query, count in (
        ("guest", "*", 2),
        ("sailor", "*", 1),
        ("sailor", "not sea", 0),
        ("sailor", "street or beach", 1),
        ("sailor", f"photoid:{house.town}", 0),
        ("one", "*", 1),
        ("one", f"photoid:{house.town}", 1),
        ("one", f"not photoid:{house.town}", 0),
        ("root", "", 2),
    ):
        found = ask(apisid=uid, query=query)
        assert (found.status_code, found.json["count"]) == (200, count), (uid, query)
    for uid in ("viewer", "none"):
        assert ask(apisid=uid, query="*").status_code == 403


def test_a_caller_without_a_session_has_one_from_then_on(house: House, ask: Asking) -> None:
    first, second = ask(query="*").json, ask(query="*", apisid="guest").json
    assert first["apisid"] == second["apisid"] == house.library.sessions.find_implicit("guest", ADDRESS)
    assert second["vid"] > first["vid"]


def test_nothing_is_made_for_a_query_that_does_not_parse(house: House, ask: Asking) -> None:
    for query in ("(", "and", "x" * 20_000):
        assert ask(query=query).status_code == 400
    assert ask(QUERY=None).status_code == 400
    assert house.library.sessions.find_implicit("guest", ADDRESS) is None


def test_a_session_whose_user_was_just_removed(house: House, ask: Asking) -> None:
    apisid = house.library.sessions.create(ADDRESS, "ann", None)
    assert ask(apisid=apisid, query="*").status_code == 200
    house.library.users.remove("ann")
    assert ask(apisid=apisid, query="*").status_code in (403, 503)  # 503 where nobody has looked since
    house.library.generations.look()
    assert ask(apisid=apisid, query="*").status_code == 403
