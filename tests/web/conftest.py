"""One browser and one server for all tests of the page that run in a process."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import delete

from bench.clients.chromium import NoChromium, chromium
from catalog.database import opened_catalog, writing
from catalog.schema import guesses
from tests.end_to_end.servers import Server, serving
from tests.web.house import invite, make_library, welcome
from tests.web.visitor import DESK, Screen, Visitor, visiting

Visit = Callable[[Screen], Visitor]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; where there is none the test is skipped, in CI it fails."""
    try:
        with chromium() as running:
            yield running
    except NoChromium as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with people and photos; every caller is a guest."""
    folder = tmp_path_factory.mktemp("web")
    library = make_library(folder / "photos")
    with serving(library, folder / "data", "embedded", WEBAPI_MAX_SESSIONS_PER_IP="10000") as running:
        invite(running)
        yield running


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Makes visitors, each in a context of its own. Wrong passwords of other tests slow nobody down."""
    data = Path(server.environ["DATA_DIR"])
    with opened_catalog(data) as engine, engine.connect() as connection, writing(connection):
        connection.execute(delete(guesses))
    with ExitStack() as stack:
        yield lambda screen: welcome(stack.enter_context(visiting(browser, server.url, screen)), server)


@pytest.fixture
def guest(visit: Visit) -> Visitor:
    """Somebody without an account, at a desk."""
    return visit(DESK)
