"""runQuery: what a view holds, and in which session."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

import catalog.database
from api.functions.queries import OFFERED, RunQuery
from catalog.people.groups import Group, Groups
from catalog.photoid import decode
from catalog.search.turns import Turns
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


def test_a_search_ends_with_its_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog.database, "STEPS", 1)
    ask = house.ask(
        RunQuery(house.identify, house.library.search, house.library.views, house.cookies, house.allowances, 0.0)
    )
    for query, sort in (("*each*", "date"), ("sea", "name"), ("*", "random"), ("*", "rating"), ("-year:2015", "date")):
        answer = ask(query=query, sort=sort)
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True), query
        assert "search.timeout" in answer.json["detail"]
    monkeypatch.undo()
    assert ask(query="sea").json["count"] == 1  # what was ended has left nothing behind


def test_who_finds_no_turn_comes_again(house: House) -> None:
    """Whoever searches by words waits for no search by patterns, and neither of them for what is remembered."""
    search = house.library.search
    ask = house.ask(RunQuery(house.identify, search, house.library.views, house.cookies, house.allowances, 0.0))
    ordinary = house.ask(RunQuery(house.identify, search, house.library.views, house.cookies, house.allowances))
    assert ordinary(query="*").status_code == 200
    search.turns_of_patterns = Turns(0, places=1)  # others have them all
    answer = ask(query="*each*")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert "Too many searches" in answer.json["detail"]
    assert [ordinary(query=query).json["count"] for query in ("*", "sea", "beach*")] == [2, 1, 1]
    search.turns = Turns(0, places=1)
    assert [ask(query=query).status_code for query in ("*", "sea")] == [200, 503]


class HungUp:
    """A client that is gone as soon as anybody asks."""

    def gone(self) -> bool:
        """As in `Client`."""
        return True

    def watched(self, gone: Callable[[], None]) -> AbstractContextManager[object]:
        """As in `Client`."""
        gone()
        return nullcontext()


def test_a_client_that_hangs_up_ends_its_search(house: House, ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog.database, "STEPS", 1)
    answer = ask.by(HungUp(), query="*each*")
    assert (answer.status_code, answer.json["detail"]) == (503, "The client has hung up.")


def test_few_patterns_a_query(house: House, ask: Asking) -> None:
    assert ask(query=" or ".join(f"*q{each}z*" for each in range(20))).status_code == 200
    answer = ask(query=" or ".join(f"*q{each}z*" for each in range(21)))
    assert (answer.status_code, "at most 20 words with" in answer.json["detail"]) == (400, True)


def test_nothing_is_found_by_metadata_without_the_permission(house: House, ask: Asking) -> None:
    Groups(house.library.engine).add(Group("blind", ("pap:feature:search",), ()))
    house.library.users.add("blind", "blind", ["blind"])
    house.library.generations.look()
    by_id = sorted(map(decode, (house.sea, house.town)))
    for query, count in (
        ("*", 2),
        (f"photoid:{house.sea}", 1),
        (f"-photoid:{house.sea}", 1),
        *((query, 0) for query in ("beach", "sea", "*.jpg", "dir:sea", "dirall:@a", "year:..2100", "rating:0", "b*")),
        ("-beach", 2),
        ("beach or *", 2),
    ):
        assert ask(apisid="blind", query=query).json["count"] == count, query
    for sort in OFFERED:
        found = ask(apisid="blind", query="*", sort=sort).json
        photoids = house.library.views.whole(found["apisid"], found["vid"])
        assert sort == "random" or photoids == b"".join(by_id), sort
    assert ask(apisid="blind", query="*", sort="id").status_code == 400
