"""The users of the catalogue. Passwords are kept as Argon2id hashes."""

from datetime import UTC, datetime

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from catalog import schema
from catalog.database import writing
from catalog.errors import UserExists
from config import Settings

__all__ = ["UserExists", "Users", "default_uid"]


class Users:
    """Adds users and asks after them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hasher = PasswordHasher()

    def add(self, uid: str, password: str) -> None:
        """Adds a user.

        Raises:
            UserExists: there is one of that uid.
        """
        row = {"uid": uid, "password_hash": self._hasher.hash(password), "created": f"{datetime.now(UTC):%FT%TZ}"}
        try:
            with self._engine.connect() as connection, writing(connection):
                connection.execute(insert(schema.users), row)
        except IntegrityError:
            raise UserExists(f"there is a user {uid!r} already") from None

    def exists(self, uid: str) -> bool:
        """Whether there is a user of that uid."""
        return self._hash(uid) is not None

    def any(self) -> bool:
        """Whether there is any user at all."""
        with self._engine.connect() as connection:
            return connection.execute(select(schema.users.c.uid).limit(1)).first() is not None

    def password_is_uid(self, uid: str) -> bool:
        """Whether there is a user of that uid whose password equals it. Slow on purpose (about 50 ms)."""
        hashed = self._hash(uid)
        if hashed is None:
            return False
        try:
            return self._hasher.verify(hashed, uid)
        except (Argon2Error, InvalidHashError):
            return False

    def _hash(self, uid: str) -> str | None:
        with self._engine.connect() as connection:
            return connection.execute(
                select(schema.users.c.password_hash).where(schema.users.c.uid == uid)
            ).scalar_one_or_none()


GUEST = "guest"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def default_uid(users: Users, settings: Settings) -> str | None:
    """Whose rights a caller has who names no session: `webapi.default.uid`'s.

    Where that is unset and only this machine can call, the `guest` of a first start, while its password is guest.
    """
    if settings.webapi_default_uid:
        return settings.webapi_default_uid
    if settings.server_host in LOOPBACK and users.password_is_uid(GUEST):
        return GUEST
    return None
