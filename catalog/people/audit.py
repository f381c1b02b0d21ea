"""The audit log: who changed what of who may see and do what, from where and when. No secret stands in it.

A line is written in the transaction of the change that it tells of: neither is there without the other.
"""

import os
import pwd
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select

from catalog import schema
from catalog.database import writing
from config import Settings
from config.table import every_setting

LONGEST_DETAILS = 2000  # characters; filters of a group may be longer
MOST_AT_ONCE = 1000  # entries that are given at once

SETTINGS = "settings"
"""What is noted where the settings that say who comes in are others than a front end last had."""
OF_ACCESS = ("audit.", "auth.", "server.cors.", "server.host", "server.names", "server.trusted.", "web.", "webapi.")
"""How the names of these settings begin."""

GUESSES = "guesses"
"""What is noted of wrong passwords: the one thing that strangers can have written."""
STRANGERS = 10
"""The part of the log that may be strangers': one in so many entries, so that they can't push out the others."""

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something: a user, and the address that the user calls from; "": on this machine, by a command."""

    who: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log; `at` in seconds since 1970. `what` is a word as `user add`, `whom` a uid, a group, a sid."""

    number: int
    at: int
    who: str
    address: str
    what: str
    whom: str
    details: str


def operator() -> Author:
    """Who runs this process, as the system calls that user."""
    try:
        return Author(pwd.getpwuid(os.getuid()).pw_name)
    except KeyError:  # in a container, of a user that has no name there
        return Author(f"user {os.getuid()}")


def note(connection: Connection, author: Author | None, what: str, whom: str = "", details: str = "") -> None:
    """Writes a line, in the transaction that is under way; `author` None: whoever runs this process."""
    author = author or operator()
    row = {"at": int(time.time()), "who": author.who, "address": author.address, "what": what, "whom": whom}
    connection.execute(insert(schema.audit), row | {"details": details[:LONGEST_DETAILS]})


class AuditLog:
    """Reads the log, and keeps it within its bounds: so many days, and so many entries."""

    def __init__(self, engine: Engine, *, days: float, most: int, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._days = days
        self._most = most
        self._clock = clock

    def entries(self, count: int = 100, before: int | None = None, about: str | None = None) -> list[Entry]:
        """The newest entries, the newest first; those that are older than the entry `before`; `about` one user, group
        or gallery, by whom or of whom.
        """
        log = schema.audit.c
        found = select(schema.audit).order_by(log.number.desc()).limit(min(count, MOST_AT_ONCE))
        if before is not None:
            found = found.where(log.number < before)
        if about is not None:
            found = found.where((log.who == about) | (log.whom == about))
        with self._engine.connect() as connection:
            return [Entry(*row) for row in connection.execute(found)]

    def note_settings(self, settings: Settings) -> None:
        """Notes the settings that say who comes in, as far as they are not the defaults, where they are others than
        before. Of a secret only that it is set.
        """
        described = _described(settings)[:LONGEST_DETAILS]
        log = schema.audit.c
        last = select(log.details).where(log.what == SETTINGS).order_by(log.number.desc()).limit(1)
        with self._engine.connect() as connection:
            if (connection.execute(last).scalar_one_or_none() or "") == described:
                return
            connection.rollback()
            with writing(connection):
                note(connection, None, SETTINGS, details=described)

    def trim(self) -> None:
        """Drops what is older or more than may be kept. Where there is nothing to drop, nobody waits for a lock."""
        log = schema.audit.c
        old = log.at < int(self._clock() - self._days * DAY)
        with self._engine.connect() as connection:
            beyond = [old]
            of_all, of_strangers = select(log.number), select(log.number).where(log.what == GUESSES)
            for those, most in ((of_all, self._most), (of_strangers, max(self._most // STRANGERS, 1))):
                last = connection.execute(_oldest_of(those, most)).scalar_one_or_none()
                if last is not None:
                    beyond.append(log.number.in_(those.where(log.number <= last)))
            wanted = [
                each for each in beyond if connection.execute(select(func.count()).where(each).limit(1)).scalar_one()
            ]
            connection.rollback()
            if wanted:
                with writing(connection):
                    for each in wanted:
                        connection.execute(delete(schema.audit).where(each))


def _described(settings: Settings) -> str:
    given = []
    for row, column in every_setting():
        value = getattr(settings, column.name)
        if row.name.startswith(OF_ACCESS) and value != column.default:
            given.append(f"{row.name} = {'(secret)' if row.secret else value}")
    return ", ".join(given)


def _oldest_of(those: Select[int], most: int) -> Select[int]:
    """The newest entry that is one too many."""
    return those.order_by(schema.audit.c.number.desc()).offset(most).limit(1)
