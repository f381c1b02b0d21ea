"""Looks that hang, fail or take their time."""

import threading
from collections.abc import Iterator

import pytest

from darkroom.doctor.finding import Finding, well
from darkroom.doctor.patience import Look, Silent, found, within
from tests.darkroom.doctor.told import told

NEVER = threading.Event()  # as a network share that has gone away


def hangs() -> Iterator[Finding]:
    yield well("share", "is there")
    NEVER.wait(60)


def test_one_that_hangs_holds_up_no_other() -> None:
    looks = [
        Look("share", hangs, "mount it", seconds=0.05),
        Look("another", hangs, seconds=0.05),
        Look("disk", lambda: [well("disk", "is there")]),
    ]
    assert told(found(looks)) == [
        "✓ share: is there",
        "✗ share: did not answer within 0.05 s: mount it",
        "✓ share: is there",
        "✗ another: did not answer within 0.05 s",
        "✓ disk: is there",
    ]


def test_all_wait_together() -> None:
    """Each of them waits for the last: one after the other, none would ever end."""
    meeting = threading.Barrier(5)

    def meets() -> Iterator[Finding]:
        yield well("met", str(meeting.wait(30) >= 0))

    assert told(found([Look(str(number), meets, seconds=30) for number in range(5)])) == ["✓ met: True"] * 5


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(5, "Input/output error"), "Input/output error"),
        (ValueError("it is odd"), "it is odd"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_one_that_fails_says_so(error: Exception, said: str) -> None:
    def failing() -> Iterator[Finding]:
        yield well("first", "is well")
        raise error

    assert told(found([Look("disk", failing, "look at it")])) == [
        "✓ first: is well",
        f"✗ disk: can't be looked at: {said}: look at it",
    ]


def test_an_answer_in_time_and_one_that_never_comes() -> None:
    assert within(30, lambda: 7) == 7
    with pytest.raises(Silent):
        within(0.05, lambda: NEVER.wait(60))
    with pytest.raises(KeyError):
        within(30, lambda: {"yes": 1}["no"])
