"""Views: what a query found, kept for its session."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select

from catalog.database import writing
from catalog.errors import Missing
from catalog.generations import Generations, Memo
from catalog.lists import keeping, snapshots
from catalog.lists.snapshots import Snapshots
from catalog.photoid import SIZE
from catalog.schema import snapshots as snapshot_table
from catalog.schema import views

BEYOND_SQLITE = 2**63


@dataclass(frozen=True, slots=True)
class View:
    """A view: whose it is, where its photos are, and how many."""

    apisid: str
    snapshot: int
    count: int


class Views:
    """Makes views and finds photos in them. What session and caller may keep `catalog/lists/keeping.py` says: beyond it
    the oldest views go. While `short` says that there is little room on the disk, each session has one.
    """

    def __init__(
        self, engine: Engine, generations: Generations, kept: Snapshots, short: Callable[[], bool] = lambda: False
    ) -> None:
        self._engine = engine
        self._short = short
        self._snapshots = kept
        self._view = Memo(lambda: generations.access, self._read)

    def make(self, apisid: str, photoids: bytes) -> tuple[int, int]:
        """Keeps the photos (ids of 16 bytes) as a view of that session; gives its vid and how many they are."""
        short = self._short()
        with self._engine.connect() as connection, writing(connection):
            if short:  # before: what they leave is used again, while the file would grow
                keeping.drop_all_but_the_newest(connection)
            snapshot = snapshots.put(connection, photoids)
            row = {"apisid": apisid, "snapshot_id": snapshot}
            vid = connection.execute(insert(views), row).lastrowid
            keeping.make_room(connection, apisid)
        return vid, len(photoids) // SIZE

    def photoid(self, apisid: str, vid: int, index: int) -> str:
        """The photo at a place of a view, counted from 0.

        Raises:
            Missing: this session has no such view, or it ends before.
        """
        return self._snapshots.photoid(self.of(apisid, vid).snapshot, index)

    def count(self, apisid: str, vid: int) -> int:
        """How many photos a view has.

        Raises:
            Missing: this session has no such view.
        """
        return self.of(apisid, vid).count

    def whole(self, apisid: str, vid: int) -> bytes:
        """Every photo of a view, in order: 16 bytes each, one behind the other.

        Raises:
            Missing: this session has no such view.
        """
        return self._snapshots.whole(self.of(apisid, vid).snapshot)

    def of(self, apisid: str, vid: int) -> View:
        """A view of that session.

        Raises:
            Missing: this session has no such view.
        """
        view = self._view((apisid, vid)) if 0 < vid < BEYOND_SQLITE else None
        if view is None:
            raise Missing(f"There is no view {vid} in this session: run the query again.")
        return view

    def _read(self, key: tuple[str, int]) -> View | None:
        """Another session's is looked for, and not found, like one that never was."""
        apisid, vid = key
        query = (
            select(views.c.apisid, views.c.snapshot_id, snapshot_table.c.count)
            .join(snapshot_table, snapshot_table.c.id == views.c.snapshot_id)
            .where(views.c.vid == vid, views.c.apisid == apisid)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else View(*row)
