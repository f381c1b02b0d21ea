"""Groups: what their members may do, and what they may see."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from catalog import schema
from catalog.database import writing
from catalog.errors import Conflict, MalformedName, Missing
from catalog.people.audit import Author, note
from catalog.people.renaming import refer
from catalog.search import query

EVERYONE = "users"
"""The group of those who are added without one. It is there from the start: search, see metadata, download."""

LONGEST_NAME = 64  # characters, of a uid as well
NAME = re.compile(rf"[^\s/&?#=\x00-\x1f\x7f]{{1,{LONGEST_NAME}}}")
PERMISSION = re.compile(r"pap:(admin|access|feature)(:[a-z]+)+")


@dataclass(frozen=True, slots=True)
class Group:
    """A group: what its members may do, and the queries of which they see what any finds (none: they see all)."""

    name: str
    permissions: tuple[str, ...]
    filters: tuple[str, ...]


class Groups:
    """Adds groups, changes them, asks after them. `author` is who does so, for the audit log; None: who runs this."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, group: Group, author: Author | None = None) -> None:
        """Adds a group.

        Raises:
            MalformedName, MalformedQuery: its name, a permission or a filter can't be one.
            Conflict: there is one of that name.
        """
        _check_group(group)
        try:
            with self._engine.connect() as connection, writing(connection):
                connection.execute(insert(schema.groups), {"name": group.name})
                _fill(connection, group)
                note(connection, author, "group add", group.name, _described(group))
        except IntegrityError:
            raise Conflict(f"There is a group {group.name!r} already.") from None

    def replace(self, group: Group, author: Author | None = None) -> None:
        """Gives the group of that name these permissions and filters in the place of those it had.

        Raises:
            MalformedName, MalformedQuery: a permission or a filter can't be one.
            Missing: there is no such group.
        """
        _check_group(group)
        with self._engine.connect() as connection, writing(connection):
            require_groups(connection, [group.name])
            for table in (schema.permissions, schema.filters):
                connection.execute(delete(table).where(table.c.group_name == group.name))
            _fill(connection, group)
            note(connection, author, "group set", group.name, _described(group))

    def rename(self, name: str, new: str, author: Author | None = None) -> None:
        """Gives a group another name; its members stay in it.

        Raises:
            MalformedName: the new name can't be one.
            Missing: there is no such group.
            Conflict: there is a group of the new name.
        """
        check_name("group", new)
        try:
            with self._engine.connect() as connection, writing(connection):
                require_groups(connection, [name])
                connection.execute(insert(schema.groups), {"name": new})
                refer(connection, schema.groups.c.name, name, new)
                connection.execute(delete(schema.groups).where(schema.groups.c.name == name))
                note(connection, author, "group rename", new, f"was {name}")
        except IntegrityError:
            raise Conflict(f"There is a group {new!r} already.") from None

    def remove(self, name: str, author: Author | None = None) -> None:
        """Removes a group; its members stay, without it.

        Raises:
            Missing: there is no such group.
        """
        with self._engine.connect() as connection, writing(connection):
            require_groups(connection, [name])
            connection.execute(delete(schema.groups).where(schema.groups.c.name == name))
            note(connection, author, "group remove", name)

    def everyone(self) -> list[Group]:
        """Every group, by name."""
        permissions, filters = schema.permissions.c, schema.filters.c
        with self._engine.connect() as connection, connection.begin():
            names = connection.execute(select(schema.groups.c.name).order_by(schema.groups.c.name)).scalars().all()
            granted = connection.execute(select(permissions.group_name, permissions.permission)).all()
            narrowed = connection.execute(select(filters.group_name, filters.query)).all()
        return [
            Group(name, tuple(p for group, p in granted if group == name), tuple(q for g, q in narrowed if g == name))
            for name in names
        ]


def check_name(what: str, name: str) -> None:
    """Raises MalformedName where a uid or a group's name can't be."""
    if not NAME.fullmatch(name) or not name.isprintable():
        shape = f"it has 1 to {LONGEST_NAME} characters, no space, none of /&?#="
        raise MalformedName(f"The {what} {name[:80]!r} can't be: {shape}.")


def require_groups(connection: Connection, names: Iterable[str]) -> None:
    """Raises Missing where there is no such group."""
    there = connection.execute(select(schema.groups.c.name).order_by(schema.groups.c.name)).scalars().all()
    for name in names:
        if name not in there:
            raise Missing(f"There is no group {name[:80]!r}; there are: {', '.join(there) or 'none'}.")


def _described(group: Group) -> str:
    may = ", ".join(group.permissions) or "nothing but view"
    return f"may {may}; sees {' or '.join(f'[{query}]' for query in group.filters) or 'everything'}"


def _check_group(group: Group) -> None:
    check_name("group", group.name)
    for permission in group.permissions:
        if not PERMISSION.fullmatch(permission):
            raise MalformedName(f"{permission[:80]!r} is no permission: they are written like pap:access:metadata.")
    for text in group.filters:
        query.parse(text)


def _fill(connection: Connection, group: Group) -> None:
    for table, column, values in (
        (schema.permissions, "permission", group.permissions),
        (schema.filters, "query", group.filters),
    ):
        if values:
            rows = [{"group_name": group.name, column: value} for value in dict.fromkeys(values)]
            connection.execute(insert(table), rows)
