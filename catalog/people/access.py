"""Who may see and do what: the rights of a user, from the groups that the user belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Engine, select

from catalog import schema
from catalog.errors import Forbidden, Missing, PhotoMissing
from catalog.generations import Generations, Memo
from catalog.people.groups import LONGEST_NAME
from catalog.search import query
from catalog.search.sql import Search
from catalog.search.tree import Node

METADATA = "pap:access:metadata"
DOWNLOADS = "pap:access:downloads"
SHARE = "pap:access:share"
SEARCH = "pap:feature:search"
ASKED_FOR = (DOWNLOADS, METADATA, SHARE, SEARCH)
"""The permissions that something here asks for; the vendor has more, and a group may hold them."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a user may do. `filters` are queries, of which the user sees what any of them finds; None: everything."""

    uid: str
    permissions: frozenset[str] = frozenset()
    filters: tuple[str, ...] | None = None
    admin: bool = False

    def may(self, permission: str) -> bool:
        """Whether the user has a permission."""
        return self.admin or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises Forbidden where the user lacks the permission."""
        if not self.may(permission):
            raise Forbidden(f"The permission {permission} is missing.")

    def require_admin(self, what: str) -> None:
        """Raises Forbidden where the user is no admin; `what` begins the sentence: what is for admins alone."""
        if not self.admin:
            raise Forbidden(f"{what} for admins.")


NOBODY = Rights("", filters=())
"""A caller who has not signed in: may nothing and sees nothing."""

OPERATOR = Rights("", frozenset({METADATA}))
"""Whoever shares on the command line, on behalf of no user."""


class Access:
    """The rights of users, and whether they see a photo; from memory, until something changes."""

    def __init__(self, engine: Engine, generations: Generations) -> None:
        self._engine = engine
        self._search = Search(engine)
        self.rights = Memo(lambda: generations.access, self._rights)
        """The rights of the user of a uid. Raises Missing."""
        self._open = Memo(lambda: generations.access, self._is_open)
        self._sees = Memo(lambda: generations.photos, self._inside)

    def is_open(self, uid: str) -> bool:
        """Whether there is a user of that uid whose password equals it."""
        # Callers send what they like as a uid: what can't be one is not remembered, however much of it they send.
        return len(uid) <= LONGEST_NAME and self._open(uid)

    def owner(self, uid: str) -> Rights:
        """The rights of the user on whose behalf a gallery is shared. Raises Missing."""
        return self.rights(uid) if uid else OPERATOR

    def require_sight(self, rights: Rights, photoid: str) -> None:
        """To be asked before the photo is looked up: what is out of sight takes what it takes where nothing is.

        Raises:
            MalformedPhotoid: it can't be an id.
            PhotoMissing: it is outside what the user may see, or not there.
        """
        if not self.sees(rights, photoid):
            raise PhotoMissing(f"no photo {photoid} for {rights.uid}")

    def sees(self, rights: Rights, photoid: str) -> bool:
        """Whether the photo is among those that the user may see; true of any for who sees everything."""
        return rights.filters is None or self._sees((photoid, rights.filters)) is not None

    def seen(self, rights: Rights, photoids: Sequence[str]) -> Sequence[str]:
        """Those of the photos that are among those that the user may see; some may be gone."""
        if rights.filters is None:
            return photoids
        return self._search.seen(photoids, parsed(rights.filters))

    def _rights(self, uid: str) -> Rights:
        users, memberships = schema.users.c, schema.memberships.c
        permissions, filters = schema.permissions.c, schema.filters.c
        mine = select(memberships.group_name).where(memberships.uid == uid)
        with self._engine.connect() as connection:
            admin = connection.execute(select(users.admin).where(users.uid == uid)).scalar_one_or_none()
            if admin is None:
                raise Missing("There is no such user.")
            groups = set(connection.execute(mine).scalars())
            granted = connection.execute(select(permissions.permission).where(permissions.group_name.in_(mine)))
            held = frozenset(granted.scalars())
            narrowed = connection.execute(
                select(filters.group_name, filters.query).where(filters.group_name.in_(mine)).order_by(filters.query)
            ).all()
        everything = admin or groups - {group for group, _ in narrowed}
        return Rights(uid, held, None if everything else tuple(dict.fromkeys(text for _, text in narrowed)), admin)

    def _is_open(self, uid: str) -> bool:
        with self._engine.connect() as connection:
            return bool(connection.execute(select(schema.users.c.open).where(schema.users.c.uid == uid)).scalar())

    def _inside(self, key: tuple[str, tuple[str, ...]]) -> bool | None:
        """None, which is not remembered, for what is out of sight: nor is it of what is not there."""
        photoid, filters = key
        return self._search.sees(photoid, parsed(filters)) or None


@lru_cache(256)
def parsed(filters: tuple[str, ...] | None) -> tuple[Node, ...] | None:
    """The filters of `Rights`, as a search wants them."""
    return None if filters is None else tuple(query.parse(text) for text in filters)
