"""Sign-ins at a provider: each is done once, and the provider can end the sessions that came of it."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from catalog import schema
from catalog.database import writing
from catalog.errors import Conflict

LONGEST_TOKEN = 4000  # characters of an ID token that is kept: the browser has to carry it in an URL
LONGEST_SID = 255


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a session came of: who vouched for whom, the provider's own session, and its token."""

    issuer: str
    subject: str
    sid: str | None = None
    id_token: str | None = None


class SignIns:
    """Notes sign-ins, and ends what came of them."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock

    def spend(self, state: str, seconds: int) -> None:
        """Notes that the sign-in of that state is done; it is too old after so many seconds by itself.

        Raises:
            Conflict: it was done before.
        """
        now = int(self._clock())
        digest = hashlib.sha256(state.encode()).hexdigest()
        try:
            with self._engine.connect() as connection, writing(connection):
                connection.execute(delete(schema.spent_states).where(schema.spent_states.c.until < now))
                connection.execute(insert(schema.spent_states), {"state": digest, "until": now + seconds})
        except IntegrityError:
            raise Conflict("This sign-in was done before.") from None

    def note(self, apisid: str, sign_in: SignIn) -> None:
        """Notes what a session came of.

        Raises:
            TryLater: it has ended meanwhile.
        """
        with self._engine.connect() as connection, writing(connection):
            connection.execute(insert(schema.sign_ins), {"apisid": apisid, **asdict(sign_in)})

    def of(self, apisid: str) -> SignIn | None:
        """What a session came of; None: no sign-in at a provider."""
        kept = schema.sign_ins.c
        asked = select(kept.issuer, kept.subject, kept.sid, kept.id_token).where(kept.apisid == apisid)
        with self._engine.connect() as connection:
            row = connection.execute(asked).one_or_none()
        return None if row is None else SignIn(*row)

    def end(self, issuer: str, subject: str | None, sid: str | None) -> int:
        """Ends the sessions of a sign-in at the issuer: that session there, or all of that subject; says how many."""
        if sid is None and subject is None:
            return 0  # else that were everybody
        kept = schema.sign_ins.c
        those = select(kept.apisid).where(kept.issuer == issuer)
        if sid is not None:
            those = those.where(kept.sid == sid)
        if subject is not None:
            those = those.where(kept.subject == subject)
        with self._engine.connect() as connection, writing(connection):
            ended = connection.execute(delete(schema.sessions).where(schema.sessions.c.apisid.in_(those)))
            return ended.rowcount
