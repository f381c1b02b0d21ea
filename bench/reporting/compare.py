"""What rows say beside each other: pure functions, for tables and for verdicts."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bench.reporting.results import Row

Cell = tuple[str, str]  # a photo and a size


@dataclass(frozen=True, slots=True)
class Ratios:
    """How many times as much somebody takes as Darkroom, by photo and size; above 1 Darkroom is ahead."""

    each: dict[Cell, float]

    @property
    def mean(self) -> float:
        """The geometric mean."""
        return statistics.geometric_mean(self.each.values())

    @property
    def ahead(self) -> int:
        """In how many cases Darkroom is ahead."""
        return sum(ratio > 1 for ratio in self.each.values())

    @property
    def worst(self) -> tuple[Cell, float]:
        """The case that is worst for Darkroom."""
        return min(self.each.items(), key=lambda pair: pair[1])


def whos(rows: Iterable[Row]) -> list[str]:
    """Everybody who is in the rows, in their order."""
    return list(dict.fromkeys(row.who for row in rows))


def values(rows: Iterable[Row], name: str) -> list[str]:
    """The values that a part of the case takes, in their order."""
    return list(dict.fromkeys(str(row.case[name]) for row in rows if name in row.case))


def where(rows: Iterable[Row], who: str | None = None, **case: str | int) -> list[Row]:
    """The rows of somebody in which the case is such."""
    return [
        row
        for row in rows
        if who in (None, row.who) and all(str(row.case.get(name)) == str(value) for name, value in case.items())
    ]


def ratios(rows: Sequence[Row], who: str, of: str, name: str, **case: str | int) -> Ratios | None:
    """The medians of `who` over those of `of`, in each photo and size that both have; None where there is none."""
    ours = {(str(row.case["photo"]), str(row.case["size"])): row for row in where(rows, of, **case)}
    found = {
        cell: row.median(name) / ours[cell].median(name)
        for row in where(rows, who, **case)
        if (cell := (str(row.case["photo"]), str(row.case["size"]))) in ours
    }
    return Ratios(found) if found else None


def at_bytes(curve: Sequence[tuple[float, float]], weighs: float) -> float | None:
    """The decibels that a curve of (bytes, dB) has at so many bytes, between its points, by the logarithm of bytes;
    None beyond its ends."""
    points = sorted(curve)
    for (light, low), (heavy, high) in pairwise(points):
        if light <= weighs <= heavy:
            span = math.log(heavy / light)
            return low + math.log(weighs / light) / span * (high - low) if span else high
    return None


def nearer(rows: Sequence[Row], ours: str, peer: str, quality: int) -> dict[Cell, float]:
    """By how many decibels `ours` at that quality is nearer to the photo than the peer's would be at the same bytes, by
    photo and size."""
    found: dict[Cell, float] = {}
    for row in where(rows, ours, quality=quality):
        cell = str(row.case["photo"]), str(row.case["size"])
        others = where(rows, peer, photo=cell[0], size=cell[1])
        curve = [(other.median("bytes"), other.median("dB")) for other in others]
        theirs = at_bytes(curve, row.median("bytes"))
        if theirs is not None:
            found[cell] = row.median("dB") - theirs
    return found


def mean_of(rows: Iterable[Row], name: str) -> float:
    """The mean of all samples of the rows: for what is counted in coarse steps."""
    return statistics.mean(sample for row in rows for sample in row.samples[name])


def median_of(rows: Iterable[Row], name: str) -> float:
    """The median of the rows' medians."""
    return statistics.median(row.median(name) for row in rows)
