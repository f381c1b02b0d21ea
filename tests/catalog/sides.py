"""Processes that share one catalogue, played inside one."""

from sqlalchemy import Table, func, select

from catalog.generations import Generations
from catalog.lists.snapshots import Snapshots
from catalog.lists.views import Views
from catalog.people.sessions import Sessions
from catalog.photoid import SIZE
from tests.catalog.library import Library
from tests.clock import Clock

LIFETIME = 600


class Side:
    """What one process has of the catalogue."""

    def __init__(self, library: Library, clock: Clock, per_address: int = 3) -> None:
        self.generations = Generations(library.engine)
        self.sessions = Sessions(
            library.engine, self.generations, lifetime=LIFETIME, per_address=per_address, clock=clock
        )
        self.views = Views(library.engine, self.generations, Snapshots(library.engine, self.generations))


def ids(count: int) -> bytes:
    """The ids of that many photos."""
    return b"".join(number.to_bytes(SIZE, "big") for number in range(count))


def rows(library: Library, table: Table) -> int:
    """How many rows a table has."""
    with library.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()
