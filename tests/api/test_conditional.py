"""Conditional requests, by RFC 9110's own shapes."""

import pytest

from api.conditional import matches

TAG = '"a.b"'


@pytest.mark.parametrize(
    ("header", "current"),
    [
        (None, False),
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
def test_if_none_match(header: str | None, current: bool) -> None:
    assert matches(header, TAG) is current
