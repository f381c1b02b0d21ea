"""A catalogue from before there were accounts comes over with its people and their sessions."""

import contextlib
import sqlite3
from pathlib import Path

from catalog.database import FILE, open_catalog
from catalog.generations import Generations
from catalog.people.audit import AuditLog
from catalog.people.sessions import Sessions
from catalog.people.users import Users
from tests.catalog.migrations.older import make_older
from tests.clock import Clock


def test_people_and_sessions_come_over(tmp_path: Path) -> None:
    make_older(tmp_path, "0010_disks")
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as old:
        old.execute("INSERT INTO users VALUES ('ann', 'no hash', 0, 1, '2020-01-02T03:04:05Z')")
        old.execute("INSERT INTO sessions VALUES ('a session', 'ann', '10.0.0.1', 0, NULL, 1000000)")
        old.commit()
    engine = open_catalog(tmp_path)
    assert [user.uid for user in Users(engine).everyone()] == ["ann"]
    sessions = Sessions(engine, Generations(engine), lifetime=600, per_address=3, clock=Clock())
    session = sessions.by_id("a session")
    assert (session.uid, session.address, session.created, session.client) == ("ann", "10.0.0.1", 0, "")
    assert (session.app_password, sessions.is_confirmed(session)) == (None, False)
    assert AuditLog(engine, days=1, most=100).entries() == []
    engine.dispose()
