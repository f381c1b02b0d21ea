"""Sharing photos, and what a visitor of a shared gallery sees."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.servers import Server
from tests.web.conftest import Visit
from tests.web.house import ADMIN, ADMIN_PASSWORD, SAILOR, SAILOR_PASSWORD, TITLE
from tests.web.visitor import DESK, PHONE, Visitor, grid, large, tile, tiles, viewer


@pytest.fixture
def sailor(visit: Visit) -> Visitor:
    """Somebody who may share photos of the sea."""
    visitor = visit(DESK)
    visitor.log_in(SAILOR, SAILOR_PASSWORD)
    return visitor


def share(page: Page, name: str, *, public: bool = False) -> str:
    """Shares all that is shown; gives the link."""
    grid(page).get_by_role("link").first.focus()
    page.keyboard.press("Control+a")
    page.get_by_role("region", name="Selection").get_by_role("button", name="Share photos").click()
    dialog = page.get_by_role("dialog", name="Share photos")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Description").fill("Of last summer <b>& more</b>")
    dialog.get_by_label("Expires").fill("2099-12-31")
    dialog.get_by_label("Public").set_checked(public)
    dialog.get_by_role("button", name="Share", exact=True).click()
    link = dialog.get_by_label("Link", exact=True).input_value()
    dialog.get_by_role("button", name="Copy link").click()
    expect(dialog.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    return link


@pytest.mark.parametrize("public", [False, True])
def test_from_sharing_to_its_end(sailor: Visitor, visit: Visit, server: Server, public: bool) -> None:
    sailor.library("/?q=flower+or+%22sea+29%22")
    name = f"The sea, public: {public}"
    link = share(sailor.page, name, public=public)
    assert link.startswith(f"{server.url}/s/")
    assert (link.rpartition("/")[2] in server.api("getSharedGallerys").text) == public

    friend = visit(PHONE)
    friend.page.goto(link)
    expect(friend.page.get_by_role("heading", name=name)).to_be_visible()
    expect(friend.page.get_by_text("Of last summer <b>& more</b>")).to_be_visible()
    expect(tiles(friend.page)).to_have_count(3)
    expect(friend.page.get_by_role("searchbox")).to_have_count(0)
    tiles(friend.page).first.get_by_role("link").click()
    expect(large(friend.page)).to_be_visible()
    friend.page.keyboard.press("ArrowRight")
    expect(viewer(friend.page)).to_be_visible()
    friend.page.reload()
    expect(large(friend.page)).to_be_visible()
    friend.page.keyboard.press("Escape")
    expect(tiles(friend.page)).to_have_count(3)

    sailor.open("/shares")
    expect(sailor.page.get_by_role("heading", name="My shares")).to_be_visible()
    card = sailor.page.get_by_role("listitem").filter(has_text=name)
    expect(card).to_contain_text("3 photos")
    expect(card).to_contain_text("31 December 2099")
    card.get_by_role("button", name=re.compile("^End")).click()
    question = sailor.page.get_by_role("dialog", name="End this share?")
    question.get_by_role("button", name="End share").click()
    expect(question).to_be_hidden()
    expect(card).to_have_count(0)

    friend.expects(404, "/")
    friend.page.goto(link)
    expect(friend.page.get_by_role("heading", name="no longer here")).to_be_visible()


def test_a_link_shows_what_its_owner_may_see_and_nothing_else(sailor: Visitor, visit: Visit) -> None:
    """The visitor needs no account; the library stays closed."""
    sailor.library("/?q=flower")
    link = share(sailor.page, "One")
    friend = visit(DESK)
    friend.page.goto(link)
    expect(tile(friend.page, TITLE)).to_be_visible()
    expect(friend.page.get_by_role("region", name="Selection")).to_be_hidden()
    for word in ("My shares", "Jobs"):
        expect(friend.page.get_by_role("link", name=word)).to_have_count(0)


def test_nothing_is_shared_yet(visit: Visit, server: Server) -> None:
    server.manage("user", "add", "newcomer", "--password", "of today", "--admin")
    visitor = visit(DESK)
    visitor.log_in("newcomer", "of today")
    visitor.open("/shares")
    expect(visitor.page.get_by_text("You share nothing yet")).to_be_visible()


def test_a_wrong_link(guest: Visitor) -> None:
    guest.expects(404, "/")
    for sid in ("nothing", "%", "%E0%A4"):
        guest.open(f"/s/{sid}")
        expect(guest.page.get_by_role("heading", name="no longer here")).to_be_visible()


def test_what_the_server_refuses_is_said_in_the_dialog(visit: Visit) -> None:
    visitor = visit(DESK)
    visitor.log_in(ADMIN, ADMIN_PASSWORD)
    visitor.library("/?q=flower")
    visitor.expects(503, "/api/shares")
    visitor.page.route(
        "**/api/shares",
        lambda route: route.fulfill(
            status=503, content_type="application/problem+json", body='{"detail": "Too busy."}'
        ),
    )
    grid(visitor.page).get_by_role("link").first.focus()
    visitor.page.keyboard.press("Space")
    visitor.page.get_by_role("button", name="Share photos").click()
    dialog = visitor.page.get_by_role("dialog", name="Share photos")
    dialog.get_by_label("Name").fill("Kept")
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Too busy.")
    expect(dialog.get_by_label("Name")).to_have_value("Kept")
