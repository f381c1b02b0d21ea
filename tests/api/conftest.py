"""Fixtures of the front door's tests."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.api.house import House

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Two photos and five people, whose passwords are hashed at less cost than in earnest."""
    monkeypatch.setattr("catalog.passwords._hasher", QUICK)
    with ExitStack() as closing:
        yield House(tmp_path, closing)
