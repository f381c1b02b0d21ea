"""Signing in at a provider that is nobody's of this house, in a browser: oidc-provider-mock, on a port of its own."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.servers import Process, Server, eventually, free_port, serving
from tests.web.house import SAILOR, TITLE, invite, welcome
from tests.web.visitor import DESK, Screen, Visitor, grid, tile, tiles, visiting

ZOE = {"sub": "4711", "preferred_username": "zoe", "groups": ["sailors", "others"]}
TAKEN = {"sub": "4712", "preferred_username": SAILOR, "groups": ["sailors"]}

DRESSED = "https://cdn.jsdelivr.net"


@contextmanager
def provider() -> Iterator[str]:
    """A provider; gives its issuer."""
    port = free_port()
    people = [each for person in (ZOE, TAKEN) for each in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *people]
    process = Process(command, os.environ)
    try:
        process.wait_for(f"127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop()


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Of a provider that runs."""
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def house(server: Server, issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the same photos that knows the provider, and shows nothing to strangers."""
    settings = {
        "WEBAPI_DEFAULT_UID": "nobody",
        "AUTH_OIDC_ISSUER": issuer,
        "AUTH_OIDC_CLIENT_ID": "darkroom",
        "AUTH_OIDC_CLIENT_SECRET": "secret",
        "AUTH_OIDC_NAME": "the club",
        "AUTH_OIDC_GROUPS": "groups",
    }
    photos = Path(server.environ["ROBOT_ROOT_0_PATH"])
    data = tmp_path_factory.mktemp("provided") / "data"
    with serving(photos, data, "embedded", **settings) as running:
        invite(running)
        yield running


def visitor_at(browser: Browser, house: Server, issuer: str, closing: ExitStack, screen: Screen = DESK) -> Visitor:
    """Somebody whom the house does not know, and who is sent to the provider without that being trouble."""
    visitor = welcome(closing.enter_context(visiting(browser, house.url, screen)), house)
    visitor.expects(403, "/")
    visitor.expects_origin(issuer)
    # The provider's own pages are dressed from elsewhere, which no test asks.
    visitor.expects_origin(DRESSED)
    visitor.context.route(f"{DRESSED}/**", lambda route: route.fulfill(body="", content_type="text/css"))
    return visitor


@pytest.fixture
def person(browser: Browser, house: Server, issuer: str) -> Iterator[Visitor]:
    """Somebody at a desk."""
    with ExitStack() as closing:
        yield visitor_at(browser, house, issuer, closing)


def sign_in(visitor: Visitor, subject: str, label: str = "Sign in with the club") -> None:
    """Goes to the provider, and says there who one is."""
    visitor.page.get_by_role("link", name=label).click()
    visitor.page.wait_for_url("**/oauth2/authorize?*")
    visitor.page.locator("input[name=sub]").first.fill(subject)
    visitor.page.locator("button, input[type=submit]").first.click()


def test_there_and_back(person: Visitor, house: Server) -> None:
    person.open("/?q=flower+or+poster")
    person.page.wait_for_url("**/login?back=*")
    sign_in(person, "4711")
    person.page.wait_for_url(f"{house.url}/?q=flower+or+poster")
    expect(tile(person.page, TITLE)).to_be_visible()
    expect(tiles(person.page)).to_have_count(1)  # the sea's
    cookie = next(each for each in person.context.cookies() if each["name"] == "darkroom")
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert not [each for each in person.context.cookies() if each["name"] == "darkroom-signin"]
    person.page.get_by_role("button", name="Account").click()
    expect(person.page.get_by_text("Signed in as zoe")).to_be_visible()
    person.page.get_by_role("menuitem", name="Log out").click()
    person.page.wait_for_url("**/oauth2/end_session?*")
    person.open("/")
    expect(person.page.get_by_role("heading", name="Log in")).to_be_visible()


def test_who_is_refused_reads_why_in_their_language(browser: Browser, house: Server, issuer: str) -> None:
    with ExitStack() as closing:
        german = visitor_at(browser, house, issuer, closing, Screen(language="de-CH"))
        german.open("/login")
        sign_in(german, "4712", "Mit the club anmelden")
        expect(german.page.get_by_role("alert").filter(has_text="Ihren Namen hat hier schon")).to_be_visible()
        assert german.page.url == f"{house.url}/login"  # without the code
        expect(grid(german.page)).to_have_count(0)


def test_a_provider_that_is_away(browser: Browser, server: Server, tmp_path: Path) -> None:
    settings = {
        "WEBAPI_DEFAULT_UID": "nobody",
        "AUTH_LOCAL": "false",
        "AUTH_OIDC_ISSUER": f"http://127.0.0.1:{free_port()}",
        "AUTH_OIDC_CLIENT_ID": "darkroom",
        "AUTH_OIDC_NAME": "the club",
    }
    photos = Path(server.environ["ROBOT_ROOT_0_PATH"])
    with serving(photos, tmp_path / "data", "embedded", **settings) as running, ExitStack() as closing:
        person = visitor_at(browser, running, "http://127.0.0.1", closing)
        person.expects(503, "/auth/oidc/login")
        person.open("/login")
        expect(person.page.get_by_label("Password", exact=True)).to_have_count(0)
        person.page.get_by_role("link", name="Sign in with the club").click()
        expect(person.page.get_by_role("alert").filter(has_text="the club does not answer")).to_be_visible()
        eventually(lambda: person.page.url, f"{running.url}/login")
