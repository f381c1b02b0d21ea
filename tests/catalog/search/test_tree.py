"""Trees are as flat as they can be; what is left of one without metadata, and which have patterns."""

import pytest

from catalog.search.query import parse
from catalog.search.tree import (
    NOTHING,
    And,
    Everything,
    Node,
    Not,
    Or,
    PhotoIs,
    Word,
    all_of,
    any_of,
    has_patterns,
    is_pattern,
    without_metadata,
)

A, B, C = Word("a"), Word("b"), Word("c")


def test_all_of() -> None:
    assert all_of([]) == Everything()
    assert all_of([A]) == A
    assert all_of([A, And((B, C))]) == And((A, B, C))
    assert all_of([A, Or((B, C))]) == And((A, Or((B, C))))


def test_any_of() -> None:
    assert any_of([A]) == A
    assert any_of([Or((A, B)), C]) == Or((A, B, C))
    assert any_of([And((A, B)), C]) == Or((And((A, B)), C))


ID = "AAAAAAAAAA/AAAAAAAAA+A"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("*", Everything()),
        (f"photoid:{ID}", PhotoIs(ID)),
        *((text, NOTHING) for text in ("sea", '"sea"', "s*", "dir:sea", "dirall:@a", "year:2015", "date:2015-07")),
        *((text, NOTHING) for text in ("rating:5", "title:sea", "person:ann", "keyword:sea", "camera:nikon", "jul")),
        ("-sea", Not(NOTHING)),
        (f"sea photoid:{ID}", And((NOTHING, PhotoIs(ID)))),
        ("sea or (lake rating:0)", Or((NOTHING, And((NOTHING, NOTHING))))),
    ],
)
def test_what_is_left_without_metadata(text: str, left: Node) -> None:
    assert without_metadata(parse(text)) == left


def test_patterns() -> None:
    for text in ("*a", "?a", "a*", "ab*", "b?ach", "*_2015.jpg", "beach?", "beach*s"):
        assert is_pattern(text), text
        assert has_patterns(parse(f"sea (lake or -{text})")), text
    for text in ("beach", "beach*", "bea**", "a"):
        assert not is_pattern(text), text
    assert not has_patterns(parse('sea* (dir:*x* or -"a*") year:2015'))
