"""What a query says, as a tree. `catalog.search.query` makes it of a text, `catalog.search.sql` finds photos by it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

WILDCARD = re.compile("[*?]")
SHORTEST = 3  # letters of a beginning that stands for few words

TextField = Literal["title", "persons", "keywords", "camera"]
"""A column of `texts` that can be searched alone."""


@dataclass(frozen=True, slots=True)
class Everything:
    """Every photo."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was written: `*` stands for any number of characters, `?` for one.

    Where it has several words in it (`IMG_1234`), they stand side by side in one of the photo's texts; with a `field`,
    in that text alone.
    """

    text: str
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand side by side, as they are: no character stands for others."""

    text: str


@dataclass(frozen=True, slots=True)
class PhotoIs:
    """The photo of that id (in its canonical form)."""

    photoid: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Photos directly in a directory, or also below it, with the wildcards of a word.

    `path` is its name, or the last names of the way to it; from a root's alias where it begins with `@`.
    """

    path: str
    below: bool


@dataclass(frozen=True, slots=True)
class Created:
    """Photos created from the beginning of `first` to the end of `last`.

    Each is a year, a month or a day, `2015-07-02`; where one is empty, that side is open.
    """

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Rated:
    """Photos with as many stars, from `first` to `last`: 1 to 5, or 0 for those without a rating."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class And:
    """What every part finds: two parts or more, none of them an And."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What any part finds: two parts or more, none of them an Or."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What the part does not find."""

    part: "Node"


Node = Everything | Word | Phrase | PhotoIs | Directory | Created | Rated | And | Or | Not

NOTHING = Not(Everything())


def all_of(parts: Iterable[Node]) -> Node:
    """One node for what every part finds, as flat as it can be; without any part, everything."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, And) else (part,))]
    return And(tuple(flat)) if len(flat) > 1 else flat[0] if flat else Everything()


def any_of(parts: Iterable[Node]) -> Node:
    """One node for what any part finds, as flat as it can be; there is one part at least."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def without_metadata(node: Node) -> Node:
    """What is left of a query for whoever may not know what photos say of themselves: names, folders and dates too.

    Ids are found, and everything; all else finds nothing, so that what is found, or not, tells nothing.
    """
    match node:
        case Everything() | PhotoIs():
            return node
        case Not(part):
            return Not(without_metadata(part))
        case And(parts):
            return all_of(map(without_metadata, parts))
        case Or(parts):
            return any_of(map(without_metadata, parts))
        case _:
            return NOTHING


def has_patterns(node: Node) -> bool:
    """Whether there are patterns in it, for which texts may have to be looked through."""
    match node:
        case Word(text):
            return is_pattern(text)
        case Not(part):
            return has_patterns(part)
        case And(parts) | Or(parts):
            return any(map(has_patterns, parts))
        case _:
            return False


def is_pattern(text: str) -> bool:
    """Whether a word has a wildcard for which texts are looked through, or which stands for very many words: at its
    beginning, inside, or behind fewer than three letters. `beach*` the index of words has an answer to.
    """
    begins = WILDCARD.split(text, 1)[0]
    return len(begins) < len(text) and (len(begins) < SHORTEST or begins != text.rstrip("*"))
