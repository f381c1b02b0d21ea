"""A house with accounts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from falcon.testing import TestClient

from tests.api.front import Visitor
from tests.api.functions.people.house import BOSS_PASSWORD, accounts, page_of
from tests.api.house import House
from tests.clock import Clock

Place = tuple[House, TestClient]


@pytest.fixture
def place(tmp_path: Path, clock: Clock) -> Iterator[Place]:
    """The house and its front end, where it is as late as the clock says."""
    clock.now = 1_800_000_000.0
    with accounts(tmp_path) as made:
        made[0].library.sessions._clock = clock
        yield made


@pytest.fixture
def house(place: Place) -> House:
    """The house."""
    return place[0]


@pytest.fixture
def client(place: Place) -> TestClient:
    """Its front end."""
    return place[1]


@pytest.fixture
def boss(client: TestClient) -> Visitor:
    """An admin, at the page."""
    return page_of(client, "boss", BOSS_PASSWORD)


@pytest.fixture
def ann(client: TestClient) -> Visitor:
    """A user, at the page."""
    return page_of(client, "ann", "a secret")
