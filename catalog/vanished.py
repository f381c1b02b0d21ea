"""What has vanished from photo roots: what waits for a word about it, and what is missing."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from catalog.schema import missing, roots


@dataclass(frozen=True, slots=True)
class Vanished:
    """A photo root, by its alias: `held` of its `known` photos have vanished at once, and are shown until somebody says
    that they may go (0: none); `missing` are out of sight, for as long as they may come back.
    """

    root: str
    held: int
    known: int
    missing: int


def vanished(engine: Engine, aliases: Collection[str]) -> list[Vanished]:
    """What has vanished from the roots of these aliases, by alias; those from which nothing has are left out."""
    lost = select(func.count()).where(missing.c.root_id == roots.c.id).correlate(roots).scalar_subquery()
    query = select(roots.c.alias, roots.c.vanished, roots.c.vanished_of, lost).where(roots.c.alias.in_(aliases))
    with engine.connect() as connection:
        found = [Vanished(*row) for row in connection.execute(query.order_by(roots.c.alias))]
    return [each for each in found if each.held or each.missing]
