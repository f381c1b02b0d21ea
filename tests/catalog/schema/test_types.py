"""Values on their way into the catalogue and out of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, insert, select
from sqlalchemy.types import TypeEngine

from catalog import photoid
from catalog.schema.types import FsPath, PhotoId, TextList

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@contextmanager
def in_memory() -> Iterator[Connection]:
    """A database that nobody else sees."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def there_and_back(connection: Connection, kind: TypeEngine[Any], value: object) -> tuple[object, object]:
    """A value as it comes out again, and as SQLite holds it."""
    table = Table("t", MetaData(), Column("value", kind))
    table.create(connection)
    connection.execute(insert(table), {"value": value})
    raw = connection.exec_driver_sql("SELECT value FROM t").scalar()
    again = connection.execute(select(table.c.value)).scalar()
    table.drop(connection)
    return again, raw


@given(st.binary(), st.binary(min_size=16, max_size=16), st.lists(TEXT, min_size=1).map(tuple))
def test_whatever_goes_in_comes_out(path: bytes, identity: bytes, texts: tuple[str, ...]) -> None:
    with in_memory() as connection:
        assert there_and_back(connection, FsPath(), os.fsdecode(path)) == (os.fsdecode(path), path)
        assert there_and_back(connection, PhotoId(), photoid.encode(identity)) == (photoid.encode(identity), identity)
        assert there_and_back(connection, TextList(), texts)[0] == texts


@pytest.mark.parametrize(
    ("kind", "empty", "raw"), [(FsPath(), None, None), (PhotoId(), None, None), (TextList(), (), "")]
)
def test_nothing(kind: TypeEngine[Any], empty: object, raw: object) -> None:
    with in_memory() as connection:
        assert there_and_back(connection, kind, empty) == (empty, raw)
