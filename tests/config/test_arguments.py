"""What commands print."""

import pytest

from config.arguments import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a b.jpg", "a b.jpg"),
        ("", ""),
        ("\udcff", "\\xff"),
        ("\udc80x", "\\x80x"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202e", "\\u202e"),  # turns the direction of what follows
        ("é\N{CAMERA}", "é\N{CAMERA}"),
        ("\ud800", "\\ud800"),
    ],
)
def test_printable(name: str, shown: str) -> None:
    assert printable(name) == shown
    assert printable(shown) == shown
