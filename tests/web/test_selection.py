"""What is selected, by every way, and what can be done with it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.servers import Server
from tests.web.conftest import Visit
from tests.web.house import LARGE, TITLE
from tests.web.touch import Finger
from tests.web.visitor import PHONE, Screen, Visitor, grid, tile, tiles, viewer

SHOWN = "/?q=town&sort=name"


def selection(page: Page) -> Locator:
    """The bar."""
    return page.get_by_role("region", name="Selection")


def chosen(page: Page, count: int) -> None:
    """Waits until so many are selected."""
    if count:
        expect(selection(page)).to_contain_text(f"{count} selected")
    else:
        expect(selection(page)).to_be_hidden()


def link(page: Page, index: int) -> Locator:
    """The link of a tile by its place."""
    return tiles(page).nth(index).get_by_role("link")


def test_by_mouse(guest: Visitor) -> None:
    guest.library(SHOWN)
    chosen(guest.page, 0)
    link(guest.page, 1).click(modifiers=["Control"])
    chosen(guest.page, 1)
    expect(tiles(guest.page).nth(1)).to_have_attribute("aria-selected", "true")
    link(guest.page, 5).click(modifiers=["Shift"])
    chosen(guest.page, 5)
    link(guest.page, 3).click(modifiers=["Control"])
    chosen(guest.page, 4)
    expect(tiles(guest.page).nth(3)).to_have_attribute("aria-selected", "false")
    selection(guest.page).get_by_role("button", name="Clear selection").click()
    chosen(guest.page, 0)


def test_by_check_mark(guest: Visitor) -> None:
    guest.library(SHOWN)
    tiles(guest.page).nth(2).hover()
    tiles(guest.page).nth(2).get_by_role("button", name="Select").or_(
        tiles(guest.page).nth(2).get_by_role("checkbox")
    ).click()
    chosen(guest.page, 1)


def test_by_keyboard(guest: Visitor) -> None:
    guest.library(SHOWN)
    link(guest.page, 0).focus()
    guest.page.keyboard.press("Space")
    chosen(guest.page, 1)
    guest.page.keyboard.press("Shift+ArrowRight")
    guest.page.keyboard.press("Shift+ArrowRight")
    chosen(guest.page, 3)
    guest.page.keyboard.press("Shift+ArrowLeft")
    chosen(guest.page, 2)
    guest.page.keyboard.press("Control+a")
    expect(selection(guest.page)).to_contain_text(re.compile(r"\b6\d selected"))
    guest.page.keyboard.press("Escape")
    chosen(guest.page, 0)


def test_by_touch(visit: Visit) -> None:
    visitor = visit(PHONE)
    visitor.library(SHOWN)
    visitor.page.wait_for_load_state("networkidle")  # a browser that is busy may take a finger for one that scrolls
    finger = Finger(visitor.page)
    finger.hold(tiles(visitor.page).nth(1))
    chosen(visitor.page, 1)
    finger.up()
    chosen(visitor.page, 1)
    tiles(visitor.page).nth(2).tap()
    chosen(visitor.page, 2)
    tiles(visitor.page).nth(1).tap()
    tiles(visitor.page).nth(2).tap()
    chosen(visitor.page, 0)


def test_a_tap_where_no_circle_is_seen_opens_the_photo(visit: Visit) -> None:
    visitor = visit(Screen(320, 640, scale=2, touch=True))
    visitor.library(SHOWN)
    tiles(visitor.page).nth(1).tap(position={"x": 18, "y": 18})
    expect(viewer(visitor.page)).to_be_visible()


def test_metadata_details_show_the_photoid_that_getphoto_takes(guest: Visitor, server: Server) -> None:
    guest.library("/?q=flower")
    tile(guest.page, TITLE).get_by_role("link").click(modifiers=["Control"])
    selection(guest.page).get_by_role("button", name="Tags").click()
    guest.page.get_by_role("menuitem", name="Show metadata details").click()
    about = guest.page.get_by_role("dialog", name="Metadata details")
    photoid = about.locator("code").inner_text()
    assert photoid == server.photos()["sea/flower.jpg"]
    assert server.photo(photoid, "&width=64&height=64").status_code == 200
    for text in (TITLE, "Zürich", "900 \N{MULTIPLICATION SIGN} 900", "sea/flower.jpg", "1 April 2020"):
        expect(about.get_by_text(text).first).to_be_visible()
    about.get_by_role("button", name="Copy photo ID").click()
    expect(about.get_by_text("Copied")).to_be_visible()
    assert guest.page.evaluate("navigator.clipboard.readText()") == photoid
    guest.page.keyboard.press("Escape")
    expect(about).to_be_hidden()
    expect(selection(guest.page).get_by_role("button", name="Tags")).to_be_focused()


def test_details_of_several(guest: Visitor) -> None:
    guest.library("/?q=flower+or+poster&sort=name")
    grid(guest.page).get_by_role("link").first.focus()
    guest.page.keyboard.press("Control+a")
    chosen(guest.page, 2)
    selection(guest.page).get_by_role("button", name="Tags").click()
    guest.page.get_by_role("menuitem", name="Show metadata details").click()
    about = guest.page.get_by_role("dialog", name="Metadata details")
    expect(about.get_by_text(TITLE)).to_be_visible()
    about.get_by_role("button", name="Next").click()
    expect(about.get_by_text(LARGE)).to_be_visible()


def test_originals_are_downloaded(guest: Visitor) -> None:
    guest.library("/?q=flower")
    tile(guest.page, TITLE).get_by_role("link").click(modifiers=["Control"])
    with guest.page.expect_download() as download:
        selection(guest.page).get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "flower.jpg"


def test_what_the_caller_may_not_is_not_offered(visit: Visit) -> None:
    """A guest has no right to share."""
    visitor = visit(PHONE)
    visitor.library(SHOWN)
    Finger(visitor.page).hold(tiles(visitor.page).nth(1))
    chosen(visitor.page, 1)
    expect(selection(visitor.page).get_by_role("button", name="Tags")).to_be_visible()
    expect(selection(visitor.page).get_by_role("button", name="Share photos")).to_have_count(0)
