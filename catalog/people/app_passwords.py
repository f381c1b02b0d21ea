"""App passwords: one for each program of a user's, so that none of them has to know the user's own.

The server makes them, of 140 random bits, and keeps their SHA-256: nobody can try as many as there are, however quick
each try is, so a slow hash as that of a person's password would protect nothing, and cost 50 ms and 64 MB a sign-in.

One of a user's may be the user's access token, which `returnatu` of the Web API asks for. It is told again to whoever
shows the user's own password, and yet not kept: it is made of a seed in the catalogue and a key beside it.
"""

import hashlib
import hmac
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, delete, func, insert, select

from catalog import schema
from catalog.database import trouble, writing
from catalog.errors import Conflict, MalformedName, Missing
from catalog.people.audit import Author, note
from catalog.people.users import require_user

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 of them, 5 bits each; none that is taken for another
LENGTH = 28  # letters: 140 bits
TOGETHER = 4  # of them stand together, with a hyphen between: people copy them into a picture frame by hand
SHAPE = re.compile(rf"[{LETTERS}]{{{LENGTH}}}")
LONGEST_NAME = 64
MOST = 50
"""App passwords that a user may have."""

KEY = "atu.key"
"""The file in the data folder that access tokens are made of, beside what the catalogue has."""
KEY_BYTES = 32
SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class AppPassword:
    """What is known of an app password; times in seconds since 1970. `used` is when anything was asked with it last,
    None: never; `address` where it was signed in from last; `atu`: it is the user's access token.
    """

    number: int
    name: str
    created: int
    used: int | None
    address: str | None
    atu: bool


class AppPasswords:
    """Makes app passwords, ends them, and knows them again."""

    def __init__(self, engine: Engine, data_dir: Path, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._key_file = data_dir / KEY
        self._clock = clock

    def add(self, uid: str, name: str, *, atu: bool = False, author: Author | None = None) -> str:
        """Makes one, and gives it: it is not to be had again, unless it is the user's access token.

        Raises:
            MalformedName: it can't be called so.
            Missing: there is no such user.
            Conflict: the user has one of that name, or an access token, or as many as may be.
            CatalogError: the key in the data folder can't be read or made.
        """
        check_name(name)
        seed = secrets.token_bytes(SEED_BYTES) if atu else None
        password = "".join(secrets.choice(LETTERS) for _ in range(LENGTH)) if seed is None else self._made(seed)
        mine = schema.app_passwords.c
        with self._engine.connect() as connection, writing(connection):
            require_user(connection, uid)
            there = connection.execute(select(mine.name, mine.seed).where(mine.uid == uid)).all()
            if name in {each.name for each in there}:
                raise Conflict(f"{uid} has an app password {name!r} already.")
            if atu and any(each.seed is not None for each in there):
                raise Conflict(f"{uid} has an access token already: remove that one first.")
            if len(there) >= MOST:
                raise Conflict(f"{uid} has {MOST} app passwords, which is as many as may be: remove one first.")
            row = {"uid": uid, "name": name, "digest": _digest(password), "seed": seed, "created": int(self._clock())}
            connection.execute(insert(schema.app_passwords), row)
            note(connection, author, "app-password add", uid, f"{name}, the access token" if atu else name)
        return "-".join(password[start : start + TOGETHER] for start in range(0, LENGTH, TOGETHER))

    def remove(self, uid: str, name: str, author: Author | None = None) -> None:
        """Ends one, with the sessions that were signed in to with it.

        Raises:
            Missing: the user has none of that name.
        """
        mine = schema.app_passwords.c
        with self._engine.connect() as connection, writing(connection):
            require_user(connection, uid)
            ended = connection.execute(delete(schema.app_passwords).where(mine.uid == uid, mine.name == name))
            if not ended.rowcount:
                raise Missing(f"{uid} has no app password {name[:LONGEST_NAME]!r}.")
            note(connection, author, "app-password remove", uid, name)

    def of_user(self, uid: str) -> list[AppPassword]:
        """A user's, by name.

        Raises:
            Missing: there is no such user.
        """
        mine, sessions = schema.app_passwords.c, schema.sessions.c
        of_sessions = select(func.max(sessions.last_used)).where(sessions.app_password == mine.number).scalar_subquery()
        columns = (mine.number, mine.name, mine.created, mine.used, of_sessions, mine.address, mine.seed)
        with self._engine.connect() as connection:
            require_user(connection, uid)
            rows = connection.execute(select(*columns).where(mine.uid == uid).order_by(mine.name)).all()
        return [
            AppPassword(
                number, name, created, max(filter(None, (used, later)), default=None), address, seed is not None
            )
            for number, name, created, used, later, address, seed in rows
        ]

    def match(self, uid: str, password: str) -> int | None:
        """The number of the user's app password that this is; None where it is none. Costs one look at the catalogue,
        and none where it has not the shape of one. Case, hyphens and spaces count for nothing.
        """
        plain = password.replace("-", "").replace(" ", "").lower()
        if not SHAPE.fullmatch(plain):
            return None
        mine, digest, found = schema.app_passwords.c, _digest(plain), None
        with self._engine.connect() as connection:
            for number, kept in connection.execute(select(mine.number, mine.digest).where(mine.uid == uid)).all():
                if hmac.compare_digest(kept, digest):
                    found = number  # and on through all of them, so that it takes as long
        return found

    def atu(self, uid: str) -> str | None:
        """The user's access token; None where there is none, or the key that it was made of is another one by now."""
        mine = schema.app_passwords.c
        asked = select(mine.seed, mine.digest).where(mine.uid == uid, mine.seed.is_not(None))
        with self._engine.connect() as connection:
            row = connection.execute(asked).first()
        if row is None or row.seed is None:
            return None
        password = self._made(row.seed)
        return password if hmac.compare_digest(row.digest, _digest(password)) else None

    def _made(self, seed: bytes) -> str:
        """The access token of that seed, under this data folder's key."""
        number = int.from_bytes(hmac.digest(self._key(), seed, "sha256"), "big")
        return "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))

    def _key(self) -> bytes:
        """The key in the data folder; made where there is none, whole or not at all, for its owner alone."""
        try:
            if not self._key_file.exists():
                temporary = self._key_file.with_name(f".{KEY}.{os.getpid()}.{secrets.token_hex(4)}")
                file = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                try:
                    with os.fdopen(file, "wb") as opened:
                        opened.write(secrets.token_bytes(KEY_BYTES))
                        opened.flush()
                        os.fsync(opened.fileno())
                    os.link(temporary, self._key_file)
                except FileExistsError:
                    pass  # another process was faster
                finally:
                    temporary.unlink()
            return self._key_file.read_bytes()
        except OSError as error:
            raise trouble(self._key_file, error) from error


def check_name(name: str) -> None:
    """Raises MalformedName where an app password can't be called so."""
    if not (1 <= len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()) or name.startswith("-"):
        shape = f"it is a text of 1 to {LONGEST_NAME} characters that begins with no hyphen or space"
        raise MalformedName(f"An app password can't be called {name[:80]!r}: {shape}.")


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()
