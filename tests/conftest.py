"""Fixtures for every floor, and what is so for all tests."""

import gc
import os
import sys
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine
from sqlalchemy.util import LRUCache
from xdist.remote import Producer

from catalog.people.users import Users
from tests.catalog.library import Library
from tests.catalog.sides import Side
from tests.clock import Clock
from tests.dealing import Dealing, turn

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

# As under make: programs that the set-up has put into the project, behind those of the machine.
os.environ["PATH"] += f":{Path(__file__).parents[1] / '.tools/bin'}"

# Where the environment has Python keep no bytecode, each process of a test would compile the house for itself, which is
# a third of what it takes to start; the processes that run tests would, too, all the tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

gc.disable()  # until the tests are collected: a fifth of the time that takes

# How long examples take is the machine's affair: by itself hypothesis fails one of more than 200 ms. They are the same
# each time, so that what failed fails again; EXPLORE=1 looks for others.
settings.register_profile(
    "darkroom", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="EXPLORE" not in os.environ
)
settings.load_profile("darkroom")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Dealing:
    """How tests are dealt out where several processes run them."""
    return Dealing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes run the tests, what takes longest begins first."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: turn(item.nodeid))


def pytest_collection_finish() -> None:
    """Python looks through all objects for those that nobody has any more, again and again: not through the tests."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """pytest takes away what earlier runs left, with a call of Python's for each level of it.

    A run that was killed may have left folders deeper than Python goes by itself, and all tests of this one pass.
    """
    sys.setrecursionlimit(20_000)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Users' passwords are hashed as in earnest, at less cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catalog.people.passwords._hasher", QUICK)
        yield


class Compiled(LRUCache[Any, Any]):
    """Statements as they were compiled for one catalogue, for all others of a process.

    Each engine begins with none. A server has one, which soon knows them all; a test would spend a third of its time to
    compile what the test before it has compiled.
    """

    def get(self, key: tuple[object, ...], default: Any = None) -> Any:
        """Without the dialect, which each engine makes for itself."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[object, ...], compiled: object) -> None:
        super().__setitem__(key[1:], compiled)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """All catalogues share what is compiled."""
    with pytest.MonkeyPatch.context() as patch:
        engine = partial(create_engine, execution_options={"compiled_cache": Compiled(500)})
        patch.setattr("catalog.database.create_engine", engine)
        yield


@pytest.fixture(scope="session", autouse=True)
def _certificates_read_once() -> Iterator[None]:
    """Each client of httpx, so each `httpx.get`, would read who certifies on this machine: 40 ms of a processor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context))
        yield


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Two empty photo roots and an empty catalogue."""
    made = Library(tmp_path)
    yield made
    made.close()


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
