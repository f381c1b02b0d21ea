"""A catalogue from before anybody vouched for people comes over with its users and sessions."""

import contextlib
import sqlite3
from pathlib import Path

from catalog.database import FILE, open_catalog
from catalog.people.identities import Identities, Identity, Standing
from catalog.people.users import Users
from tests.catalog.migrations.older import make_older


def test_users_stay_and_can_be_linked(tmp_path: Path) -> None:
    make_older(tmp_path, "0010_disks")
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as old:
        old.execute("INSERT INTO users VALUES ('ann', 'hash', 0, 1, '2020-01-02T03:04:05Z')")
        old.execute("INSERT INTO sessions VALUES ('A', 'ann', '10.0.0.1', 0, NULL, 7)")
        old.commit()
    engine = open_catalog(tmp_path)
    identities = Identities(engine, make=False)
    identities.link("ann", "https://id.example.org", "1")
    assert identities.admit(Identity("https://id.example.org", "1", "x"), Standing()) == "ann"
    assert [user.admin for user in Users(engine).everyone()] == [True]
    engine.dispose()
