"""All photos there are to see: looked up once for everybody, and never older than the catalogue."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from catalog.generations import Generations
from catalog.lists.cached_search import CachedSearch, Filters
from catalog.lists.snapshots import ids
from catalog.people.sessions import Sessions
from catalog.search.query import parse
from catalog.search.sql import Search, Sort
from tests.catalog.library import Library, jpeg, put


@pytest.fixture
def search(library: Library) -> CachedSearch:
    """Over a library of two photos."""
    put(library.a / "sea/beach.jpg", jpeg("blue"))
    put(library.a / "town/street.jpg", jpeg("red"))
    library.scan(library.only("a"))
    return CachedSearch(Search(library.engine), Generations(library.engine))


@pytest.fixture
def searches(library: Library) -> Iterator[list[str]]:
    """The searches that the catalogue is asked for."""
    asked: list[str] = []

    def note(*told: object) -> None:
        if "group_concat(anon" in str(told[2]):
            asked.append(str(told[2]))

    event.listen(library.engine, "before_cursor_execute", note)
    yield asked
    event.remove(library.engine, "before_cursor_execute", note)


def found(search: CachedSearch, text: str, filters: Filters = None, sort: Sort = "date") -> int:
    """How many photos a query finds."""
    return len(ids(search.find(parse(text), filters, sort)))


def test_everything_is_looked_up_once_for_all_who_see_the_same(
    library: Library, search: CachedSearch, searches: list[str]
) -> None:
    sea = ("dirall:sea",)
    sessions = Sessions(library.engine, Generations(library.engine), lifetime=60, per_address=9)
    for number in range(3):
        assert [found(search, "*"), found(search, "", sort="-date"), found(search, "*", sea)] == [2, 2, 1]
        sessions.create(f"10.0.0.{number}", None, None)  # somebody comes
    assert len(searches) == 3


def test_other_searches_are_not_remembered(search: CachedSearch, searches: list[str]) -> None:
    for _ in range(2):
        assert [found(search, "beach"), found(search, "*", sort="random"), found(search, "not beach")] == [1, 2, 1]
    assert len(searches) == 6


def test_a_scan_is_seen_at_once(library: Library, search: CachedSearch) -> None:
    assert found(search, "*") == 2
    put(library.a / "sea/wave.jpg", jpeg("green"))
    library.scan(library.only("a"))
    assert [found(search, "*"), found(search, "*", ("dirall:sea",))] == [3, 2]
    (library.a / "town/street.jpg").unlink()
    library.scan(library.only("a"))
    assert found(search, "*") == 2
    library.scan(library.only("b"))  # another root is the settings' only one
    assert found(search, "*") == 0
