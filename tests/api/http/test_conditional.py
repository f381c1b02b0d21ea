"""Conditional and partial requests, by RFC 9110's own shapes."""

from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.conditional import (
    LAST_DATE,
    NO_DATE,
    RangeNotSatisfiable,
    Validators,
    byte_range,
    matches,
    not_modified,
)

TAG = '"a.b"'
MODIFIED = "Mon, 23 Nov 2026 12:00:00 GMT"
LATER, EARLIER = "Mon, 23 Nov 2026 12:00:01 GMT", "Mon, 23 Nov 2026 11:59:59 GMT"


@pytest.mark.parametrize(
    ("header", "current"),
    [
        ("", False),
        ("*", True),
        (' "a.b" ', True),
        ('W/"a.b"', True),
        ('"x", "a.b"', True),
        ('"x","y"', False),
        ("a.b", False),
        ('"a.b', False),
        ('"a.bb"', False),
        ('nonsense, "a.b"', False),
    ],
)
def test_if_none_match(header: str, current: bool) -> None:
    assert matches(header, TAG) is current


@pytest.mark.parametrize(
    ("none_match", "since", "current"),
    [
        (None, None, False),
        (TAG, None, True),
        ('"x"', MODIFIED, False),
        ("", MODIFIED, False),
        (None, MODIFIED, True),
        (None, LATER, False),  # as of that date it may have been a newer file, of which this one took the place
        (None, EARLIER, False),
        (None, "Monday, 23-Nov-26 12:00:00 GMT", True),
        (None, "Mon Nov 23 12:00:00 2026", True),
        (None, "yesterday", False),
        (None, "", False),
        (None, "Mon, 99 Nov 99999 99:99:99 GMT", False),
    ],
)
def test_not_modified(none_match: str | None, since: str | None, current: bool) -> None:
    assert not_modified(none_match, since, TAG, MODIFIED) is current


def test_a_date_that_proves_nothing_makes_no_copy_current() -> None:
    assert not not_modified(None, MODIFIED, TAG, None)
    assert not_modified(TAG, MODIFIED, TAG, None)
    assert byte_range("bytes=0-9", MODIFIED, TAG, None, 100) is None
    assert byte_range("bytes=0-9", TAG, TAG, None, 100) == (0, 10)


@pytest.mark.parametrize(
    ("asked", "if_range", "part"),
    [
        (None, None, None),
        ("bytes=0-0", None, (0, 1)),
        ("bytes=0-", None, (0, 100)),
        ("bytes=10-19", None, (10, 10)),
        ("BYTES= 10-19 ", None, (10, 10)),
        ("bytes=90-1000", None, (90, 10)),
        ("bytes=99-99", None, (99, 1)),
        ("bytes=-1", None, (99, 1)),
        ("bytes=-1000", None, (0, 100)),
        ("bytes=20-10", None, None),
        ("bytes=-", None, None),
        ("bytes=", None, None),
        ("bytes=a-b", None, None),
        ("bytes=0-1,5-6", None, None),
        ("lines=0-1", None, None),
        ("bytes=0-" + "9" * 30, None, None),
        ("bytes=0-9", TAG, (0, 10)),
        ("bytes=0-9", MODIFIED, (0, 10)),
        ("bytes=0-9", '"other"', None),
        ("bytes=0-9", f"W/{TAG}", None),
        ("bytes=0-9", LATER, None),
        ("bytes=0-9", "", None),
    ],
)
def test_byte_range(asked: str | None, if_range: str | None, part: tuple[int, int] | None) -> None:
    assert byte_range(asked, if_range, TAG, MODIFIED, 100) == part


@pytest.mark.parametrize(
    ("asked", "size"), [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 100), ("bytes=0-", 0)]
)
def test_ranges_that_are_not_there(asked: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiable):
        byte_range(asked, None, TAG, MODIFIED, size)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_range_is_within(first: int, last: int, size: int) -> None:
    try:
        part = byte_range(f"bytes={first}-{last}", None, TAG, MODIFIED, size)
    except RangeNotSatisfiable:
        assert first >= size
    else:
        assert part is None if last < first else part == (first, min(last, size - 1) - first + 1)


NOW = 1_795_435_200.5  # half a second after MODIFIED
AT_NOW = "Mon, 23 Nov 2026 12:00:00 GMT"
YEAR = 31_556_952


def told(validators: Validators, now: float) -> dict[str, str]:
    """The headers that they have an answer say."""
    headers: dict[str, str] = {}
    validators.tell(headers.__setitem__, now)
    return headers


@pytest.mark.parametrize(
    ("seconds", "shown", "tells"),
    [
        (NOW - 1.5, EARLIER, True),
        (NOW - 1, EARLIER, True),
        (NOW - 0.4, MODIFIED, False),  # its second is not over: the file may be changed once more in it
        (NOW, MODIFIED, False),
        (NOW + 0.4, MODIFIED, False),
        (NOW + 1, AT_NOW, False),  # from the future
        (NOW + 100 * YEAR, AT_NOW, False),
        (9_200_000_000, AT_NOW, False),  # the last that a file's nanoseconds reach, in 2261
        (10**9, "Sun, 09 Sep 2001 01:46:40 GMT", True),
        (NO_DATE, "Wed, 02 Jan 1980 00:00:00 GMT", True),
        (NO_DATE - 1, None, False),
        (0, None, False),
        (-YEAR, None, False),
        (LAST_DATE, AT_NOW, False),
        (LAST_DATE + 1, None, False),
    ],
)
def test_what_is_said_of_a_files_date(seconds: float, shown: str | None, tells: bool) -> None:
    validators = Validators.of(TAG, int(seconds * 10**9))
    assert told(validators, NOW) == {"ETag": TAG} | ({"Last-Modified": shown} if shown else {})
    assert validators.known_by_date(NOW) == (shown if tells else None)
    undated = validators.undated()
    assert (told(undated, NOW), undated.known_by_date(NOW)) == ({"ETag": TAG}, None)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(10**9, 10**10))
def test_no_file_is_changed_later_than_now(mtime_ns: int, now: int) -> None:
    said = told(Validators.of(TAG, mtime_ns), now).get("Last-Modified")
    if said is not None:
        assert parsedate_to_datetime(said).timestamp() <= now
