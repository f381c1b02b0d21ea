"""Ratios, means, and what lies between points of a curve."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reporting.compare import at_bytes, nearer, ratios, values, where, whos
from tests.bench.samples import curve, miss

ROWS = [
    miss("Darkroom", "sea", "256x256", 9, 10, 90),
    miss("Darkroom", "fog", "256x256", 20),
    miss("Darkroom", "fog", "1920x1080", 50),
    miss("thumbor", "sea", "256x256", 40),
    miss("thumbor", "fog", "256x256", 5),
    miss("thumbor", "bay", "256x256", 7),
]


def test_ratios_are_of_medians_where_both_were_measured() -> None:
    found = ratios(ROWS, "thumbor", "Darkroom", "ms")
    assert found
    assert found.each == {("sea", "256x256"): 4.0, ("fog", "256x256"): 0.25}
    assert found.ahead == 1
    assert found.worst == (("fog", "256x256"), 0.25)
    assert math.isclose(found.mean, 1.0)


def test_no_ratios_of_nobody() -> None:
    assert ratios(ROWS, "ipx", "Darkroom", "ms") is None
    assert ratios(ROWS, "thumbor", "Darkroom", "ms", size="1920x1080") is None


def test_rows_are_found_by_who_and_case() -> None:
    assert whos(ROWS) == ["Darkroom", "thumbor"]
    assert values(ROWS, "size") == ["256x256", "1920x1080"]
    assert where(ROWS, "Darkroom", photo="fog") == ROWS[1:3]
    assert where(ROWS, "ipx") == []


@pytest.mark.parametrize(
    ("weighs", "decibels"),
    [(100, 30.0), (1000, 33.0), (10_000, 36.0), (316.2277660168379, 31.5), (99, None), (10_001, None)],
)
def test_between_points_by_the_logarithm(weighs: float, decibels: float | None) -> None:
    found = at_bytes([(1000, 33.0), (100, 30.0), (10_000, 36.0)], weighs)
    assert found == (None if decibels is None else pytest.approx(decibels))


@given(
    st.lists(st.tuples(st.floats(1, 1e7), st.floats(0, 60)), min_size=2, max_size=6),
    st.floats(1, 1e7),
)
def test_between_points_is_between_their_values(curve: list[tuple[float, float]], weighs: float) -> None:
    found = at_bytes(curve, weighs)
    inside = min(curve)[0] <= weighs <= max(curve)[0]
    assert (found is not None) == inside
    if found is not None:
        assert min(value for _, value in curve) - 1e-6 <= found <= max(value for _, value in curve) + 1e-6


def test_nearer_at_the_same_bytes() -> None:
    rows = [
        *curve("Darkroom", "sea", (80, 1000, 34.0)),
        *curve("Darkroom", "fog", (80, 9, 34.0)),
        *curve("ipx", "sea", (70, 100, 30.0), (80, 10_000, 36.0)),
        *curve("ipx", "fog", (70, 100, 30.0), (80, 10_000, 36.0)),
    ]
    assert nearer(rows, "Darkroom", "ipx", 80) == {("sea", "1920x1080"): pytest.approx(1.0)}
