"""Who is there: logging in and out, who sees less, what is kept, and what another site can't do in somebody's name."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.servers import Server, serving
from tests.web.conftest import Visit
from tests.web.house import ADMIN, ADMIN_PASSWORD, SAILOR, SAILOR_PASSWORD, TITLE, invite, welcome
from tests.web.visitor import DESK, Visitor, fill_in, grid, tile, tiles, visiting


@pytest.fixture(scope="module")
def closed(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the same photos that shows nothing to strangers."""
    folder = tmp_path_factory.mktemp("closed")
    photos = Path(server.environ["ROBOT_ROOT_0_PATH"])
    with serving(photos, folder / "data", "embedded", WEBAPI_DEFAULT_UID="nobody") as running:
        invite(running)
        yield running


@pytest.fixture
def stranger(browser: Browser, closed: Server) -> Iterator[Visitor]:
    """Somebody whom the closed server does not know."""
    with visiting(browser, closed.url) as visitor:
        visitor.expects(403, "/")
        yield welcome(visitor, closed)


def account(visitor: Visitor, entry: str) -> None:
    """Chooses from the menu of who is there."""
    visitor.page.get_by_role("button", name="Account").click()
    visitor.page.get_by_role("menuitem", name=entry).click()


def test_logging_in_and_out(guest: Visitor) -> None:
    guest.library("/?q=flower+or+poster")
    expect(tiles(guest.page)).to_have_count(2)
    account(guest, "Log in")
    fill_in(guest.page, SAILOR, SAILOR_PASSWORD)
    expect(tiles(guest.page)).to_have_count(1)  # where it was, with the eyes of another
    expect(tile(guest.page, TITLE)).to_be_visible()
    (cookie,) = guest.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == ("darkroom", True, "Strict", "/")
    assert guest.page.evaluate("document.cookie") == ""
    account(guest, "Log out")
    expect(tiles(guest.page).nth(4)).to_be_visible()
    assert not guest.context.cookies()


def test_a_wrong_password(guest: Visitor) -> None:
    guest.expects(403, "authorizeWebApiSession")
    guest.open("/login")
    fill_in(guest.page, SAILOR, "of the land")
    expect(guest.page.get_by_role("alert")).to_contain_text("User or password is wrong.")
    expect(guest.page.get_by_label("User", exact=True)).to_have_value(SAILOR)
    guest.page.get_by_label("Password", exact=True).fill(SAILOR_PASSWORD)
    guest.page.get_by_label("Password", exact=True).press("Enter")
    expect(tile(guest.page, TITLE)).to_be_visible()


def test_a_stranger_is_asked_to_log_in_and_comes_back(stranger: Visitor) -> None:
    stranger.open("/?q=flower")
    stranger.page.wait_for_url("**/login?back=*")
    fill_in(stranger.page, ADMIN, ADMIN_PASSWORD)
    expect(tile(stranger.page, TITLE)).to_be_visible()
    assert stranger.page.url.endswith("/?q=flower")
    account(stranger, "Log out")
    expect(stranger.page.get_by_role("heading", name="Log in")).to_be_visible()
    stranger.page.go_back()
    expect(stranger.page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(grid(stranger.page).get_by_role("link")).to_have_count(0)


def test_after_login_only_this_site_is_gone_to(stranger: Visitor) -> None:
    for elsewhere in ("//elsewhere.test/", "https://elsewhere.test/", "javascript:alert(1)"):
        stranger.open(f"/login?back={elsewhere}")
        fill_in(stranger.page, ADMIN, ADMIN_PASSWORD)
        stranger.page.wait_for_url(f"{stranger.url}/**")
        expect(grid(stranger.page)).to_be_visible()


def test_a_session_that_has_ended_elsewhere(stranger: Visitor) -> None:
    """The page asks for the password, and loses nothing of where it was."""
    stranger.log_in(ADMIN, ADMIN_PASSWORD)
    stranger.library("/?q=flower")
    asked = stranger.context.request
    assert asked.delete(f"{stranger.url}/api/session", headers={"X-Darkroom": "page"}).status == 204
    stranger.page.get_by_role("searchbox", name="Search").fill("poster")
    stranger.page.keyboard.press("Enter")
    stranger.page.wait_for_url("**/login?back=*")
    fill_in(stranger.page, ADMIN, ADMIN_PASSWORD)
    expect(tile(stranger.page, "poster")).to_be_visible()


def test_somebody_who_sees_less(visit: Visit) -> None:
    sailor = visit(DESK)
    sailor.log_in(SAILOR, SAILOR_PASSWORD)
    sailor.open("/?q=poster")
    expect(sailor.page.get_by_role("heading", name="No photos")).to_be_visible()
    sailor.library("/?q=flower")
    tile(sailor.page, TITLE).get_by_role("link").click(modifiers=["Control"])
    bar = sailor.page.get_by_role("region", name="Selection")
    expect(bar.get_by_role("button", name="Share photos")).to_be_visible()
    expect(bar.get_by_role("button", name="Download")).to_have_count(0)  # has no right to
    sailor.page.get_by_role("button", name="Account").click()
    expect(sailor.page.get_by_role("menuitem", name="My shares")).to_be_visible()
    expect(sailor.page.get_by_role("menuitem", name="Jobs")).to_have_count(0)


HOSTILE = """<!doctype html><title>Hostile</title>
<form id=share method=post enctype=text/plain action="{url}/api/shares">
<input name='{{"photoids": ["{photoid}"], "public": true, "name": "' value='"}}'></form>
<form id=job method=post enctype=text/plain action="{url}/api/jobs">
<input name='{{"query": "*", "sizes": ["256x256"], "x": "' value='"}}'></form>
<form id=login method=post action="{url}/picapportapi/1.0/createWebApiSession"></form>
"""
FETCHES = """async ([url, photoid]) => {
    const tried = [
        ["POST", "/api/shares", JSON.stringify({ photoids: [photoid], public: true })],
        ["POST", "/api/jobs", JSON.stringify({ query: "*", sizes: ["256x256"] })],
        ["DELETE", "/api/session"],
        ["GET", "/picapportapi/1.0/createWebApiSession"],
    ];
    const outcomes = [];
    for (const [method, path, body] of tried)
        for (const [mode, headers] of [["no-cors", {}], ["cors", { "X-Darkroom": "page" }], ["cors", {}]])
            outcomes.push(await fetch(url + path, { method, body, mode, headers, credentials: "include" })
                .then(answer => answer.type, () => "refused"));
    return outcomes; }"""


@contextmanager
def another_site(page: str) -> Iterator[int]:
    """A server of one page, on 127.0.0.1 and so also on localhost; gives its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["the same site", "another site"])
def test_another_origin_changes_nothing(visit: Visit, server: Server, host: str) -> None:
    """From a port of the same host the cookie comes along, but not the header; from another host not even that."""
    admin = visit(DESK)
    admin.log_in(ADMIN, ADMIN_PASSWORD)
    asked = admin.context.request

    def seen() -> list[object]:
        return [asked.get(f"{server.url}/api/{name}").json() for name in ("me", "shares", "jobs")]

    before = seen()
    assert before[0]["signedIn"]  # type: ignore[index]
    photoid = server.photos()["sea/flower.jpg"]
    state = admin.context.storage_state()
    assert admin.context.browser
    with another_site(HOSTILE.format(url=server.url, photoid=photoid)) as port:
        victim = admin.context.browser.new_context(storage_state=state)
        page = victim.new_page()
        page.goto(f"http://{host}:{port}/")
        outcomes = page.evaluate(FETCHES, [server.url, photoid])
        assert set(outcomes) <= {"refused", "opaque"}
        for form in ("share", "job", "login"):
            page.goto(f"http://{host}:{port}/")
            with page.expect_navigation():
                page.evaluate("id => document.getElementById(id).submit()", form)
        victim.close()
    assert seen() == before


# Asked as an image is: the browser's own cache may answer. What came over the network has a size there.
ASK = """async url => {
    performance.clearResourceTimings();
    const answer = await fetch(url), bytes = (await answer.arrayBuffer()).byteLength;
    const [entry] = performance.getEntriesByName(new URL(url, location).href);
    return [answer.status, answer.status == 200 && bytes > 0, entry?.transferSize === 0];
}"""


def test_photos_across_logins(guest: Visitor, server: Server) -> None:
    """What the browser has kept of one user's photos is not shown to the next one who signs in at it."""
    town = next(photoid for path, photoid in server.photos().items() if path.startswith("town/town"))
    version = server.api("getPhotoMetadata", photoid=town).json()["version"]  # under which the browser keeps it
    url = f"/picapportapi/1.0/getPhoto?photoid={quote(town, safe='')}&width=31&version={version}"
    guest.expects(404, "getPhoto")

    def ask() -> list[object]:
        answer: list[object] = guest.page.evaluate(ASK, url)
        return answer

    guest.library()
    assert ask()[:2] == [200, True]
    assert ask() == [200, True, True]  # from the cache
    guest.log_in(SAILOR, SAILOR_PASSWORD)
    assert ask()[0] == 404  # not for this user
    guest.log_in(ADMIN, ADMIN_PASSWORD)
    assert ask() == [200, True, False]
    assert ask() == [200, True, True]
    assert guest.context.request.delete(f"{guest.url}/api/session", headers={"X-Darkroom": "page"}).status == 204
    guest.library()
    assert ask() == [200, True, False]  # the guest again, who may
