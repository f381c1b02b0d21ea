"""Finds photos: the tree of a query becomes one statement over the catalogue. What a user wrote is only ever bound."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    LargeBinary,
    String,
    and_,
    bindparam,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    true,
    type_coerce,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.functions import FunctionElement

from catalog.database import Limit, limited, look_up
from catalog.names import fold
from catalog.photoid import decode, parse_photoid
from catalog.schema import folders, photos, roots, texts
from catalog.search import words
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
)

Sort = Literal["date", "-date", "name", "rating", "random", "id"]

_by_date = (photos.c.created, photos.c.alias, photos.c.path_key, photos.c.photoid)
SORTS: dict[Sort, Sequence[ColumnElement[Any]]] = {
    "date": _by_date,
    "-date": tuple(each.desc() for each in _by_date),
    "name": (photos.c.name_key, photos.c.alias, photos.c.path_key, photos.c.photoid),
    "rating": (photos.c.rating.desc(), *_by_date),
    "random": (func.random(),),
    "id": (photos.c.photoid,),
}

FEW = 500  # photos that are looked at one by one
BATCH = 500  # of one question about photos that are named
WILDCARD = re.compile(r"[*?]")
LATE = "~"  # comes after whatever a date goes on with

TEXTS = tuple(name for name in texts.c.keys() if name not in ("number", "unspaced"))  # noqa: SIM118 - of columns
JOINED = {name: literal_column(f"replace(texts.{name}, char({ord(words.JOINT)}), '')", String) for name in TEXTS}
"""Texts as people see them, so that a `?` is one character."""
BOUND = f"[ {words.UNSPACED}]"  # in a pattern: where a word may begin behind, or end before

_index = table("words", column("rowid"), column("words"))
_active = photos.c.alias.in_(select(roots.c.alias).where(roots.c.active))

Among = Callable[..., ColumnElement[bool]]
"""Of a column of `photos`: it is one of those that another column has where some conditions hold."""


class Search:
    """Asks the catalogue for photos; those of roots that the settings no longer name are never found.

    `filters` say what the caller may see: None, everything; otherwise what any of them finds, so with none, nothing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(
        self,
        node: Node,
        filters: Sequence[Node] | None = None,
        sort: Sort = "date",
        limit: Limit | None = None,
    ) -> bytes:
        """The ids of the photos that a query finds, in order: 16 bytes each, one behind the other.

        `date` is by creation date, then root alias, then path in the order in which people count; `-date` the other
        way round; `name` by the file's name in that order, then alias and path; `rating` from five stars to none, then
        as `date`; `random` another order each time; `id` by photo id, which says nothing of the photos.

        Raises:
            Exception: what the limit says, where it was over before the photos were found.
        """
        with self._engine.connect() as connection, limited(connection, limit):
            few, rest = _split(connection, node)
            among = _of_one if few else _among
            found = select(type_coerce(photos.c.photoid, LargeBinary).label("photoid"))
            # Where no root is out of sight, as in most catalogues, no photo need be asked for its own.
            if connection.execute(select(roots.c.id).where(~roots.c.active).limit(1)).first():
                found = found.where(_active)
            found = found.where(condition(all_of(few), _among), condition(all_of(rest), among))
            ordered = found.where(_allowed(filters, among)).order_by(*SORTS[sort]).subquery()
            # SQLite joins them, as making Python objects of a million rows takes longer than finding them. It keeps
            # the order of a subquery for this function.
            joined = select(cast(func.group_concat(ordered.c.photoid, ""), LargeBinary))
            return connection.execute(joined).scalar_one() or b""

    def sees(self, photoid: str, filters: Sequence[Node] | None = None) -> bool:
        """Whether that photo is there, and a caller with these filters may see it.

        Raises:
            MalformedPhotoid: it can't be an id.
        """
        statement, values = _look(None if filters is None else tuple(filters))
        wanted = decode(parse_photoid(photoid))
        row = look_up(self._engine, statement, *(wanted if value is ... else value for value in values))
        return row is not None and bool(row[0])

    def seen(self, photoids: Sequence[str], filters: Sequence[Node] | None = None) -> list[str]:
        """Those of the photos, by their ids, that are there, and that a caller with these filters may see."""
        found: list[str] = []
        with self._engine.connect() as connection:
            for start in range(0, len(photoids), BATCH):
                some = photos.c.photoid.in_(photoids[start : start + BATCH])
                query = select(photos.c.photoid).where(some, _active, _allowed(filters, _of_one))
                found += connection.execute(query).scalars()
        return found


@lru_cache(256)
def _look(filters: tuple[Node, ...] | None) -> tuple[str, tuple[object, ...]]:
    """Asks whether a photo is there for these filters, in the driver's own words: a statement, and its values in order,
    `...` for the id's bytes. Kept, as to make a statement takes longer than to ask it.

    Where it is not there, the filters are asked of another photo: nobody can tell by the time whether it is.
    """
    wanted = photos.c.photoid == bindparam("photoid")
    number = select(photos.c.number).where(wanted).scalar_subquery()
    some = func.coalesce(number, select(func.min(photos.c.number)).scalar_subquery())
    dialect = sqlite.dialect()
    made = select(wanted).where(photos.c.number == some, _active, _allowed(filters, _of_one)).compile(dialect=dialect)
    assert isinstance(made, SQLCompiler)  # noqa: S101 - what a select becomes
    given = made.params  # put together anew each time that it is asked for
    values = ((made.binds[name], given[name]) for name in made.positiontup or ())
    return str(made), tuple(_for_driver(parameter, value, dialect) for parameter, value in values)


def _for_driver(parameter: BindParameter[Any], value: object, dialect: Dialect) -> object:
    """What the driver is given for a parameter of a statement."""
    if parameter.key == "photoid":
        return ...
    process = parameter.type.bind_processor(dialect)
    return process(value) if process is not None else value


def _split(connection: Connection, node: Node) -> tuple[Sequence[Node], Sequence[Node]]:
    """The parts of a tree that find few photos by themselves, if there are such, and the others."""
    parts = node.parts if isinstance(node, And) else (node,)
    fields = [(part,) for part in parts if isinstance(part, PhotoIs | Directory | Created | Rated)]
    # All words together find fewer than each.
    wordy = tuple(part for part in parts if _expression(part) is not None)
    for some in (wordy, *fields):
        if some and _few(connection, all_of(some)):
            return some, [part for part in parts if part not in some]
    return (), parts


def _few(connection: Connection, node: Node) -> bool:
    """Whether a tree finds no more than FEW; found out without finding all."""
    expression = _expression(node)
    if expression is None:
        found = select(photos.c.number).where(condition(node, _among))
    else:
        found = select(_index.c.rowid).where(_index.c.words.bool_op("MATCH")(expression))
    return connection.execute(found.limit(1).offset(FEW)).first() is None


def condition(node: Node, among: Among) -> ColumnElement[bool]:
    """What a tree says of a row of `photos`."""
    match node:
        case Everything():
            return true()
        case PhotoIs(photoid):
            return photos.c.photoid == photoid
        case Created(first, last):
            return and_(photos.c.created >= first, photos.c.created <= (last or LATE) + LATE)
        case Rated(low, high):
            return photos.c.rating.between(low, high)
        case Directory():
            return among(photos.c.folder_id, folders.c.id, folders.c.name.bool_op("GLOB")(_folder_pattern(node)))
        case Not(part):
            return not_(condition(part, among))
        case And(parts):
            return and_(*_conditions(parts, " AND ", among))
        case Or(parts):
            return or_(*_conditions(parts, " OR ", among))
        case Word() | Phrase():
            expression = _expression(node)
            if expression is not None:
                return _matches(photos.c.number, expression, among)
            return _like(node, among) if isinstance(node, Word) else false()


def _conditions(parts: Sequence[Node], operator: str, among: Among) -> list[ColumnElement[bool]]:
    """A condition for each part, but one for all that the index of words can answer together."""
    expressions = {part: _expression(part) for part in parts}
    together = [each for each in expressions.values() if each is not None]
    apart = [condition(part, among) for part, expression in expressions.items() if expression is None]
    return [_matches(photos.c.number, operator.join(together), among), *apart] if together else apart


def _expression(node: Node) -> str | None:
    """A tree of words in the language of FTS5, made of quoted words alone; None where it can't say that.

    Source: sqlite.org/fts5.html, "Full-text Query Syntax".
    """
    match node:
        case Phrase(text):
            return f'"{words.spaced(text)}"'
        case Word(text, field):
            pattern = _shortened(words.spaced(text, "*?"))
            begins = pattern.rstrip("*")
            if WILDCARD.search(begins) or begins.endswith(" "):
                return None
            return _in_field(field, begins, prefix=begins != pattern)
        case And(parts) | Or(parts):
            inner = [_expression(part) for part in parts]
            operator = " AND " if isinstance(node, And) else " OR "
            return None if None in inner else f"({operator.join(filter(None, inner))})"
    return None


def _matches(number: ColumnElement[Any], expression: str, among: Among) -> ColumnElement[bool]:
    return among(number, _index.c.rowid, _index.c.words.bool_op("MATCH")(expression))


def _in_field(field: TextField | None, some: str, prefix: bool) -> str:
    """Words side by side, the last one the beginning of a word where `prefix` is true."""
    return f'{f"{field} : " if field else ""}"{some}"{" *" if prefix else ""}'


def _like(word: Word, among: Among) -> ColumnElement[bool]:
    """A word with wildcards that the index has no answer to: texts are looked through.

    Those alone that begin as it does, where it does not begin with a wildcard.
    """
    pattern = words.spaced(word.text, "*?")
    names = (word.field,) if word.field else TEXTS
    tight = AnyGlob((JOINED[name] for name in names), _tight(pattern))
    plain = AnyGlob((texts.c[name] for name in names), (f"* {pattern} *",))
    # Not in and and or: what is nested is soon deeper than SQLite takes.
    like = case((texts.c.unspaced, tight), else_=false() if words.has_unspaced(pattern) else plain)
    begins = WILDCARD.split(pattern)[0]
    if not begins:
        return among(photos.c.number, texts.c.number, like)
    cut = _shortened(f"{begins}*")
    expression = _in_field(word.field, cut.rstrip("*"), prefix=cut.endswith("*") and not begins.endswith(" "))
    return among(photos.c.number, texts.c.number, like, _matches(texts.c.number, expression, among))


class AnyGlob(FunctionElement[bool]):
    """Whether any of some texts is of any of some patterns of SQLite's GLOB.

    One element for all of them, as a query of 250 words has ten thousand pairs: SQLAlchemy would take longer over those
    than SQLite over the photos.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, some: Iterable[ColumnElement[Any]], patterns: Iterable[str]) -> None:
        super().__init__(*some, *(bindparam(None, pattern, String, unique=True) for pattern in patterns))


@compiles(AnyGlob)
def _of_any_glob(element: AnyGlob, compiler: SQLCompiler, **how: Any) -> str:
    some = [compiler.process(each, **how) for each in element.clauses if not isinstance(each, BindParameter)]
    patterns = [compiler.process(each, **how) for each in element.clauses if isinstance(each, BindParameter)]
    return f"({' OR '.join(f'{text} GLOB {pattern}' for text in some for pattern in patterns)})"


def _shortened(pattern: str) -> str:
    """A pattern without a `*` at its ends beside a character that is a word by itself: there anything may stand."""
    begins, ends = pattern.lstrip(f"*{words.JOINT}"), pattern.rstrip(f"*{words.JOINT}")
    start = len(pattern) - len(begins) if words.has_unspaced(begins[:1]) else 0
    return pattern[start : len(ends) if words.has_unspaced(ends[-1:]) else None]


def _tight(pattern: str) -> Sequence[str]:
    """The patterns of GLOB for texts without JOINTs, of which any will do.

    Words begin and end at spaces, and at characters that are words by themselves; `?` may stand for one of those.
    """
    one = words.tight(pattern)
    inner = one.removeprefix("?").removesuffix("?")
    starts, ends = _bounds(one), _bounds(one[::-1])
    return [f"*{outside}{inside}{inner}{last}{behind}*" for outside, inside in starts for behind, last in ends]


def _bounds(pattern: str) -> Sequence[tuple[str, str]]:
    """What may stand outside of a pattern's first character; and what the pattern begins with, where that is a `?`, or
    a `*` for a word of its own. (Of its last one, for a pattern from behind.)
    """
    edge = pattern[0]
    if edge == "?":
        return (BOUND, "[^ ]"), ("", f"[{words.UNSPACED}]")
    if edge == "*":
        return (("", "?" if pattern.lstrip("*")[:1] in ("", " ") else ""),)
    return (("", "") if words.has_unspaced(edge) else (BOUND, ""),)


def _folder_pattern(node: Directory) -> str:
    """The pattern of SQLite's GLOB for the folders that are meant; `[` means itself."""
    path = "/".join(name for name in fold(node.path).replace("[", "[[]").split("/") if name)
    return f"{'' if path.startswith('@') else '*/'}{path}/{'*' if node.below else ''}"


def _allowed(filters: Sequence[Node] | None, among: Among) -> ColumnElement[bool]:
    if filters is None:
        return true()
    # Each in parentheses of its own: all their words in one chain could be deeper than SQLite takes.
    return or_(false(), *(Grouping(condition(each, among)) for each in dict.fromkeys(filters)))


def _among(one: ColumnElement[Any], of: ColumnElement[Any], *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """For a search: found once, for all photos."""
    return one.in_(select(of).where(*where))


def _of_one(one: ColumnElement[Any], of: ColumnElement[Any], *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """For a single photo: looked up for that one."""
    return exists().where(of == one, *where)
