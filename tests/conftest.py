"""Fixtures for every floor."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from catalog.users import Users
from tests.catalog.library import Library
from tests.catalog.sides import Clock, Side

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Users' passwords are hashed as in earnest, at less cost."""
    monkeypatch.setattr("catalog.passwords._hasher", QUICK)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Two empty photo roots and an empty catalogue."""
    made = Library(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def clock() -> Clock:
    """A clock that all processes share."""
    return Clock()


@pytest.fixture
def here(library: Library, clock: Clock) -> Side:
    """One process, with the users ann and bob."""
    users = Users(library.engine)
    users.add("ann", "ann")
    users.add("bob", "secret")
    return Side(library, clock)


@pytest.fixture
def there(library: Library, clock: Clock, here: Side) -> Side:
    """Another one."""
    return Side(library, clock)
