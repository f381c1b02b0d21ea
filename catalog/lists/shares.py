"""Shared galleries: photos that somebody shows to whoever has the sid."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select

from catalog.database import writing
from catalog.errors import Forbidden, MalformedName, Missing
from catalog.generations import Generations, Memo
from catalog.lists import snapshots
from catalog.lists.keeping import USER_SHARES
from catalog.lists.snapshots import Snapshots
from catalog.people.access import Rights
from catalog.people.audit import Author, note
from catalog.photoid import SIZE
from catalog.schema import shares
from catalog.schema import snapshots as snapshot_table

BYTES = 16  # of a sid: 128 random bits, 22 characters in a URL
GONE = "There is no shared gallery of this sid, or it has expired."
LONGEST_TEXT = 10_000  # characters of a name or a description


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody says of a gallery; `expires` in seconds since 1970, None: never."""

    name: str = ""
    description: str = ""
    public: bool = False
    indexmarked: int = 0
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A shared gallery of `count` photos; `uid` is "" where it was shared on the command line for no user."""

    sid: str
    uid: str
    snapshot: int
    count: int
    created: int
    terms: Terms


class Shares:
    """Makes shared galleries, ends them, finds photos in them."""

    def __init__(
        self, engine: Engine, generations: Generations, kept: Snapshots, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._snapshots = kept
        self._clock = clock
        self._share = Memo(lambda: generations.access, self._read)

    def make(self, uid: str, photoids: bytes, terms: Terms, author: Author | None = None) -> Share:
        """Shares the photos (ids of 16 bytes) on behalf of that user, or of none where it is ""; `author` is who does
        so, for the audit log, None: who runs this.

        Raises:
            MalformedName: there is no photo, or a term can't be.
            Forbidden: the user has as many as one may have.
        """
        count, now = len(photoids) // SIZE, int(self._clock())
        _check(terms, count, now)
        sid = _new_sid()
        with self._engine.connect() as connection, writing(connection):
            if uid:
                self._require_room(connection, uid, count, now)
            snapshot = snapshots.put(connection, photoids)
            row = {"sid": sid, "uid": uid or None, "snapshot_id": snapshot, "created": now}
            row |= {name: getattr(terms, name) for name in Terms.__slots__}
            connection.execute(insert(shares), row)
            note(connection, author, "share add", uid, _described(terms, count))
        return Share(sid, uid, snapshot, count, now, terms)

    @staticmethod
    def _require_room(connection: Connection, uid: str, count: int, now: int) -> None:
        """Raises Forbidden where the user may have no other; what of hers has expired goes."""
        mine = shares.c.uid == uid
        connection.execute(delete(shares).where(mine, shares.c.expires <= now))
        kept = select(func.count(), func.coalesce(func.sum(snapshot_table.c.count), 0)).select_from(shares)
        kept = kept.join(snapshot_table, snapshot_table.c.id == shares.c.snapshot_id).where(mine)
        galleries, photos = connection.execute(kept).one()
        if galleries >= USER_SHARES.lists or (galleries and photos + count > USER_SHARES.photos):
            raise Forbidden(
                f"You share {galleries} galleries of {photos} photos in all, which is as much as one may: end some."
            )

    def remove(self, sid: str, by: Rights | None = None, author: Author | None = None) -> None:
        """Ends a shared gallery; `by` is who asks, None the operator.

        Raises:
            Missing: there is none, or it is another user's.
        """
        with self._engine.connect() as connection, writing(connection):
            row = connection.execute(select(shares.c.uid, shares.c.name).where(shares.c.sid == sid)).one_or_none()
            if row is None or (by is not None and not by.admin and row.uid != by.uid):
                raise Missing(GONE)
            connection.execute(delete(shares).where(shares.c.sid == sid))
            note(connection, author, "share remove", row.uid or "", row.name)  # the sid is a key: it stands nowhere

    def by_sid(self, sid: str) -> Share:
        """The gallery of that sid.

        Raises:
            Missing: there is none, or it has expired.
        """
        share = self._share(sid)
        if self.expired(share):
            share = self._read(sid)  # which says so; as it is asked for one that never was
        return share

    def photoid(self, share: Share, index: int) -> str:
        """The photo at a place of a gallery, counted from 0.

        Raises:
            Missing: it ends before.
        """
        return self._snapshots.photoid(share.snapshot, index)

    def photoids(self, share: Share) -> list[str]:
        """Every photo of a gallery, in order."""
        return self._snapshots.everything(share.snapshot)

    def parts(self, share: Share) -> Iterator[list[str]]:
        """Every photo of a gallery, in order, some hundred at a time."""
        return map(snapshots.ids, self._snapshots.parts(share.snapshot))

    def everyone(self) -> list[Share]:
        """Every gallery, also expired ones, the oldest first."""
        return self._all(_columns().order_by(shares.c.created, shares.c.sid))

    def of_user(self, uid: str) -> list[Share]:
        """A user's galleries that have not expired, the newest first."""
        mine = _columns().where(shares.c.uid == uid).order_by(shares.c.created.desc(), shares.c.sid)
        return [share for share in self._all(mine) if not self.expired(share)]

    def public(self) -> list[Share]:
        """The galleries that were shared as public and have not expired, the oldest first."""
        return [share for share in self.everyone() if share.terms.public and not self.expired(share)]

    def expired(self, share: Share) -> bool:
        """Whether the gallery's time is over."""
        return share.terms.expires is not None and share.terms.expires <= self._clock()

    def _all(self, query: "Select[*Columns]") -> list[Share]:
        with self._engine.connect() as connection:
            return [_share(row) for row in connection.execute(query).all()]

    def _read(self, sid: str) -> Share:
        with self._engine.connect() as connection:
            row = connection.execute(_columns().where(shares.c.sid == sid)).one_or_none()
        share = None if row is None else _share(row)
        if share is None or self.expired(share):
            raise Missing(GONE)
        return share


def _new_sid() -> str:
    """None begins with a hyphen: `darkroom share remove` would take it for an option."""
    while (sid := secrets.token_urlsafe(BYTES)).startswith("-"):
        continue
    return sid


def parse_timestamp(text: str) -> int:
    """Seconds since 1970 of a local time, as in `2026-12-24 18:00:00`; also with a T, or a date alone.

    Raises:
        MalformedName: it is none.
    """
    try:
        seconds = int(datetime.fromisoformat(text).timestamp())
        format_timestamp(seconds)  # with a time zone it may lie in a year that has no name here
        return seconds
    except (ValueError, OverflowError, OSError):
        raise MalformedName(f"{text[:40]!r} is no time: write yyyy-mm-dd hh:mm:ss.") from None


def format_timestamp(seconds: int | None) -> str:
    """A time as the Web API writes it, in the server's time zone; `never` for None."""
    return "never" if seconds is None else f"{datetime.fromtimestamp(seconds):%F %T}"


def _check(terms: Terms, count: int, now: int) -> None:
    if not count:
        raise MalformedName("There is no photo to share.")
    if not 0 <= terms.indexmarked < count:
        raise MalformedName(f"indexmarked is {terms.indexmarked}: a gallery of {count} photos has 0 to {count - 1}.")
    if terms.expires is not None and terms.expires <= now:
        raise MalformedName(f"expires is {format_timestamp(terms.expires)}, which is over.")
    if not (_is_text(terms.name) and _is_text(terms.description)):
        raise MalformedName("A name or a description is text: half of a surrogate pair is none.")
    if max(len(terms.name), len(terms.description)) > LONGEST_TEXT:
        raise MalformedName(f"A name or a description has at most {LONGEST_TEXT} characters.")


def _described(terms: Terms, count: int) -> str:
    kind = "public" if terms.public else "by link"
    until = "for ever" if terms.expires is None else f"until {format_timestamp(terms.expires)}"
    return f"{terms.name or '(no name)'}: {count} photos, {kind}, {until}"


def _is_text(text: str) -> bool:
    """JSON and the command line can bring what no UTF-8 can hold."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


Columns = tuple[str, str | None, int, int, int, str, str, bool, int, int | None]


def _columns() -> Select[*Columns]:
    mine = shares.c
    terms = (mine.name, mine.description, mine.public, mine.indexmarked, mine.expires)
    return select(mine.sid, mine.uid, mine.snapshot_id, snapshot_table.c.count, mine.created, *terms).join(
        snapshot_table, snapshot_table.c.id == mine.snapshot_id
    )


def _share(row: Row[*Columns]) -> Share:
    sid, uid, snapshot, count, created, name, description, public, indexmarked, expires = row
    return Share(sid, uid or "", snapshot, count, created, Terms(name, description, public, indexmarked, expires))
