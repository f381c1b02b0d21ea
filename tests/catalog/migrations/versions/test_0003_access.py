"""A catalogue from before there were groups comes over with its users, its photos and nothing lost."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from catalog import schema
from catalog.database import FILE, HEAD, open_catalog, revision
from catalog.generations import Generations
from catalog.people.access import DOWNLOADS, METADATA, SEARCH, Access, Rights
from catalog.people.users import User, Users
from catalog.photos import Photos
from tests.catalog.migrations.older import make_older

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
USERS = [
    ("ann", QUICK.hash("a secret"), "2020-01-02T03:04:05Z"),
    ("guest", QUICK.hash("guest"), "2021-01-02T03:04:05Z"),
    ("lost", "no hash at all", "2022-01-02T03:04:05Z"),
    ("Zo\u00eb with a space", QUICK.hash("Zo\u00eb with a space"), "2023-01-02T03:04:05Z"),
]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The folder of a catalogue at revision 0002, with four users and a photo."""
    make_older(tmp_path, "0002")
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as old:
        old.executemany("INSERT INTO users VALUES (?, ?, ?)", USERS)
        old.execute("INSERT INTO roots VALUES (1, 'a', 1)")
        old.execute("INSERT INTO folders VALUES (1, '@a/')")
        old.execute(
            "INSERT INTO photos VALUES (7, ?, ?, 1, 'a', 1, ?, 9, 9, 30, 20, 'JPEG', '2020-01-02T03:04:05')",
            (bytes(16), bytes(16), b"1.jpg"),
        )
        old.commit()
    return tmp_path


@pytest.fixture
def engine(before: Path) -> Iterator[Engine]:
    """The same, as it is opened now."""
    opened = open_catalog(before)
    yield opened
    opened.dispose()


def test_users_come_over(engine: Engine) -> None:
    with engine.connect() as connection:
        assert revision(connection) == HEAD
        kept = connection.execute(select(schema.users.c.uid, schema.users.c.password_hash)).all()
    assert sorted(map(tuple, kept)) == sorted((uid, hashed) for uid, hashed, _ in USERS)
    users = Users(engine)
    assert users.everyone() == [
        User(uid, admin=False, open=uid in ("guest", "Zo\u00eb with a space"), groups=("users",), created=created)
        for uid, _, created in sorted(USERS)
    ]
    assert users.proof("ann", "a secret")
    assert not users.proof("lost", "lost")


def test_they_may_what_they_could(engine: Engine) -> None:
    access = Access(engine, Generations(engine))
    assert access.rights("ann") == Rights("ann", frozenset({SEARCH, METADATA, DOWNLOADS}))
    assert [uid for uid, *_ in USERS if access.is_open(uid)] == ["guest", "Zo\u00eb with a space"]


def test_photos_stay_and_every_change_from_now_on_is_noticed(engine: Engine) -> None:
    (photo,) = Photos(engine).everything()
    assert (photo.path, photo.width) == ("1.jpg", 30)
    generations = Generations(engine)
    for statement, of_access in (
        ("UPDATE photos SET width = 31", False),
        ("UPDATE users SET admin = 1 WHERE uid = 'ann'", True),
        ("DELETE FROM users WHERE uid = 'lost'", True),
        ("DELETE FROM photos", False),
    ):
        access, seen = generations.access, generations.photos
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(statement)
        generations.look()
        assert generations.access is not access or generations.photos is not seen
        assert (generations.access is not access) == of_access


def test_a_migration_that_fails_leaves_the_old_catalogue(before: Path) -> None:
    with contextlib.closing(sqlite3.connect(before / FILE)) as old:
        old.execute("CREATE TABLE shares (in_the_way)")
        old.commit()
    with pytest.raises(OperationalError, match="shares already exists"):
        open_catalog(before)
    with contextlib.closing(sqlite3.connect(before / FILE)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
        assert old.execute("SELECT count(*) FROM users").fetchone() == (4,)
        old.execute("DROP TABLE shares")
        old.commit()
    opened = open_catalog(before)
    assert len(Users(opened).everyone()) == 4
    opened.dispose()
