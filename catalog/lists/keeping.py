"""How many lists of photos may be kept: in a session, on behalf of one caller, and where the disk is short.

A view of a million photos takes 16 MB of the catalogue, and whoever may search can have one made with each request.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from catalog.schema import sessions, users, views
from catalog.schema import snapshots as snapshot_table


@dataclass(frozen=True, slots=True)
class Bound:
    """How many lists, and how many photos in all of them: each takes 16 bytes, and a twelfth more. Lists of the same
    photos in the same order are stored once, and count once.
    """

    lists: int
    photos: int


SESSION = Bound(100, 3_000_000)
CALLER = Bound(500, 8_000_000)
USER_SHARES = Bound(1000, 20_000_000)


@dataclass(frozen=True, slots=True)
class Kept:
    """A list that is kept: its number, whose it is, which snapshot, how many photos."""

    number: int
    of: str
    snapshot: int
    photos: int


def make_room(connection: Connection, apisid: str) -> None:
    """Drops views beyond what their session may keep, and beyond what the caller may whose it is."""
    _drop(connection, beyond(_kept(connection, views.c.apisid == apisid), SESSION))
    mine = select(sessions.c.apisid).where(_of_caller(connection, apisid))
    _drop(connection, beyond(_kept(connection, views.c.apisid.in_(mine)), CALLER))


def drop_all_but_the_newest(connection: Connection) -> None:
    """Leaves each session one view."""
    newest = select(func.max(views.c.vid)).group_by(views.c.apisid)
    connection.execute(delete(views).where(views.c.vid.not_in(newest)))


def beyond(kept: Iterable[Kept], bound: Bound) -> list[int]:
    """The numbers of those lists that are more than the bound allows. Pure.

    The first of `kept` never is: it was just made. Then those stay that are the first of whose they are, then the
    others, in the order given.
    """
    in_order = list(kept)
    first = {each.of: each.number for each in reversed(in_order)}
    in_order.sort(key=lambda each: first[each.of] != each.number)  # which keeps the order of those that are alike
    gone: list[int] = []
    counted: set[int] = set()
    photos = 0
    for lists, each in enumerate(in_order, start=1):
        photos += 0 if each.snapshot in counted else each.photos
        counted.add(each.snapshot)
        if lists > 1 and (lists > bound.lists or photos > bound.photos):
            gone.append(each.number)
    return gone


def _of_caller(connection: Connection, apisid: str) -> ColumnElement[bool]:
    """The sessions that are one caller's: of a user with a password of his own all of that user's; else those of the
    same address in which nobody is, or somebody whom anybody can be.
    """
    with_users = select(sessions.c.uid, sessions.c.address, users.c.open)
    with_users = with_users.outerjoin(users, users.c.uid == sessions.c.uid).where(sessions.c.apisid == apisid)
    row = connection.execute(with_users).one_or_none()
    if row is None:
        return sessions.c.apisid == apisid
    if row.uid is not None and not row.open:
        return sessions.c.uid.is_(row.uid)
    anybody = select(users.c.uid).where(users.c.open)
    return and_(sessions.c.address == row.address, or_(sessions.c.uid.is_(None), sessions.c.uid.in_(anybody)))


def _kept(connection: Connection, those: ColumnElement[bool]) -> list[Kept]:
    """These views, the newest first."""
    columns = select(views.c.vid, views.c.apisid, views.c.snapshot_id, snapshot_table.c.count)
    found = columns.join(snapshot_table, snapshot_table.c.id == views.c.snapshot_id).where(those)
    return [Kept(*row) for row in connection.execute(found.order_by(views.c.vid.desc()))]


def _drop(connection: Connection, vids: list[int]) -> None:
    if vids:
        connection.execute(delete(views).where(views.c.vid.in_(vids)))
