"""The errors of the workers: each has a kind, a status, and comes through the channel as what it was."""

import pytest

from api.http.problems import STATUS_OF_KIND
from workers.dispatch import ERRORS
from workers.errors import Busy, RenderError, TooLarge

ALL = RenderError.__subclasses__()


@pytest.mark.parametrize("error", ALL)
def test_each_has_a_kind_with_a_status(error: type[RenderError]) -> None:
    assert error.kind in STATUS_OF_KIND
    assert str(error("A sentence.")) == "A sentence."


def test_no_two_have_one_kind() -> None:
    assert len({error.kind for error in ALL}) == len(ALL)


def test_a_waiter_gets_the_error_that_the_worker_had() -> None:
    # The front end finds out by itself that a size is too large.
    assert {kind: ERRORS[kind] for kind in ERRORS} == {error.kind: error for error in ALL if error is not TooLarge}


def test_busy_says_when_to_come_again() -> None:
    assert (Busy("Later.").retry_after, Busy("Later.", 5).retry_after) == (1, 5)
