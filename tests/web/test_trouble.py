"""What a person does not wait for and no server foresees: one that goes away, lists that end, hasty hands."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Route, expect

from tests.end_to_end.servers import eventually, serving
from tests.web.conftest import Visit
from tests.web.house import ADMIN, ADMIN_PASSWORD, LARGE, SAILOR, SAILOR_PASSWORD
from tests.web.touch import Finger
from tests.web.visitor import DESK, PHONE, SEEN, Visitor, fill_in, large, tile, tiles, viewer, visiting

AWAY = ".away"
# Keeps the looks for more photos, by their pause, for the test to let go.
HOLD = """() => {
    window.held = [];
    const wait = setTimeout;
    window.setTimeout = (done, ms) => ms === 3000 ? void window.held.push(done) : wait(done, ms);
}"""
UNREACHABLE = "The server can't be reached."


def refuse(route: Route) -> None:
    """Answers as a server that is just starting."""
    route.fulfill(status=503, content_type="application/problem+json", body='{"detail": "Busy."}')


def test_a_page_that_began_without_an_answer_goes_on(guest: Visitor) -> None:
    guest.expects(503, "/")
    guest.page.route("**/api/me", refuse)
    guest.open("/?q=flower")
    again = guest.page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    guest.page.unroute("**/api/me")
    again.click()
    guest.page.wait_for_function(SEEN)
    expect(guest.page.get_by_role("button", name="Account")).to_be_visible()


def test_photos_appear_as_the_library_is_read(browser: Browser, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    found: list[Path] = []

    def find_one_more(route: Route) -> None:
        """Each time that the page asks but the first, one more photo has been read."""
        if len(found) < len(expected):
            found.append(photos / expected[len(found)])
            Image.new("RGB", (300, 300), (60 * len(found), 90, 90)).save(found[-1])
            eventually(lambda: server.api("runQuery", query="*").json()["count"], len(found))
        route.continue_()

    expected: list[str] = []
    with serving(photos, tmp_path / "data", "embedded") as server, visiting(browser, server.url) as guest:
        guest.page.route("**/runQuery*", find_one_more)
        guest.open()
        expect(guest.page.get_by_role("heading", name="No photos yet")).to_be_visible()
        guest.page.evaluate(HOLD)
        expected += ["1.jpg", "2.jpg", "3.jpg"]
        for name in expected[:2]:
            expect(tile(guest.page, name)).to_be_visible()
        expect(guest.page.get_by_role("heading", name="No photos yet")).to_have_count(0)
        guest.page.wait_for_function("() => window.held.length")
        guest.page.evaluate("() => window.held.shift()()")
        expect(tile(guest.page, "3.jpg")).to_be_visible()
        tile(guest.page, "1.jpg").get_by_role("link").focus()
        guest.page.keyboard.press("Space")
        expect(guest.page.get_by_text("1 selected")).to_be_visible()
        asked = len(guest.requests)
        guest.page.wait_for_function("() => window.held.length")
        guest.page.evaluate("() => window.held.shift()()")
        expect(guest.page.get_by_text("1 selected")).to_be_visible()  # who has begun something is not disturbed
        assert not [url for url in guest.requests[asked:] if "runQuery" in url]


def test_it_says_so_while_the_server_is_away(guest: Visitor) -> None:
    guest.expects(0, "/")
    guest.library("/?q=flower")
    tile(guest.page, "Sunflower").get_by_role("link").click()
    expect(large(guest.page)).to_be_visible()
    guest.context.set_offline(True)
    # What else the page asks for meanwhile says so too: this one has to have failed before the next try.
    with guest.page.expect_event("requestfailed", lambda request: "/dialogs/details.js" in request.url):
        guest.page.keyboard.press("i")
    expect(guest.page.locator(AWAY)).to_have_text(UNREACHABLE)
    expect(guest.page.locator(AWAY)).to_be_visible()
    # The request may have failed before the page hears of it, and who asks again before that hears the same.
    assert not guest.page.evaluate(f"import('{guest.url}/web/dialogs/details.js').then(() => true, () => false)")
    guest.context.set_offline(False)
    guest.page.keyboard.press("i")
    expect(guest.page.get_by_role("dialog", name="Metadata details").get_by_text("f/22")).to_be_visible()
    expect(guest.page.locator(AWAY)).to_be_hidden()


def test_the_viewer_stays_at_its_photo_when_the_list_is_made_anew(guest: Visitor) -> None:
    """Far down, where the new list's photos are not known yet."""
    guest.library("/?sort=date")
    tiles(guest.page).nth(3).get_by_role("link").click()
    expect(large(guest.page)).to_be_visible()
    guest.page.keyboard.press("End")
    place = viewer(guest.page).locator(".place")
    expect(place).to_have_text(re.compile(r"^(\d+) of \1$"))
    (vid,) = {match[1] for url in guest.requests if (match := re.search(r"[?&]vid=(\d+)", url))}
    ended = re.compile(rf"[?&]vid={vid}(&|$)")
    guest.expects(404, ended.pattern)
    guest.context.route(ended, lambda route: route.fulfill(status=404, body="{}"))
    for number in range(1, 6):
        guest.page.keyboard.press("ArrowLeft")
        expect(place).not_to_have_text(re.compile(rf"^{number} "))
    guest.until(lambda: any("getPhoto?vid=" in url and not ended.search(url) for url in guest.requests))
    expect(large(guest.page)).to_be_visible()
    expect(place).to_have_text(re.compile(r"^1\d\d of"))


def test_a_viewer_that_was_closed_shows_nothing_more(guest: Visitor) -> None:
    """Though what it has asked for comes only then."""
    second = re.compile(r"/api/photos\?.*first=100&")
    held: list[Route] = []
    guest.page.route(second, lambda route: held.append(route))
    guest.library("/?sort=date")
    tiles(guest.page).nth(3).get_by_role("link").click()
    expect(large(guest.page)).to_be_visible()
    guest.page.keyboard.press("End")
    guest.until(lambda: bool(held))
    guest.page.keyboard.press("Escape")
    expect(viewer(guest.page)).to_be_hidden()
    with guest.page.expect_response(second):
        held[0].continue_()
    guest.page.evaluate("new Promise((done) => setTimeout(done))")  # after whatever has waited for the answer


def test_a_double_click_is_one_step(guest: Visitor) -> None:
    guest.library("/?q=flower+or+poster")
    held: list[Route] = []
    guest.page.route("**/web/viewer/viewer.js", lambda route: held.append(route))
    tile(guest.page, LARGE).get_by_role("link").dblclick()
    guest.until(lambda: bool(held))
    held[0].continue_()
    expect(large(guest.page)).to_be_visible()
    guest.page.keyboard.press("Escape")
    expect(guest.page).to_have_url(f"{guest.url}/?q=flower+or+poster")
    expect(viewer(guest.page)).to_be_hidden()


def test_who_logs_in_does_so_in_every_tab(guest: Visitor) -> None:
    guest.library("/?q=flower+or+poster")
    expect(tiles(guest.page)).to_have_count(2)
    other = guest.context.new_page()
    other.goto(f"{guest.url}/login")
    fill_in(other, SAILOR, SAILOR_PASSWORD)
    expect(tiles(guest.page)).to_have_count(1)
    expect(guest.page.get_by_role("button", name="Account")).to_contain_text(SAILOR)


def test_a_session_that_has_ended_is_nobody_s_page(visit: Visit) -> None:
    admin = visit(DESK)
    admin.log_in(ADMIN, ADMIN_PASSWORD)
    admin.open("/jobs")
    start = admin.page.get_by_role("button", name="Start job")
    expect(start).to_be_visible()
    admin.expects(403, "/api/")
    admin.context.clear_cookies()
    admin.page.get_by_role("checkbox", name="tile160").check()
    start.click()
    expect(admin.page.get_by_role("alert").filter(has_text="Jobs are for admins.")).to_be_visible()
    expect(start).to_have_count(0)


def test_a_swipe_that_becomes_a_pinch(visit: Visit) -> None:
    visitor = visit(PHONE)
    visitor.library("/?q=poster")
    tile(visitor.page, LARGE).get_by_role("link").click()
    expect(large(visitor.page)).to_be_visible()
    finger = Finger(visitor.page)
    finger.pinch_after(viewer(visitor.page), across=0.3)
    expect(viewer(visitor.page)).to_contain_class("zoomed")
    expect(viewer(visitor.page).locator(".track")).to_have_css("translate", "none")
