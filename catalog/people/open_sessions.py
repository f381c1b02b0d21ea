"""Sessions as people see them: whose, where from, of which program, since when; and an end to any of them.

A session's own id is a key: whoever has it is its user. So here each has a handle, which opens nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import Engine, delete, select
from sqlalchemy.sql.elements import ColumnElement

from catalog.database import writing
from catalog.errors import Missing
from catalog.people.audit import Author, note
from catalog.people.sessions import Session, Sessions
from catalog.schema import app_passwords, sessions

HANDLE_BYTES = 12


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that lives; times in seconds since 1970, `created` 0 where nobody knows. `app` is the name of the app
    password that it was signed in to with, None: the user's own password was.
    """

    handle: str
    uid: str
    address: str
    client: str
    created: int
    last_used: int
    app: str | None


class OpenSessions:
    """Lists sessions and ends them. Of those that stand for an open user it knows nothing: others may be in them."""

    def __init__(self, engine: Engine, kept: Sessions) -> None:
        self._engine = engine
        self._sessions = kept

    def of_user(self, uid: str) -> list[OpenSession]:
        """A user's that live, the one that was used last first."""
        names = app_passwords.c.name
        joined = sessions.outerjoin(app_passwords, app_passwords.c.number == sessions.c.app_password)
        asked = select(sessions, names).select_from(joined).where(_of(uid))
        since = self._sessions.alive()
        found = []
        with self._engine.connect() as connection:
            for *row, app in connection.execute(asked).all():
                session = Session(*row)
                used = self._sessions.last_used(session)
                if used >= since:
                    about = session.address, session.client, session.created
                    found.append(OpenSession(handle_of(session.apisid), uid, *about, used, app))
        return sorted(found, key=lambda each: (-each.last_used, each.handle))

    def end(self, uid: str, handle: str, author: Author) -> None:
        """Ends one of a user's, with its views.

        Raises:
            Missing: there is none of that handle.
        """
        if not self._end(uid, author, lambda apisid: handle_of(apisid) == handle):
            raise Missing("There is no such session, or it has ended.")

    def end_others(self, uid: str, keep: str, author: Author) -> int:
        """Ends all of a user's but the one whose apisid is `keep`; gives how many."""
        return self._end(uid, author, lambda apisid: apisid != keep)

    def _end(self, uid: str, author: Author, wanted: Callable[[str], bool]) -> int:
        with self._engine.connect() as connection, writing(connection):
            there = connection.execute(select(sessions.c.apisid, sessions.c.address).where(_of(uid))).all()
            ended = [(apisid, address) for apisid, address in there if wanted(apisid)]
            for apisid, _ in ended:
                connection.execute(delete(sessions).where(sessions.c.apisid == apisid))
            if ended:
                note(connection, author, "session end", uid, _described([address for _, address in ended]))
        return len(ended)


def handle_of(apisid: str) -> str:
    """By what a session is called where its id must not be seen."""
    return blake2b(apisid.encode(), digest_size=HANDLE_BYTES, person=b"session").hexdigest()


def _of(uid: str) -> ColumnElement[bool]:
    return (sessions.c.uid == uid) & ~sessions.c.implicit


def _described(addresses: Sequence[str]) -> str:
    count = "1 session" if len(addresses) == 1 else f"{len(addresses)} sessions"
    return f"{count} from {', '.join(sorted(set(addresses)))}"
