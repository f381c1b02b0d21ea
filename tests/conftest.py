"""Fixtures for every floor, and how tests are dealt out where several processes run them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from catalog.users import Users
from tests.catalog.library import Library
from tests.catalog.sides import Clock, Side

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

# How long an example takes is the machine's affair: by itself hypothesis fails one of more than 200 ms.
settings.register_profile("darkroom", deadline=None)
settings.load_profile("darkroom")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A module's tests run in one process, for they may share a server, and so do all that ask the same server of the
    whole session; those marked `apart` wherever there is room. What takes longest begins first.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    for item in items:
        callspec = getattr(item, "callspec", None)
        server = callspec and callspec.params.get("server")
        if server or not item.get_closest_marker("apart"):
            item.add_marker(pytest.mark.xdist_group(server or str(item.path.relative_to(item.config.rootpath))))
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Users' passwords are hashed as in earnest, at less cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catalog.passwords._hasher", QUICK)
        yield


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
