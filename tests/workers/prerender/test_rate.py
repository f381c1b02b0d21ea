"""How fast a job goes."""

import pytest

from workers.prerender.rate import MovingRate


def test_it_is_what_it_is_where_it_is_steady() -> None:
    rate = MovingRate(100.0)
    rates = [rate.add(5, 100.0 + step) for step in range(1, 100)]
    assert rates[-1] == pytest.approx(5, rel=0.05)
    assert rates[0] == pytest.approx(5, rel=0.05)


def test_what_was_quick_long_ago_counts_no_longer() -> None:
    rate = MovingRate(0.0)
    rate.add(100_000, 1.0)
    rates = [rate.add(1, float(step)) for step in range(2, 400)]
    assert rates[-1] == pytest.approx(1, abs=0.6)


def test_without_time_there_is_none() -> None:
    assert MovingRate(1.0).add(5, 1.0) is None
