"""Sessions from before callers were bounded go on, and count as used."""

import contextlib
import sqlite3
import time
from pathlib import Path

from catalog.database import FILE, open_catalog
from catalog.generations import Generations
from catalog.people.sessions import Sessions
from tests.catalog.migrations.older import make_older


def test_sessions_go_on_and_are_not_taken_for_unused(tmp_path: Path) -> None:
    make_older(tmp_path, "0010_disks")
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as old:
        row = ("a" * 22, "192.0.2.1", 0, int(time.time()))
        old.execute("INSERT INTO sessions (apisid, address, implicit, last_used) VALUES (?, ?, ?, ?)", row)
        old.commit()
    engine = open_catalog(tmp_path)
    found = Sessions(engine, Generations(engine), lifetime=60, per_address=1).by_id("a" * 22)
    assert (found.used, found.page) == (True, False)
    engine.dispose()
