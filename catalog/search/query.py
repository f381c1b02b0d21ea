"""The query language: a text becomes a small tree. Pure; `catalog.search.sql` says what SQL makes of it.

any  := all ("or" all)*
all  := term (("and" | "+")? term)*
term := ("not" | "-" | "+")* ("(" any ")" | field ":" value | "phrase" | word)
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from catalog.errors import MalformedPhotoid, MalformedQuery
from catalog.names import fold
from catalog.photoid import parse_photoid
from catalog.search.tree import (
    Created,
    Directory,
    Everything,
    Node,
    Not,
    PhotoIs,
    Phrase,
    Rated,
    TextField,
    Word,
    all_of,
    any_of,
    is_pattern,
)
from catalog.search.words import spaced, words

LENGTH = 10_000  # characters in a query
# SQLite's parser has a stack of 100 entries, which a query of 24 levels can fill, and an expression of it has at most
# 1,000 levels, of which a chain of words has one for each.
NESTING = 20  # parentheses and `not`s around a term
WORDS = 250  # in a query
PATTERNS = 20  # in a query that anybody may ask: each looks through the texts of all photos

OPERATORS = ("and", "or", "not")
QUOTE = re.compile('["“”„]')  # phones write curly ones
QUOTED = '["“”„][^"“”„]*["“”„]'
TOKEN = re.compile(
    rf"""\s*+(?:
      (?P<end>\Z)
    | (?P<sign>[()+-])
    # A client may not have escaped the + of an id, and the way to here made it a space.
    | (?P<photoid>photoid):(?P<id>[A-Za-z0-9+/_\ -]{{22}}={{0,2}})(?=[\s()]|\Z)
    | (?P<field>[a-z]+):(?P<value>(?:[^\s()"“”„]|{QUOTED})*)
    | ["“”„](?P<phrase>[^"“”„]*)["“”„]
    | (?P<word>[^\s()+"“”„]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
YEAR = re.compile("[0-9]{4}")
DAY = re.compile("[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
STARS = re.compile("[0-5]{1,2}")
MOST_STARS = 5


def parse(text: str, patterns: int = WORDS) -> Node:
    """The tree of a query, with so many patterns at most. An empty one is every photo.

    Raises:
        MalformedQuery: it is none; says what is wrong, and at which character.
    """
    if len(text) > LENGTH:
        raise MalformedQuery(LENGTH, f"A query has at most {LENGTH} characters")
    if "\0" in text:
        raise MalformedQuery(text.index("\0"), "A query can't hold a NUL character")
    return _Parser(text, patterns).whole()


def _photo(value: str) -> Node:
    try:
        return PhotoIs(parse_photoid(value))
    except MalformedPhotoid as error:
        raise ValueError(error.public.rstrip(".")) from None


def _directory(below: bool) -> Callable[[str], Node]:
    def read(value: str) -> Node:
        if not fold(value).strip("/@"):
            raise ValueError("The name of a directory is missing")
        return Directory(value, below)

    return read


def _dates(shape: re.Pattern[str], example: str) -> Callable[[str], Node]:
    def read(value: str) -> Node:
        first, dots, last = value.partition("..")
        last = last if dots else first
        for each in filter(None, (first, last)):
            if not shape.fullmatch(each) or not _possible(each):
                raise ValueError(f"Expected is a date such as {example}, or two of them with .. between")
        if not first and not last:
            raise ValueError("A range needs a beginning or an end")
        if last and first[: len(last)] > last:
            raise ValueError("The range ends before it begins")
        return Created(first, last)

    return read


def _possible(day: str) -> bool:
    try:
        date.fromisoformat(day + "-01-01"[len(day) - 4 :])
    except ValueError:
        return False
    return True


def _text(field: TextField) -> Callable[[str], Node]:
    def read(value: str) -> Node:
        if not words(value):
            raise ValueError("There is no letter or digit to search for")
        return Word(value, field)

    return read


def _rating(value: str) -> Node:
    first, dots, last = value.partition("..")
    last = last if dots else first
    if not STARS.fullmatch(first + last):
        raise ValueError("Expected is a rating from 0 to 5, such as 3, or two of them with .. between")
    low, high = int(first or 0), int(last or MOST_STARS)
    if low > high:
        raise ValueError("The range ends before it begins")
    return Rated(low, high)


TEXT_FIELDS: dict[str, TextField] = {
    "title": "title",
    "titel": "title",
    "person": "persons",
    "keyword": "keywords",
    "camera": "camera",
}
# Every field of the language.
FIELDS: dict[str, Callable[[str], Node]] = {
    "photoid": _photo,
    "dir": _directory(below=False),
    "dirall": _directory(below=True),
    "year": _dates(YEAR, "2015"),
    "date": _dates(DAY, "2015, 2015-07 or 2015-07-02"),
    "rating": _rating,
    **{name: _text(column) for name, column in TEXT_FIELDS.items()},
}


class _Parser:
    """Reads a query from left to right, one token ahead."""

    def __init__(self, text: str, patterns: int) -> None:
        self._text = text
        self._words = 0
        self._patterns, self._most_patterns = 0, patterns
        self._token = self._next(0)

    def whole(self) -> Node:
        """The tree of the whole text."""
        if self._token.kind == "end":
            return Everything()
        node = self._any(0)
        if self._token.kind != "end":
            raise self._malformed("This parenthesis was never opened")
        return node

    def _any(self, depth: int) -> Node:
        parts = [self._all(depth)]
        while self._token.sign == "or":
            self._advance()
            parts.append(self._all(depth))
        return any_of(parts)

    def _all(self, depth: int) -> Node:
        parts = [self._term(depth)]
        while self._token.kind != "end" and self._token.sign not in (")", "or"):
            if self._token.sign == "and":
                self._advance()
            parts.append(self._term(depth))
        return all_of(parts)

    def _term(self, depth: int) -> Node:
        while self._token.sign == "+":
            self._advance()
        if depth > NESTING:
            raise self._malformed(f"Parentheses and negations are nested deeper than {NESTING}")
        if self._token.sign in ("not", "-"):
            self._advance()
            return Not(self._term(depth + 1))
        if self._token.sign == "(":
            return self._group(depth + 1)
        node = self._leaf()
        self._advance()
        return node

    def _group(self, depth: int) -> Node:
        opening = self._token
        self._advance()
        node = self._any(depth)
        if self._token.sign != ")":
            raise MalformedQuery(opening.start, "This parenthesis is never closed")
        self._advance()
        return node

    def _leaf(self) -> Node:
        token = self._token
        if token.sign or token.kind == "end":
            raise self._malformed("A word to search for is missing")
        plain = token.kind == "field" and token.field not in TEXT_FIELDS
        self._words += 1 if plain else len(spaced(token.text, "*?").split())
        if self._words > WORDS:
            raise self._malformed(f"A query has at most {WORDS} words")
        self._count_pattern(token, plain)
        if token.kind == "field":
            return self._field()
        if token.kind == "word" and not token.text.strip("*"):
            return Everything()
        if not words(token.text):
            raise self._malformed("There is no letter or digit to search for")
        return Phrase(token.text) if token.kind == "phrase" else Word(token.text)

    def _count_pattern(self, token: "_Token", plain: bool) -> None:
        if plain or token.kind == "phrase" or not token.text.strip("*"):
            return
        self._patterns += is_pattern(token.text)
        if self._patterns > self._most_patterns:
            raise self._malformed(
                f"A query has at most {self._most_patterns} words with * or ? at their beginning, inside, or behind "
                "fewer than three letters"
            )

    def _field(self) -> Node:
        token = self._token
        if token.field not in FIELDS:
            raise self._malformed(f"There is no field {token.field}: in queries; a text with a colon needs quotes")
        if not token.text:
            raise MalformedQuery(token.end, f"Right after {token.field}: must stand what to search for")
        try:
            return FIELDS[token.field](token.text)
        except ValueError as error:
            raise self._malformed(str(error)) from None

    def _advance(self) -> None:
        self._token = self._next(self._token.end)

    def _next(self, position: int) -> "_Token":
        match = TOKEN.match(self._text, position)
        if match is None or (match["field"] and QUOTE.match(self._text, match.end())):
            quote = QUOTE.search(self._text, match.end() if match else position)
            raise MalformedQuery(quote.start() if quote else position, "This quotation mark is never closed")
        kind = match.lastgroup or "end"
        start, end, text = match.start(kind), match.end(), match[kind]
        if kind in ("id", "value"):
            name = "photoid" if kind == "id" else "field"
            return _Token("field", match.start(name), end, QUOTE.sub("", text), field=match[name].lower())
        sign = text.lower() if kind == "sign" or (kind == "word" and text.lower() in OPERATORS) else ""
        return _Token(kind, start - (kind == "phrase"), end, text, sign)

    def _malformed(self, sentence: str) -> MalformedQuery:
        return MalformedQuery(self._token.start, sentence)


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a query: its kind, where it starts and ends, its text; the operator that it is; its field."""

    kind: str
    start: int
    end: int
    text: str
    sign: str = ""
    field: str = ""
