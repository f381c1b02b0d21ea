"""The pace of a job."""

import pytest

from workers.prerender.rate import MovingRate


def test_it_is_what_it_is_where_it_is_steady() -> None:
    pace = MovingRate(100.0)
    rates = [pace.add(5, 100.0 + step) for step in range(1, 100)]
    assert rates[-1] == pytest.approx(5, rel=0.05)
    assert rates[0] == pytest.approx(5, rel=0.05)


def test_what_was_quick_long_ago_counts_no_longer() -> None:
    pace = MovingRate(0.0)
    pace.add(100_000, 1.0)
    for step in range(2, 400):
        rate = pace.add(1, float(step))
    assert rate == pytest.approx(1, abs=0.6)


def test_without_time_there_is_none() -> None:
    assert MovingRate(1.0).add(5, 1.0) is None
