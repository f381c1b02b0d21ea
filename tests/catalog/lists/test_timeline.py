"""Where months begin in a list of photos: found by few looks, and the same as by looking at all."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.lists.timeline import ENOUGH, Section, sections

MONTHS = [f"{year}-{month:02}" for year in range(2001, 2021) for month in range(1, 13)]


class Listed:
    """A list of photos, by month; counts what is looked at."""

    def __init__(self, months: Sequence[str | None]) -> None:
        self.months = months
        self.questions: list[int] = []

    def at(self, places: Sequence[int]) -> list[str | None]:
        """The months at some places, each of which is asked for once."""
        assert len(set(places)) == len(places) > 0
        self.questions.append(len(places))
        return [self.months[place] for place in places]

    def sections(self) -> list[tuple[str, int, int]]:
        """What is found of it."""
        return [(each.month, each.first, each.count) for each in sections(len(self.months), self.at)]


def all_looked_at(months: Sequence[str | None]) -> list[tuple[str, int, int]]:
    """The same, found the long way."""
    begins: dict[str, int] = {}
    for place, month in enumerate(months):
        if month is not None:
            begins.setdefault(month, place if begins else 0)
    return [(month, first, end - first) for (month, first), (_, end) in pairwise([*begins.items(), ("", len(months))])]


@pytest.mark.parametrize(
    ("months", "found"),
    [
        ([], []),
        ([None, None], []),
        (["2015-07"], [("2015-07", 0, 1)]),
        (["2015-07"] * 3, [("2015-07", 0, 3)]),
        (["2015-07", "2015-07", "2015-08"], [("2015-07", 0, 2), ("2015-08", 2, 1)]),
        (["2016-01", "2015-12", "2015-12"], [("2016-01", 0, 1), ("2015-12", 1, 2)]),
        ([None, "2016-01", None, "2015-12", None], [("2016-01", 0, 3), ("2015-12", 3, 2)]),
        (["2015-07", "2015-09", "2015-08"], []),  # not by date
        (["2015-07", "2015-08", "2015-07"], []),
    ],
)
def test_sections(months: list[str | None], found: list[tuple[str, int, int]]) -> None:
    assert Listed(months).sections() == found


@given(
    st.lists(st.tuples(st.sampled_from(MONTHS), st.integers(1, 400)), max_size=12),
    st.booleans(),
    st.integers(0, 1000),
    st.sampled_from([0.0, 0.02, 0.5, 0.98]),
)
def test_as_if_all_were_looked_at(counts: list[tuple[str, int]], newest_first: bool, seed: int, gone: float) -> None:
    months = [month for month, count in sorted(counts, reverse=newest_first) for _ in range(count)]
    random = Random(seed)
    there = [None if random.random() < gone else month for month in months]
    assert Listed(there).sections() == all_looked_at(there)


def test_few_are_looked_at() -> None:
    months = [month for month in MONTHS for _ in range(400)]
    listed = Listed(months)
    assert len(listed.sections()) == len(MONTHS)
    assert sum(listed.questions) < 3000  # of 96,000
    assert len(listed.questions) < 20


def test_a_long_stretch_that_is_gone() -> None:
    months = ["2015-07"] * 5000 + [None] * 5000 + ["2015-09"] * 5000
    listed = Listed(months)
    assert listed.sections() == [("2015-07", 0, 10_000), ("2015-09", 10_000, 5000)]
    assert len(listed.questions) < 20


def test_where_nearly_all_are_gone_not_all_are_looked_at() -> None:
    months: list[str | None] = [None] * 200_000
    months[70_000:70_100] = ["2015-07"] * 100
    listed = Listed(months)
    assert listed.sections() in ([], [("2015-07", 0, 200_000)])
    assert sum(listed.questions) < 2 * ENOUGH


def test_a_list_in_any_order_has_no_months() -> None:
    months = [MONTHS[place * 7919 % len(MONTHS)] for place in range(20_000)]
    listed = Listed(months)
    assert listed.sections() == []
    assert len(listed.questions) == 1


def test_a_section_says_what_it_is() -> None:
    assert sections(1, lambda _: ["2015-07"]) == [Section("2015-07", 0, 1)]
