"""Passwords: Argon2id hashes, and a brake on guessing."""

import math
import secrets
import threading
import time
from collections.abc import Callable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.database import writing
from catalog.errors import TryLater
from catalog.people.addresses import network_of
from catalog.people.audit import GUESSES, Author, note
from catalog.schema import guesses, users

FREE_GUESSES = 5  # after these, each one more doubles the wait …
LONGEST_WAIT = 60  # … up to so many seconds
FORGOTTEN_AFTER = 900  # seconds without another wrong one
LONGEST_SUBJECT = 100  # characters of what a stranger sent that are worth keeping

# A verification takes 64 MB and a core for 50 ms: a hundred at once would take the server down, and a hundred that
# wait for their turn would leave no thread for cached photos.
AT_ONCE = threading.BoundedSemaphore(2)
PLACES = threading.BoundedSemaphore(12)

_hasher = PasswordHasher()


def readings(sent: bytes) -> tuple[str, ...]:
    """The passwords that these bytes may mean, the likeliest first. What is no UTF-8 is Latin-1, as browsers' programs
    send it; or the very bytes, as passwords were once kept that had come on standard input.
    """
    try:
        return (sent.decode(),)
    except UnicodeDecodeError:
        return sent.decode("latin-1"), sent.decode("utf-8", "surrogateescape")


def hashed(password: str) -> str:
    """The Argon2id hash of a password, as it is kept."""
    return _hasher.hash(_encoded(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one of the hash. Without a hash (no such user) False, after just as long.

    Raises:
        TryLater: too many passwords are looked at already.
    """
    if not PLACES.acquire(blocking=False):
        raise TryLater("Too many people sign in at once: try again in a second.", 1)
    try:
        with AT_ONCE:
            right = _hasher.verify(kept or _nobody(), _encoded(password))
    except (Argon2Error, InvalidHashError):
        return False
    finally:
        PLACES.release()
    return right and kept is not None


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex())


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


class LoginThrottle:
    """Counts wrong passwords by whom they are tried for, and from where, over all processes."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock

    def begin(self, uid: str, address: str) -> None:
        """Counts a guess as wrong, before it is looked at: many at once must not slip through.

        Raises:
            TryLater: the last wrong ones were too many, too lately.
        """
        seconds = self._clock()
        # Whole ones are kept: rounded so that no wait is shorter than it is said to be.
        now, noted = math.floor(seconds), math.ceil(seconds)
        subjects = _subjects(uid, address)
        with self._engine.connect() as connection, writing(connection):
            connection.execute(delete(guesses).where(guesses.c.last < now - FORGOTTEN_AFTER))
            # The clock was set back since: else the wait would be as long as that, for everybody.
            connection.execute(update(guesses).where(guesses.c.last > noted).values(last=noted))
            rows = connection.execute(select(guesses).where(guesses.c.subject.in_(subjects))).all()
            wait = max((row.last + long - now for row in rows if (long := _wait(row.failures))), default=0)
            if wait <= 0:
                _note_many(connection, uid, address, max((row.failures for row in rows), default=0))
                for subject in subjects:
                    row = upsert(guesses).values(subject=subject, failures=1, last=noted)
                    more = {"failures": guesses.c.failures + 1, "last": noted}
                    connection.execute(row.on_conflict_do_update(index_elements=["subject"], set_=more))
        if wait > 0:
            unit = "second" if wait == 1 else "seconds"
            raise TryLater(f"Too many wrong passwords: try again in {wait} {unit}.", wait)

    def right(self, uid: str, address: str) -> None:
        """The guess was right: the uid is forgiven, and the address this one guess, not those for others."""
        of_uid, of_address = _subjects(uid, address)
        with self._engine.connect() as connection, writing(connection):
            connection.execute(delete(guesses).where(guesses.c.subject == of_uid))
            mine = guesses.c.subject == of_address
            connection.execute(update(guesses).where(mine).values(failures=guesses.c.failures - 1))
            connection.execute(delete(guesses).where(mine, guesses.c.failures <= 0))


def _note_many(connection: Connection, uid: str, address: str, failures: int) -> None:
    """Notes in the audit log that wrong passwords are many, and again each time that they have become twice as many.

    Of the uid only what is one: people type their password into the wrong field.
    """
    times, rest = divmod(failures, FREE_GUESSES)
    if times and not rest and times.bit_count() == 1:
        known = connection.execute(select(users.c.uid).where(users.c.uid == uid)).scalar_one_or_none()
        note(connection, Author("", address), GUESSES, known or "", f"{failures} wrong passwords lately")


def _subjects(uid: str, address: str) -> tuple[str, str]:
    return f"uid {uid[:LONGEST_SUBJECT]}", f"address {network_of(address)[:LONGEST_SUBJECT]}"


def _wait(failures: int) -> int:
    """Seconds from the last wrong guess to the next that is looked at."""
    if failures < FREE_GUESSES:
        return 0
    return int(min(2 ** (failures - FREE_GUESSES), LONGEST_WAIT))
