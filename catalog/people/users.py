"""Users: who they are, how they prove it, to which groups they belong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from catalog import schema
from catalog.database import writing
from catalog.errors import Conflict, MalformedName, Missing
from catalog.people.audit import Author, note
from catalog.people.groups import EVERYONE, check_name, require_groups
from catalog.people.passwords import hashed, matches
from catalog.people.renaming import refer
from config import Settings
from config.addresses import is_loopback

GUEST = "guest"
LONGEST_PASSWORD = 200  # bytes in UTF-8; RSA of 2048 bits takes 245, and a longer one could never be sent


@dataclass(frozen=True, slots=True)
class User:
    """A user; `open` says that the password is the uid, so that anyone may come as this user."""

    uid: str
    admin: bool
    open: bool
    groups: tuple[str, ...]
    created: str


class Users:
    """Adds users, changes them, asks after them. `author` is who does so, for the audit log; None: who runs this."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        uid: str,
        password: str,
        groups: Sequence[str] = (EVERYONE,),
        *,
        admin: bool = False,
        author: Author | None = None,
    ) -> None:
        """Adds a user.

        Raises:
            MalformedName: the uid or the password can't be one.
            Conflict: there is a user of that uid.
            Missing: there is no such group.
        """
        check_name("uid", uid)
        row = {"uid": uid, "admin": admin, "created": f"{datetime.now(UTC):%FT%TZ}"} | _secret(uid, password)
        with self._engine.connect() as connection, writing(connection):
            if connection.execute(select(schema.users.c.uid).where(schema.users.c.uid == uid)).first():
                raise Conflict(f"There is a user {uid!r} already.")
            connection.execute(insert(schema.users), row)
            _join(connection, uid, groups)
            note(connection, author, "user add", uid, _described(groups, admin))

    def set_password(self, uid: str, password: str, *, keep: str = "", author: Author | None = None) -> None:
        """Gives a user another password; every session of the user ends, but the one whose apisid is `keep`. App
        passwords stay.

        Raises:
            MalformedName, Missing: the password can't be one; there is no such user.
        """
        sessions = schema.sessions.c
        with self._engine.connect() as connection, writing(connection):
            _found(connection.execute(update(schema.users).where(_is(uid)).values(_secret(uid, password))), uid)
            connection.execute(delete(schema.sessions).where(sessions.uid == uid, sessions.apisid != keep))
            note(connection, author, "user passwd", uid)

    def set_groups(self, uid: str, groups: Sequence[str], *, admin: bool, author: Author | None = None) -> None:
        """Puts a user into these groups alone.

        Raises:
            Missing: there is no such user or group.
        """
        with self._engine.connect() as connection, writing(connection):
            _found(connection.execute(update(schema.users).where(_is(uid)).values(admin=admin)), uid)
            connection.execute(delete(schema.memberships).where(schema.memberships.c.uid == uid))
            _join(connection, uid, groups)
            note(connection, author, "user set", uid, _described(groups, admin))

    def rename(self, uid: str, new: str, *, author: Author | None = None) -> None:
        """Gives a user another uid; what belongs to the user goes along, sessions too. Who could be anyone's, as the
        password was the uid, no longer is.

        Raises:
            MalformedName: the new uid can't be one, or is the user's password.
            Missing: there is no such user.
            Conflict: there is a user of the new uid.
        """
        check_name("uid", new)
        if self.proof(uid, new) is not None:
            raise MalformedName("The password of this user is that very name: give the user another one first.")
        sessions = schema.sessions.c
        with self._engine.connect() as connection, writing(connection):
            row = connection.execute(select(schema.users).where(_is(uid))).mappings().one_or_none()
            if row is None:
                raise _no_user(uid)
            if connection.execute(select(schema.users.c.uid).where(_is(new))).first():
                raise Conflict(f"There is a user {new!r} already.")
            connection.execute(delete(schema.sessions).where(sessions.uid == uid, sessions.implicit))
            connection.execute(insert(schema.users), {**row, "uid": new, "open": False})
            refer(connection, schema.users.c.uid, uid, new)
            connection.execute(delete(schema.users).where(_is(uid)))
            note(connection, author, "user rename", new, f"was {uid}")

    def remove(self, uid: str, author: Author | None = None) -> None:
        """Removes a user, with sessions, views, app passwords and shared galleries.

        Raises:
            Missing: there is no such user.
        """
        with self._engine.connect() as connection, writing(connection):
            _found(connection.execute(delete(schema.users).where(_is(uid))), uid)
            note(connection, author, "user remove", uid)

    def everyone(self) -> list[User]:
        """Every user, by uid."""
        users, memberships = schema.users.c, schema.memberships.c
        with self._engine.connect() as connection, connection.begin():
            groups: dict[str, list[str]] = {}
            for uid, group in connection.execute(select(memberships.uid, memberships.group_name)):
                groups.setdefault(uid, []).append(group)
            rows = connection.execute(select(users.uid, users.admin, users.open, users.created).order_by(users.uid))
            return [User(uid, admin, is_open, tuple(groups.get(uid, ())), at) for uid, admin, is_open, at in rows]

    def proof(self, uid: str, password: str) -> str | None:
        """The hash that the password was found to match, for `Sessions.authorize`; None where it is wrong.

        Takes as long (50 ms) whatever the answer is, also where there is no such user.

        Raises:
            TryLater: too many passwords are looked at already.
        """
        with self._engine.connect() as connection:
            kept = connection.execute(select(schema.users.c.password_hash).where(_is(uid))).scalar_one_or_none()
        return kept if matches(kept, password) else None


def default_uid(settings: Settings) -> str | None:
    """Whose rights a caller has who names no session, if there is such a user, and open: `webapi.default.uid`'s.

    Where that is unset and only this machine can call, the `guest` of a first start.
    """
    return settings.webapi_default_uid or (GUEST if is_loopback(settings.server_host) else None)


def _is(uid: str) -> ColumnElement[bool]:
    return schema.users.c.uid == uid


def _secret(uid: str, password: str) -> dict[str, object]:
    if not 1 <= len(password.encode("utf-8", "surrogatepass")) <= LONGEST_PASSWORD:
        raise MalformedName(f"A password takes 1 to {LONGEST_PASSWORD} bytes.")
    return {"password_hash": hashed(password), "open": password == uid}


def _join(connection: Connection, uid: str, groups: Sequence[str]) -> None:
    require_groups(connection, groups)
    if groups:
        rows = [{"uid": uid, "group_name": group} for group in dict.fromkeys(groups)]
        connection.execute(insert(schema.memberships), rows)


def require_user(connection: Connection, uid: str) -> None:
    """Raises Missing where there is no such user."""
    if connection.execute(select(schema.users.c.uid).where(_is(uid))).first() is None:
        raise _no_user(uid)


def _found(result: CursorResult[Any], uid: str) -> None:
    if not result.rowcount:
        raise _no_user(uid)


def _no_user(uid: str) -> Missing:
    return Missing(f"There is no user {uid[:80]!r}.")


def _described(groups: Sequence[str], admin: bool) -> str:
    return ", ".join(["an administrator"] * admin + [f"in {group}" for group in groups]) or "in no group"
