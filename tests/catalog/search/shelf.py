"""A catalogue whose photos need no files, and the same photos as Python sees them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, false, insert, text

from catalog import names, photoid
from catalog.database import writing
from catalog.metadata import Header, Metadata
from catalog.scan import record
from catalog.schema import folders, photos, roots
from catalog.search import words
from catalog.search.tree import And, Created, Directory, Everything, Node, Not, Or, PhotoIs, Phrase, Rated, Word

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ALIASES = {1: "Pictures", 2: "archive", 3: "hidden"}


@dataclass(frozen=True)
class Book:
    """A photo: `number` gives its id, `root` is a key of ALIASES."""

    number: int
    root: int
    path: str
    created: str
    known: Metadata = Metadata()

    @property
    def photoid(self) -> str:
        """As the catalogue chooses it, for no two have the same content."""
        return photoid.encode(self.number.to_bytes(16, "big"))

    @property
    def order(self) -> tuple[str, str, bytes, bytes]:
        """What photos are sorted by."""
        return self.created, ALIASES[self.root], names.order(self.path), self.number.to_bytes(16, "big")


class Shelf:
    """Puts photos into a catalogue, and takes all of them out again."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with engine.connect() as connection, writing(connection):
            rows = [{"id": key, "alias": alias, "active": key != 3} for key, alias in ALIASES.items()]
            connection.execute(insert(roots), rows)

    def put(self, books: Iterable[Book]) -> None:
        """Writes photos down as a scan does: a path that was there before changes."""
        with self.engine.connect() as connection, writing(connection):
            for book in books:
                header = Header(1, 1, 1, 1, "JPEG", book.created, None, book.photoid, book.known)
                record.photo(connection, book.root, book.path, header, gone=false())

    def clear(self) -> None:
        """Nothing is left."""
        with self.engine.connect() as connection, writing(connection):
            connection.execute(delete(photos))
            connection.execute(delete(folders))

    def check(self) -> None:
        """The index of words is true to the texts, and there are texts for the photos."""
        with self.engine.connect() as connection, writing(connection):
            connection.execute(text("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)"))
            odd = "SELECT count(*) FROM photos FULL JOIN texts USING (number) WHERE root_id IS NULL OR name IS NULL"
            assert connection.execute(text(odd)).scalar_one() == 0


def ids(found: bytes) -> list[str]:
    """What `Search.find` gave, as photo ids."""
    return [photoid.encode(found[start : start + 16]) for start in range(0, len(found), 16)]


def expected(books: Iterable[Book], node: Node, filters: Sequence[Node] | None = None) -> list[Book]:
    """What a search finds, found by looking at each photo."""
    there = sorted((book for book in books if book.root != 3), key=lambda book: book.order)
    seen = [book for book in there if filters is None or any(finds(each, book) for each in filters)]
    return [book for book in seen if finds(node, book)]


def finds(node: Node, book: Book) -> bool:
    """Whether a query finds a photo."""
    match node:
        case Everything():
            return True
        case Word(text, field):
            return _reads(_pattern(words.tight(words.spaced(text, "*?"))), book, field)
        case Phrase(text):
            return _reads(re.escape(words.tight(words.spaced(text))), book)
        case Rated(low, high):
            return low <= book.known.rating <= high
        case PhotoIs(wanted):
            return book.photoid == wanted
        case Created(first, last):
            return book.created[: len(first)] >= first and book.created[: len(last)] <= last
        case Directory(path, below):
            parts = [part for part in names.fold(path).split("/") if part]
            here = names.fold(f"@{ALIASES[book.root]}/{book.path}").split("/")[:-1]
            ways = [here[start:] for start in range(1, len(here))] if not parts[0].startswith("@") else [here]
            pattern = _pattern("/".join(parts)) + ("(/.*)?" if below else "")
            return any(re.fullmatch(pattern, "/".join(way), re.DOTALL) for way in ways)
        case And(parts):
            return all(finds(part, book) for part in parts)
        case Or(parts):
            return any(finds(part, book) for part in parts)
        case Not(part):
            return not finds(part, book)


def _pattern(text: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in text)


def _reads(pattern: str, book: Book, field: str | None = None) -> bool:
    """Whether whole words that stand side by side in one of the photo's texts, or in that one, are like that.

    Words end at spaces, and before and behind each character that is one by itself.
    """
    folder, _, name = book.path.rpartition("/")
    known = book.known
    fields = {
        "title": words.spaced(known.title),
        "keywords": " | ".join(filter(None, map(words.spaced, known.keywords))),
        "persons": " | ".join(filter(None, map(words.spaced, known.persons))),
        "camera": words.spaced(f"{known.make} {known.model}"),
    }
    others = (name, folder, known.description, known.lens, known.software)
    texts = [*fields.values(), *map(words.spaced, others), MONTHS[int(book.created[5:7]) - 1]]
    # A text without words has none, not even one that is nothing.
    looked = [text for text in ([fields[field]] if field else texts) if text]
    one = f"[{words.UNSPACED}]"
    begins, ends = f"(?:(?<= )|(?<={one})|(?={one}))", f"(?:(?= )|(?={one})|(?<={one}))"
    return any(re.search(f"{begins}{pattern}{ends}", f" {words.tight(text)} ", re.DOTALL) for text in looked)
