"""What lies in a disk tier's folder, and what its index says of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from cache.disk import Budget

ROOMY = Budget(free=0)  # of a machine whose disk is full tests say nothing, unless that is what they test


def on_disk(folder: Path) -> dict[str, int]:
    """Bytes by path of each render."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*.jpg")}


def in_index(folder: Path) -> dict[str, int]:
    """Bytes by path of each row, by a connection of its own; the running totals agree with the rows."""
    from cache.key import RenderKey

    with closing(sqlite3.connect(folder / "index.sqlite")) as connection:
        rows = dict(connection.execute("SELECT name, bytes FROM entries").fetchall())
        sums = connection.execute("SELECT entries, bytes FROM state").fetchone()
    assert sums == (len(rows), sum(rows.values()))
    return {RenderKey.parse(name).path: size for name, size in rows.items()}


def assert_equal(folder: Path) -> None:
    """Index and files agree, and there is nothing half done."""
    assert in_index(folder) == on_disk(folder)
    assert list((folder / "tmp").iterdir()) == []
