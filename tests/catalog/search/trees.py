"""Random trees of queries, and how a user could write them down."""

import re
from random import Random
from typing import get_args

from hypothesis import strategies as st

from catalog import photoid
from catalog.names import fold
from catalog.search.query import OPERATORS
from catalog.search.tree import (
    And,
    Created,
    Directory,
    Everything,
    Node,
    Not,
    Or,
    PhotoIs,
    Phrase,
    Rated,
    TextField,
    Word,
    all_of,
    any_of,
)
from catalog.search.words import words

NAMES: dict[TextField, tuple[str, ...]] = {
    "title": ("title", "titel", "Title"),
    "persons": ("person",),
    "keywords": ("keyword",),
    "camera": ("camera",),
}
QUOTES = '"“”„'


def _is_word(text: str) -> bool:
    """Whether a text written down without quotes is one word."""
    odd = re.search(rf"[\s()+{QUOTES}]|^-|^[a-z]+:", text, re.IGNORECASE)
    return bool(words(text)) and not odd and text.lower() not in OPERATORS


def created() -> st.SearchStrategy[Created]:
    """Ranges of dates, each end of its own precision or open."""
    lengths = st.sampled_from((4, 7, 10))
    ends = st.tuples(st.dates(), st.dates(), lengths, lengths).map(
        lambda four: (min(four[:2]).isoformat()[: four[2]], max(four[:2]).isoformat()[: four[3]])
    )
    open_ends = ends.map(lambda two: (two[0], "")) | ends.map(lambda two: ("", two[1]))
    return (ends | open_ends).map(lambda two: Created(*two))


def rated() -> st.SearchStrategy[Rated]:
    """Ranges of stars."""
    star = st.integers(0, 5)
    return st.tuples(star, star).map(lambda two: Rated(min(two), max(two)))


def leaves() -> st.SearchStrategy[Node]:
    """Terms with any text in them."""
    text = st.text(st.characters(exclude_characters="\0" + QUOTES), max_size=12)
    return st.one_of(
        st.just(Everything()),
        st.builds(Word, text.filter(_is_word)),
        st.builds(Phrase, text.filter(words)),
        st.builds(Directory, text.filter(lambda value: fold(value).strip("/@")), st.booleans()),
        created(),
        rated(),
        st.builds(Word, text.filter(words), st.sampled_from(get_args(TextField))),
        st.binary(min_size=16, max_size=16).map(lambda raw: PhotoIs(photoid.encode(raw))),
    )


def trees(leaf: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Trees of these leaves."""

    def deeper(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        parts = st.lists(inner, min_size=2, max_size=4)
        return parts.map(all_of) | parts.map(any_of) | inner.map(Not)

    return st.recursive(leaf, deeper, max_leaves=12)


def render(node: Node, choose: Random) -> str:
    """A query for that tree, in one of the ways to write it."""
    match node:
        case Everything():
            return choose.choice(("*", "**"))
        case Word(text, field):
            return f'{choose.choice(NAMES[field])}:"{text}"' if field else text
        case Phrase(text):
            return choose.choice(('"{}"', "“{}”")).format(text)
        case PhotoIs(name):
            return choose.choice(("photoid:{}", 'PhotoID:"{}"')).format(name)
        case Directory(path, below):
            return f'{"dirall" if below else "dir"}:"{path}"'
        case Created(first, last):
            short = first == last and len(first) == 4
            return f"year:{first}" if short else f"date:{first}..{last}"
        case Rated(low, high):
            return f"rating:{low}" if low == high else f"rating:{low}..{high}"
        case Not(part):
            return f"{choose.choice(('-', 'not ', 'NOT '))}{_inner(part, choose)}"
        case And(parts):
            return choose.choice((" ", " and ", " + ", " AND ")).join(_inner(part, choose) for part in parts)
        case Or(parts):
            return choose.choice((" or ", " OR ")).join(render(part, choose) for part in parts)


def _inner(node: Node, choose: Random) -> str:
    """As it stands in an And or behind a Not: with parentheses where it needs them."""
    text = render(node, choose)
    return f"({text})" if isinstance(node, And | Or) else text
