"""Identities: as whom an OpenID Connect provider, or the proxy in front, knows the users there are here.

A user is found by who vouches and by what that calls them for good, never by a name alone: somebody who calls
themselves as a user here is called would be let in as that user.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from catalog import schema
from catalog.database import writing
from catalog.errors import Conflict, Forbidden, MalformedName, Missing
from catalog.people.groups import EVERYONE, check_name

BY_PROXY = "proxy"
"""The issuer of whom the proxy vouches for. No provider's is so: those are URLs."""

LONGEST_SUBJECT = 255  # characters, as OpenID Connect Core 1.0, 2, has it
NO_PASSWORD = ""  # in the place of a hash: no password matches it


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom somebody vouches for: `subject` is one for good for that issuer, `name` is what a new user is called."""

    issuer: str
    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What who vouches says of somebody's rights: Darkroom's groups, some of which may not be there, and whether it is
    an admin. What is None is not told from outside, and stays as it is.
    """

    groups: tuple[str, ...] | None = None
    admin: bool | None = None


class NotLinked(Forbidden):
    """Who vouches knows this person, and no user here is linked to them, nor is one made."""


class NameTaken(Forbidden):
    """There is a user of that name already, who may be somebody else."""


class Identities:
    """Finds the users of identities. With `make`, whoever is vouched for becomes a user."""

    def __init__(self, engine: Engine, *, make: bool) -> None:
        self._engine = engine
        self._make = make

    def admit(self, identity: Identity, standing: Standing) -> str:
        """The uid of the user of an identity, who is in the groups that `standing` says from now on.

        Raises:
            NotLinked: there is no such user, and none is made.
            NameTaken: one can't be made under that name, which another user has.
            MalformedName: the name can't be a uid.
        """
        with self._engine.connect() as connection:
            uid = _uid(connection, identity)
            if uid is not None and not _differs(connection, uid, standing):
                return uid  # as most often: nobody waits for the lock of who writes
        if uid is None and not self._make:
            raise NotLinked(f"There is no user here for {identity.name[:80]!r}: whoever runs this server can add one.")
        with self._engine.connect() as connection, writing(connection):
            uid = _uid(connection, identity)
            if uid is None:
                return _made(connection, identity, standing)
            _follow(connection, uid, standing)
            return uid

    def link(self, uid: str, issuer: str, subject: str) -> None:
        """From now on the user is who the issuer calls so; an older link of that user to the issuer ends.

        Raises:
            Missing: there is no such user.
            MalformedName: it can't be a subject.
            Conflict: another user is linked to it.
        """
        if not is_subject(subject):
            raise MalformedName(f"The subject {subject[:80]!r} can't be: it has 1 to {LONGEST_SUBJECT} characters.")
        mine = schema.identities.c
        with self._engine.connect() as connection, writing(connection):
            if connection.execute(select(schema.users.c.uid).where(schema.users.c.uid == uid)).first() is None:
                raise Missing(f"There is no user {uid[:80]!r}.")
            other = _uid(connection, Identity(issuer, subject, subject))
            if other not in (None, uid):
                raise Conflict(f"{subject[:80]!r} is linked to the user {other!r} already.")
            connection.execute(delete(schema.identities).where(mine.uid == uid, mine.issuer == issuer))
            _linked(connection, uid, issuer, subject)

    def unlink(self, uid: str) -> None:
        """Ends every link of a user, and the sessions that came of them.

        Raises:
            Missing: the user is linked to nobody.
        """
        with self._engine.connect() as connection, writing(connection):
            if not connection.execute(delete(schema.identities).where(schema.identities.c.uid == uid)).rowcount:
                raise Missing(f"The user {uid[:80]!r} is linked to nobody.")
            came = select(schema.sign_ins.c.apisid)
            sessions = schema.sessions.c
            connection.execute(delete(schema.sessions).where(sessions.uid == uid, sessions.apisid.in_(came)))


def is_subject(text: object) -> bool:
    """Whether something can be what an issuer calls somebody. Pure."""
    return isinstance(text, str) and 1 <= len(text) <= LONGEST_SUBJECT and text.isprintable() and text == text.strip()


def _uid(connection: Connection, identity: Identity) -> str | None:
    found = schema.identities.c
    asked = select(found.uid).where(found.issuer == identity.issuer, found.subject == identity.subject)
    return connection.execute(asked).scalar_one_or_none()


def _made(connection: Connection, identity: Identity, standing: Standing) -> str:
    """A new user of that name, without a password; in the group of everyone, where no groups are told."""
    uid = identity.name
    check_name("uid", uid)
    if connection.execute(select(schema.users.c.uid).where(schema.users.c.uid == uid)).first():
        raise NameTaken(
            f"There is a user {uid!r} here already, maybe somebody else: whoever runs this server can link the two."
        )
    row = {"uid": uid, "password_hash": NO_PASSWORD, "open": False, "admin": bool(standing.admin)}
    connection.execute(insert(schema.users), row | {"created": f"{datetime.now(UTC):%FT%TZ}"})
    _linked(connection, uid, identity.issuer, identity.subject)
    _join(connection, uid, (EVERYONE,) if standing.groups is None else standing.groups)
    return uid


def _linked(connection: Connection, uid: str, issuer: str, subject: str) -> None:
    connection.execute(insert(schema.identities), {"issuer": issuer, "subject": subject, "uid": uid})


def _differs(connection: Connection, uid: str, standing: Standing) -> bool:
    """Whether `_follow` would change something."""
    memberships = schema.memberships.c
    if standing.groups is not None:
        mine = connection.execute(select(memberships.group_name).where(memberships.uid == uid)).scalars()
        if set(mine) != set(_there(connection, standing.groups)):
            return True
    admin = connection.execute(select(schema.users.c.admin).where(schema.users.c.uid == uid)).scalar_one_or_none()
    return standing.admin is not None and admin != standing.admin


def _follow(connection: Connection, uid: str, standing: Standing) -> None:
    """Gives a user the rights that who vouches says."""
    if not _differs(connection, uid, standing):
        return
    if standing.admin is not None:
        connection.execute(update(schema.users).where(schema.users.c.uid == uid).values(admin=standing.admin))
    if standing.groups is not None:
        connection.execute(delete(schema.memberships).where(schema.memberships.c.uid == uid))
        _join(connection, uid, standing.groups)


def _join(connection: Connection, uid: str, groups: Sequence[str]) -> None:
    rows = [{"uid": uid, "group_name": group} for group in _there(connection, groups)]
    if rows:
        connection.execute(insert(schema.memberships), rows)


def _there(connection: Connection, groups: Sequence[str]) -> Sequence[str]:
    """Those of the groups that are there: who vouches has groups for other things too."""
    there = set(connection.execute(select(schema.groups.c.name)).scalars())
    return [each for each in dict.fromkeys(groups) if each in there]
