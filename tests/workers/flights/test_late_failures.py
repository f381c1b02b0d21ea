"""Failures that come when those who waited are gone."""

from dataclasses import replace

import pytest

from tests.cache.keys import key
from workers.flights import late_failures
from workers.flights.late_failures import LateFailures
from workers.flights.registry import DONE, DROPPED, Completion


@pytest.mark.parametrize("outcome", ["damaged", "unsupported"])
def test_what_speaks_against_the_photo_is_told_once_whatever_size_is_asked_for(outcome: str) -> None:
    late, failed = LateFailures(), Completion(key().name, outcome, "A sentence.")
    late.expect(key())
    late.heard(failed)
    assert late.take(replace(key(), version="another")) is None
    assert late.take(replace(key(), width=7)) == failed
    assert late.take(key()) is None


@pytest.mark.parametrize("outcome", [DONE, DROPPED, "busy", "missing", "changed", "failed"])
def test_what_may_go_well_the_next_time_is_not_kept(outcome: str) -> None:
    late = LateFailures()
    late.expect(key())
    late.heard(Completion(key().name, outcome))
    assert late.take(key()) is None


def test_what_others_have_asked_for_is_theirs() -> None:
    """Each front end hears of all renders; one that noted what it never asked for would undo a retry."""
    late = LateFailures()
    late.heard(Completion(key().name, "damaged"))
    assert late.take(key()) is None


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_failures, "MOST", 2)
    late = LateFailures()
    keys = [replace(key(), width=width, version=f"{width}") for width in (1, 2, 3)]
    for each in keys:
        late.expect(each)
    for each in keys:
        late.heard(Completion(each.name, "damaged"))
    assert [late.take(each) is not None for each in keys] == [False, True, True]
