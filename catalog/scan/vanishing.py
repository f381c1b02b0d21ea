"""How much may vanish at once without a word: few photos do so by themselves, many as a rule with a disk or a share."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from catalog.database import writing
from catalog.scan import diff
from catalog.schema import roots

FEW = 50
"""So many photos may always vanish, if others stay."""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says beforehand: `empty`, that a root without any of its photos has been emptied; `vanished`, that
    whatever is not there any more is gone. `most` percent may vanish without either.
    """

    empty: bool = False
    vanished: bool = False
    most: int = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of photos that have vanished from a root: `held` says why they stay, `emptied` that they will
    not come back.
    """

    held: str = ""
    emptied: bool = False


def judge(connection: Connection, root_id: int, before: int, words: Words, *, whole: bool) -> Verdict:
    """Whether what has vanished from a root may go; where not, it is held from now on, and the catalogue says so.

    `before` is the number of the photo that came last before this scan: those that have come since say nothing of those
    that were there. Once photos are held, what counts is how many there were at first. What a scan of parts misses then
    is for a scan of the whole root to judge. That all of a root is gone is nothing to ask about where only parts were
    looked at: of their files the system has told.
    """
    lost, left_out = diff.vanished_of(connection, root_id)
    with connection.begin():
        columns = select(roots.c.vanished, roots.c.vanished_of).where(roots.c.id == root_id)
        held, held_of = connection.execute(columns).one()
    if not lost:
        if whole:
            _note(connection, root_id, (held, held_of), (0, 0))
        return Verdict()
    known = held_of if held else diff.known_until(connection, root_id, before) - left_out
    every = whole and lost >= known
    many = lost > FEW and lost * 100 > words.most * known
    accepted = words.vanished or (words.empty and every)
    if not accepted and (every or many or (held and not whole)):
        if whole or not held:
            _note(connection, root_id, (held, held_of), (lost, known))
        diff.hold(connection, root_id)
        return Verdict(held=_sentence(lost, known))
    if whole or accepted:
        _note(connection, root_id, (held, held_of), (0, 0))
    return Verdict(emptied=every and words.empty)


def unseen(connection: Connection, root_id: int) -> None:
    """A root is not there, or can't be believed: all its photos are held."""
    known = diff.known_in(connection, root_id)
    with connection.begin():
        columns = select(roots.c.vanished, roots.c.vanished_of).where(roots.c.id == root_id)
        held, held_of = connection.execute(columns).one()
    _note(connection, root_id, (held, held_of), (known, known))


def _sentence(lost: int, known: int) -> str:
    if lost >= known:
        return f"none of its {known} photos is there any more: is its disk mounted? (scan --accept-empty removes them)"
    some = f"{lost} of its {known} photos have vanished at once"
    return f"{some}: is a disk or a part of a share missing? (scan --accept-vanished lets them go)"


def _note(connection: Connection, root_id: int, before: tuple[int, int], now: tuple[int, int]) -> None:
    if now != before:
        with writing(connection):
            values = {"vanished": now[0], "vanished_of": now[1]}
            connection.execute(update(roots).where(roots.c.id == root_id).values(values))
