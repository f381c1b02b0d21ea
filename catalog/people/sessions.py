"""Sessions of the Web API. They live in the catalogue, so that they outlast a restart and hold in every process."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, case, delete, exists, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from catalog.database import writing
from catalog.errors import Forbidden
from catalog.generations import Generations, Memo
from catalog.people.addresses import network_of
from catalog.schema import app_passwords, sessions, users

FLUSH_EVERY = 5.0
"""Seconds between two writes of when sessions were used last: `flush` is to be called so often."""

SWEEP_EVERY = 300.0
"""Seconds between two calls of `sweep`."""

GRACE = 2 * FLUSH_EVERY
"""Seconds by which what is written may lag behind what a process has in memory: so long an end is not believed."""

UNKNOWN = "There is no session of this apisid, or it has ended: create one anew."
ENDED = "The session or the password has just ended: sign in anew."
CONFIRMED_FOR = 900
"""Seconds for which it counts that a user has shown the password in a session: what is dangerous wants it anew then."""

LONGEST_CLIENT = 300  # characters of what a program calls itself

Proof = str | int
"""What a user has shown: the password of this hash, or the app password of this number."""

DROPPED = -1  # `last_used` of those whose end a trigger says nothing of

BYTES = 16  # of an id: 128 random bits …
LENGTH = 22  # … which are so many characters in a URL


@dataclass(frozen=True, slots=True)
class Session:
    """A session; `uid` is None until somebody has signed in. `last_used` in seconds since 1970, as it was read.

    `created` is since when its user is in it, `client` what its program calls itself, `app_password` the number of the
    one that it was signed in to with, `confirmed` when its user last showed the user's own password in it; 0: never.
    `page` says that the gallery page has it; `used` that something was asked in it since it was made.
    """

    apisid: str
    uid: str | None
    address: str
    implicit: bool
    private_key: bytes | None
    last_used: int
    created: int = 0
    client: str = ""
    app_password: int | None = None
    confirmed: int = 0
    page: bool = False
    used: bool = False


class Sessions:
    """Makes sessions and finds them. One that nobody used for `lifetime` seconds has ended.

    The time of the last use is kept in memory and written by `flush`. A network (`network_of`) may have `per_address`
    sessions, and as many again for the gallery page: whatever programs, or pages of other sites, have made, somebody
    can sign in. Where that number is reached, those go first that were never used.
    """

    def __init__(
        self,
        engine: Engine,
        generations: Generations,
        *,
        lifetime: float,
        per_address: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._generations = generations
        self._lifetime = lifetime
        self._per_address = per_address
        self._clock = clock
        self._read = Memo(lambda: generations.access, self._find)
        self._implicit = Memo(lambda: generations.access, self._find_implicit)
        self._lock = threading.Lock()
        self._used: dict[str, int] = {}
        self._unwritten: set[str] = set()

    def create(
        self,
        address: str,
        uid: str | None,
        private_key: bytes | None,
        client: str = "",
        *,
        page: bool = False,
        vouched: bool = False,
    ) -> str:
        """Makes a session for a caller at that address, whose program calls itself `client`; gives its id.

        Where somebody else has `vouched` for the user just now, that is as good as the user's own password.

        Raises:
            Forbidden: the address has as many sessions as it may have.
        """
        now, network = int(self._clock()), network_of(address)
        with self._engine.connect() as connection, writing(connection):
            _drop_unheard(connection, self._over(now))
            self._require_room(connection, network, page, now)
            self._make_room(connection, network, page, now)
            confirmed = now if vouched else 0
            client = client[:LONGEST_CLIENT]
            made = Session("", uid, network, False, private_key, now, now, client, confirmed=confirmed, page=page)
            return self._insert(connection, made)

    def require_room(self, address: str, *, page: bool = False) -> None:
        """Raises Forbidden where `create` would: for whoever has something costly to do before."""
        with self._engine.connect() as connection:
            self._require_room(connection, network_of(address), page, int(self._clock()))

    def by_id(self, apisid: str) -> Session:
        """The session of that id, which thereby is used.

        Raises:
            Forbidden: there is none, or it has ended.
        """
        found = self._read(apisid)
        now = int(self._clock())
        if not self._lives(found, now):
            found = self._find(apisid)  # another process may have seen it since, or the clock was set back
            if now - found.last_used > self._lifetime:
                raise Forbidden(UNKNOWN)
        self._use(apisid, now)
        return found

    def is_known(self, apisid: str) -> bool:
        """Whether there is such a session, which thereby is used; without asking the catalogue, as far as is known."""
        found, now = self._read.remembered(apisid), int(self._clock())
        if found is None or not self._lives(found, now):
            return False
        self._use(apisid, now)
        return True

    def has(self, apisid: str) -> bool:
        """Whether there is a session of that id; at no cost where a text has not the shape of one."""
        try:
            return len(apisid) == LENGTH and self.by_id(apisid) is not None
        except Forbidden:
            return False

    def find_implicit(self, uid: str, address: str) -> str | None:
        """The id of the session that stands for an open user at an address, if there is one."""
        apisid = self._implicit((uid, network_of(address)))
        try:
            return self.by_id(apisid).apisid if apisid else None
        except Forbidden:
            return None

    def implicit(self, uid: str, address: str) -> str:
        """As `find_implicit`; made where there is none."""
        found = self.find_implicit(uid, address)
        if found:
            return found
        now, network = int(self._clock()), network_of(address)
        with self._engine.connect() as connection, writing(connection):
            there = connection.execute(self._living(uid, network, now - self._lifetime)).scalar()
            made = there or self._insert(connection, Session("", uid, network, True, None, now, now, used=True))
        self._generations.look()
        return made

    def authorize(self, apisid: str, uid: str, proof: Proof) -> None:
        """From now on the session is that user's, who has shown `proof`.

        Raises:
            Forbidden: there is no such session; or the user got another password, or was removed, since.
        """
        now = int(self._clock())
        change = update(sessions).where(sessions.c.apisid == apisid, _still(uid, proof))
        with self._engine.connect() as connection, writing(connection):
            if not connection.execute(change.values(uid=uid, used=True, **_signed_in(proof, now))).rowcount:
                raise Forbidden(ENDED)
            if isinstance(proof, int):
                address = select(sessions.c.address).where(sessions.c.apisid == apisid).scalar_subquery()
                used = update(app_passwords).where(app_passwords.c.number == proof)
                connection.execute(used.values(used=now, address=address))

    def renew(self, apisid: str, uid: str, proof: Proof) -> str:
        """As `authorize`, in a new session that takes this one's place; gives its id.

        Who knew the old id, or gave it to the user, has nothing of it. Its views go with it.
        """
        with self._engine.connect() as connection, writing(connection):
            old = sessions.c.apisid == apisid, ~sessions.c.implicit
            row = connection.execute(select(sessions).where(*old)).one_or_none()
            if row is None or not connection.execute(select(_still(uid, proof))).scalar_one():
                raise Forbidden(ENDED)
            connection.execute(delete(sessions).where(*old))
            new = replace(Session(*row), uid=uid, used=True, **_signed_in(proof, int(self._clock())))
            return self._insert(connection, new)

    def confirm(self, apisid: str, uid: str, proof: str) -> None:
        """The session's user has shown the user's own password in it once more.

        Raises:
            Forbidden: there is no such session of that user; or the user got another password, or was removed, since.
        """
        mine = sessions.c.apisid == apisid, sessions.c.uid == uid, sessions.c.app_password.is_(None)
        change = update(sessions).where(*mine, _still(uid, proof)).values(confirmed=int(self._clock()))
        with self._engine.connect() as connection, writing(connection):
            if not connection.execute(change).rowcount:
                raise Forbidden(ENDED)

    def is_confirmed(self, session: Session) -> bool:
        """Whether the session's user has shown the password in it a short while ago."""
        return 0 <= self._clock() - session.confirmed <= CONFIRMED_FOR

    def last_used(self, session: Session) -> int:
        """When a session was used last, as far as this process knows."""
        return max(min(session.last_used, int(self._clock())), self._used.get(session.apisid, 0))

    def _lives(self, session: Session, now: int) -> bool:
        """As far as this process knows: another one may have seen it since, or the clock was set back."""
        return 0 <= now - self._last_used(session, now) <= self._lifetime

    def _last_used(self, session: Session, now: int) -> int:
        last = self._used.get(session.apisid, 0)
        # What lies ahead was written before the clock was set back.
        return last if session.last_used > now else max(last, session.last_used)

    def alive(self) -> int:
        """Since when a session must have been used to be one still, in seconds since 1970."""
        return int(self._clock() - self._lifetime)

    def end(self, apisid: str) -> None:
        """Ends a session, with its views, if there is one; not an implicit one, in which others may be."""
        with self._engine.connect() as connection, writing(connection):
            connection.execute(delete(sessions).where(sessions.c.apisid == apisid, ~sessions.c.implicit))

    def flush(self) -> None:
        """Writes when sessions were used last."""
        with self._lock:
            unwritten, self._unwritten = self._unwritten, set()
            used = [{"b_apisid": apisid, "b_used": self._used[apisid]} for apisid in unwritten]
        now = int(self._clock())
        if used:
            last = sessions.c.last_used
            later = case((last > now, bindparam("b_used")), else_=func.max(last, bindparam("b_used")))
            mine = sessions.c.apisid == bindparam("b_apisid")
            change = update(sessions).where(mine).values(last_used=later, used=True)
            try:
                with self._engine.connect() as connection, writing(connection):
                    connection.execute(change, used)
            except Exception:
                with self._lock:
                    self._unwritten |= unwritten
                raise
        oldest = now - self._lifetime
        with self._lock:
            self._used = {
                apisid: min(last, now)
                for apisid, last in self._used.items()
                if last >= oldest or apisid in self._unwritten
            }

    def sweep(self) -> None:
        """Drops sessions that have ended, with their views; others would do so only when one is created.

        Those that were used in the future, before the clock was set back, count as used now: else they would live until
        then, and fill the places of their address.
        """
        now = int(self._clock())
        with self._engine.connect() as connection, writing(connection):
            _drop_unheard(connection, self._over(now))
            connection.execute(update(sessions).where(sessions.c.last_used > now).values(last_used=now))

    def _over(self, now: int) -> ColumnElement[bool]:
        return sessions.c.last_used < now - self._lifetime - GRACE

    def _use(self, apisid: str, now: int) -> None:
        if self._used.get(apisid) != now:
            with self._lock:
                self._used[apisid] = now
                self._unwritten.add(apisid)

    def _require_room(self, connection: Connection, network: str, page: bool, now: int) -> None:
        mine = self._of(network, page, now)
        kept = select(func.count()).where(*mine, ~self._idle(now))
        if connection.execute(kept).scalar_one() >= self._per_address:
            raise Forbidden("There are too many sessions from this address: use one again, or wait for them to end.")

    def _make_room(self, connection: Connection, network: str, page: bool, now: int) -> None:
        """Ends the oldest of those that were never used, for one more."""
        mine = self._of(network, page, now)
        beyond = connection.execute(select(func.count()).where(*mine)).scalar_one() + 1 - self._per_address
        if beyond > 0:
            oldest = select(sessions.c.apisid).where(*mine, self._idle(now)).order_by(sessions.c.last_used)
            _drop_unheard(connection, sessions.c.apisid.in_(oldest.limit(beyond)))

    def _of(self, network: str, page: bool, now: int) -> tuple[ColumnElement[bool], ...]:
        """The living sessions of a network, but for the implicit one: those of the page, or all others."""
        living = sessions.c.last_used >= now - self._lifetime
        return sessions.c.address == network, sessions.c.page.is_(page), ~sessions.c.implicit, living

    @staticmethod
    def _idle(now: int) -> ColumnElement[bool]:
        """Whether a session was never used: neither by what is written, nor by what may not be so far."""
        return ~sessions.c.used & (sessions.c.last_used < now - GRACE)

    def _find(self, apisid: str) -> Session:
        with self._engine.connect() as connection:
            row = connection.execute(select(sessions).where(sessions.c.apisid == apisid)).one_or_none()
        if row is None:
            raise Forbidden(UNKNOWN)
        return Session(*row)

    def _find_implicit(self, key: tuple[str, str]) -> str | None:
        """The one that was used last, which may have ended a moment ago."""
        with self._engine.connect() as connection:
            return connection.execute(self._living(*key, int(self._clock()) - self._lifetime - GRACE)).scalar()

    @staticmethod
    def _living(uid: str, address: str, since: float) -> Select[str]:
        mine = (sessions.c.address == address, sessions.c.uid == uid, sessions.c.implicit)
        found = select(sessions.c.apisid).where(*mine, sessions.c.last_used >= since)
        return found.order_by(sessions.c.last_used.desc()).limit(1)

    @staticmethod
    def _insert(connection: Connection, session: Session) -> str:
        apisid = secrets.token_urlsafe(BYTES)
        connection.execute(insert(sessions), asdict(session) | {"apisid": apisid})
        return apisid


def _drop_unheard(connection: Connection, those: ColumnElement[bool]) -> None:
    """Drops sessions that no process takes for any: no generation comes of it, so that nothing is forgotten."""
    connection.execute(update(sessions).where(those).values(last_used=DROPPED))
    connection.execute(delete(sessions).where(sessions.c.last_used == DROPPED))


def _still(uid: str, proof: Proof) -> ColumnElement[bool]:
    """Whether what a user has shown counts still."""
    if isinstance(proof, int):
        return exists().where(app_passwords.c.number == proof, app_passwords.c.uid == uid)
    return exists().where(users.c.uid == uid, users.c.password_hash == proof)


def _signed_in(proof: Proof, now: int) -> dict[str, Any]:
    """What becomes of a session that somebody signs in to."""
    by_app = isinstance(proof, int)
    shown = {"app_password": proof if by_app else None, "confirmed": 0 if by_app else now}
    return {"last_used": now, "created": now, **shown}
