"""Conditional and partial requests, by RFC 9110's own shapes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.conditional import RangeNotSatisfiable, byte_range, http_date, matches, not_modified

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
        (None, LATER, True),
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


@pytest.mark.parametrize(
    ("mtime_ns", "date"),
    [
        (1_795_435_200_999_999_999, MODIFIED),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-(10**18), "Thu, 01 Jan 1970 00:00:00 GMT"),
        (2**63 - 1, "Fri, 11 Apr 2262 23:47:16 GMT"),
    ],
)
def test_dates(mtime_ns: int, date: str) -> None:
    assert http_date(mtime_ns) == date
