"""Where the months begin in a list of photos by date: found by looking at few of them. Pure functions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

AT_FIRST = 256  # places that are looked at, spread over the list, before it is clear where to look
ENOUGH = 20_000  # places; a million photos of a thousand months take 11,000

MonthsAt = Callable[[Sequence[int]], Sequence[str | None]]
"""The months (`2015-07`) of the photos at those places; None of one that is gone."""


@dataclass(frozen=True, slots=True)
class Section:
    """The photos of one month: how many, from which place on."""

    month: str
    first: int
    count: int


def sections(count: int, months_at: MonthsAt) -> list[Section]:
    """The months of a list of `count` photos, in its order; none where it is not sorted by date, either way.

    Each question halves what lies between two photos of different months, so it is asked some twenty times, for many
    places at once. Photos that are gone belong to the month before them; where very many are, a month may begin a
    little late, as not all of them are looked at. Of a list that is not sorted the photos of one month may lie apart
    unnoticed, where all that was looked at is of one month.
    """
    looked: dict[int, str | None] = {}
    places: Sequence[int] = sorted({each * (count - 1) // AT_FIRST for each in range(AT_FIRST + 1)}) if count else ()
    begins: list[tuple[str, int]] = []
    while places and len(looked) < ENOUGH:
        looked |= zip(places, months_at(places), strict=True)
        begins = list(_begins(looked))
        months = [month for month, _ in begins]
        if months not in (sorted(months), sorted(months, reverse=True)):
            return []
        places = _between(looked, count)
    return [Section(month, first, end - first) for (month, first), (_, end) in pairwise([*begins, ("", count)])]


def _between(looked: Mapping[int, str | None], count: int) -> list[int]:
    """The middles of all gaps in which another month may begin: between photos that are not known to be of one."""
    places = [-1, *sorted(looked), count]
    before, after = _known(places, looked), _known(places[::-1], looked)[::-1]
    return [
        (left + right) // 2
        for (left, right), month, next_month in zip(pairwise(places), before, after[1:], strict=False)
        if right - left > 1 and (month is None or month != next_month)
    ]


def _known(places: Sequence[int], looked: Mapping[int, str | None]) -> list[str | None]:
    """For each place its month, or that of the nearest one before it in the sequence that has any."""
    known: list[str | None] = []
    for place in places:
        month = looked.get(place)
        known.append(month if month is not None or not known else known[-1])
    return known


def _begins(looked: Mapping[int, str | None]) -> Iterator[tuple[str, int]]:
    """Each month with its first place."""
    current: str | None = None
    for place in sorted(looked):
        month = looked[place]
        if month is not None and month != current:
            yield month, 0 if current is None else place
            current = month
