"""The index's rows: sums, order of use, and what a photo has."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache.disk.rows import Rows, Size
from tests.cache.keys import key


def rows_of(connection: sqlite3.Connection) -> Rows:
    rows = Rows(connection)
    rows.create(complete=True, boot="this")
    return rows


@pytest.fixture
def rows() -> Iterator[Rows]:
    with closing(sqlite3.connect(":memory:")) as connection:
        yield rows_of(connection)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10**9), st.booleans())))
def test_the_running_sums_are_the_sums(acts: list[tuple[int, int, bool]]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        rows, sizes = rows_of(connection), dict[int, int]()
        for number, size, put in acts:
            if put:
                rows.put(key(number), size, used=1)
                sizes[number] = size
            else:
                rows.remove([(key(number).photoid, key(number).name)])
                sizes.pop(number, None)
            assert rows.size_of(key(number)) == sizes.get(number)
        state = rows.state()
        assert (state.entries, state.bytes) == (len(sizes), sum(sizes.values()))


def test_order_of_use(rows: Rows) -> None:
    for number, used in enumerate((5, 3, 9, 1)):
        rows.put(key(number), 10, used)
    rows.touch([(7, key(3).photoid, key(3).name)])
    rows.put(key(2), 20, used=2)  # a rebuild that finds an older time says nothing new
    assert [int(photoid) for photoid, _, _ in rows.oldest(9)] == [1, 0, 3, 2]
    assert [int(photoid) for photoid, _, _ in rows.oldest(9, before=6)] == [1, 0]
    assert len(rows.oldest(2)) == 2


def test_pages_show_each_row_once(rows: Rows) -> None:
    for number in range(25):
        rows.put(key(number), 1, 1)
    seen, last = [], 0
    while page := rows.page(last, 10):
        seen += [name for _, _, name in page]
        last = page[-1][0]
    assert sorted(seen) == sorted(key(number).name for number in range(25))


def test_versions_of_a_photo(rows: Rows) -> None:
    for version in ("a-1", "b-1"):
        for width in (1, 2):
            rows.put(key(0, width, version), 1, 1)
    rows.put(key(1, version="a-1"), 1, 1)
    photoid = key().photoid
    assert {name for _, name, _ in rows.of_photo(photoid, "b-1", 9)} == {key(0, w, "a-1").name for w in (1, 2)}
    assert len(rows.of_photo(photoid, None, 9)) == 4


def test_frequent_sizes(rows: Rows) -> None:
    for number in range(6):
        rows.put(key(number, width=100 if number < 4 else 200), 10, 1)
    assert rows.sizes(1) == [Size(100, 256, 4, 40)]
    assert rows.sizes(5) == [Size(100, 256, 4, 40), Size(200, 256, 2, 20)]


def test_counts_add_up(rows: Rows) -> None:
    rows.add_counts({("disk", "hit"): 2, ("disk", "miss"): 1})
    rows.add_counts({("disk", "hit"): 3})
    assert rows.counts() == {("disk", "hit"): 5, ("disk", "miss"): 1}


def test_after_another_run_of_the_machine_it_has_to_be_reconciled(rows: Rows) -> None:
    rows.reconciled(1000.0)
    rows.booted("this")
    assert rows.state().reconciled == 1000.0
    rows.booted("next")
    assert rows.state().reconciled == 0
