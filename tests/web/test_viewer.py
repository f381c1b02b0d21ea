"""One photo on the whole screen."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from tests.end_to_end.servers import eventually
from tests.web.conftest import Visit
from tests.web.house import LARGE, LARGE_SIZE, TITLE
from tests.web.touch import Finger
from tests.web.visitor import DESK, PHONE, Screen, Visitor, large, tile, tiles, viewer

QUERY = "/?q=flower+or+poster+or+%22sea+29-3%22"  # newest first: poster, flower, sea 29-3
SEA = "sea 29-3"


def opened(visitor: Visitor, name: str = LARGE) -> Locator:
    """The viewer, showing that photo's large render."""
    visitor.library(QUERY)
    tile(visitor.page, name).get_by_role("link").click()
    shows(visitor.page, name)
    return viewer(visitor.page)


def shows(page: Page, name: str) -> None:
    """Waits until the large render of that photo is there."""
    expect(large(page)).to_have_attribute("alt", re.compile(name))
    expect(large(page)).to_be_visible()


def test_arrows_buttons_and_escape(guest: Visitor) -> None:
    shown = opened(guest)
    assert "photo=" in guest.page.url
    guest.page.keyboard.press("ArrowRight")
    shows(guest.page, TITLE)
    shown.get_by_role("button", name="Next photo").click()
    shows(guest.page, SEA)
    guest.page.keyboard.press("ArrowLeft")
    shows(guest.page, TITLE)
    shown.get_by_role("button", name="Previous photo").click()
    shows(guest.page, LARGE)
    guest.page.keyboard.press("ArrowRight")
    shows(guest.page, TITLE)
    guest.page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(tile(guest.page, TITLE).get_by_role("link")).to_be_focused()
    assert "photo=" not in guest.page.url


def test_back_closes_it_and_a_reload_does_not(guest: Visitor) -> None:
    shown = opened(guest)
    first = guest.page.url
    guest.page.keyboard.press("ArrowRight")
    shows(guest.page, TITLE)
    expect(guest.page).not_to_have_url(first)  # when it stays a moment
    guest.page.reload()
    shows(guest.page, TITLE)
    guest.page.go_back()
    expect(shown).to_be_hidden()
    expect(tile(guest.page, TITLE)).to_be_visible()
    guest.page.go_forward()
    expect(shown).to_be_visible()


def test_a_bookmark_opens_it(guest: Visitor, visit: Visit) -> None:
    opened(guest, TITLE)
    later = visit(DESK)
    later.page.goto(guest.page.url)
    shows(later.page, TITLE)
    later.page.get_by_role("button", name="Close").click()
    expect(tile(later.page, TITLE)).to_be_visible()


def test_the_tile_is_shown_until_the_large_one_is_there(guest: Visitor) -> None:
    guest.library(QUERY)
    held: list[Route] = []
    holds = True

    def hold(route: Route) -> None:
        if holds:
            held.append(route)
        else:
            route.continue_()

    guest.page.route(re.compile(r"getPhoto\?(?!.*width=(160|256|512)&)"), hold)
    tile(guest.page, LARGE).get_by_role("link").click()
    expect(viewer(guest.page).get_by_role("img", name=LARGE).first).to_be_visible()
    expect(large(guest.page)).to_have_count(0)
    guest.until(lambda: bool(held))
    holds = False
    for route in held:
        route.continue_()
    shows(guest.page, LARGE)


def test_the_next_ones_are_made_in_advance(guest: Visitor) -> None:
    guest.library("/?q=town&sort=name")
    tiles(guest.page).first.get_by_role("link").click()
    large_one = re.compile(r"getPhoto\?.*index=1&width=(?!160|256|512)")
    guest.until(lambda: any(large_one.search(url) for url in guest.requests))
    guest.until(lambda: any("/api/prefetch" in url for url in guest.requests))


def test_the_render_asked_for_is_of_a_common_size(guest: Visitor, visit: Visit) -> None:
    """Whatever the window's size is: else nothing would ever be a hit."""
    common = {
        f"{each['width']}x{each['height']}" for each in guest.context.request.get(f"{guest.url}/api/me").json()["sizes"]
    }
    for screen in (DESK, PHONE, Screen(1111, 777, scale=1.5)):
        visitor = visit(screen)
        opened(visitor)
        asked = [re.search(r"width=(\d+)&height=(\d+)", url) for url in visitor.requests if "getPhoto?" in url]
        assert asked
        assert all(match and f"{match[1]}x{match[2]}" in common for match in asked)


def test_a_swipe(visit: Visit) -> None:
    visitor = visit(PHONE)
    shown = opened(visitor)
    finger = Finger(visitor.page)
    finger.swipe(shown, across=-0.4)
    shows(visitor.page, TITLE)
    finger.swipe(shown, across=0.4)
    shows(visitor.page, LARGE)
    finger.swipe(shown, down=0.4)
    expect(shown).to_be_hidden()


def test_zoom_to_the_pixels_of_the_original(guest: Visitor) -> None:
    shown = opened(guest)
    shown.get_by_role("button", name="Zoom").click()
    eventually(lambda: drawn(shown), list(LARGE_SIZE))
    shown.get_by_role("button", name="Zoom").click()
    eventually(lambda: drawn(shown)[0] <= 1280, True)
    guest.page.keyboard.press("z")
    eventually(lambda: drawn(shown), list(LARGE_SIZE))
    guest.page.keyboard.press("Escape")


def drawn(shown: Locator) -> list[int]:
    """Width and height of the largest image on the screen in CSS pixels, where it has as many of its own."""
    sizes = shown.locator("img").evaluate_all(
        "all => all.map(img => [img.getBoundingClientRect(), img])"
        ".map(([box, img]) => [Math.round(box.width), Math.round(box.height), img.naturalWidth])"
    )
    width, height, own = max(sizes)
    return [width, height] if own >= min(width, LARGE_SIZE[0]) or width <= 1280 else [0, 0]


def test_pinching(visit: Visit) -> None:
    visitor = visit(PHONE)
    shown = opened(visitor)
    before = drawn(shown)[0]
    Finger(visitor.page).spread(shown, 3)
    eventually(lambda: max(shown.locator("img").evaluate_all(WIDTHS)) > 1.5 * before, True)


WIDTHS = "all => all.map(img => img.getBoundingClientRect().width)"


def test_full_screen(guest: Visitor) -> None:
    """By button and by key; whoever closes the photo has his screen again."""
    shown = opened(guest)
    button = shown.get_by_role("button", name="Full screen")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(large(guest.page)).to_be_visible()
    guest.page.keyboard.press("f")
    expect(button).to_have_attribute("aria-pressed", "false")
    guest.page.keyboard.press("f")
    expect(button).to_have_attribute("aria-pressed", "true")
    shown.get_by_role("button", name="Close").click()
    guest.page.wait_for_function("() => document.fullscreenElement === null")


def test_a_slideshow(guest: Visitor) -> None:
    shown = opened(guest)
    shown.get_by_role("button", name="Slideshow").click()
    shows(guest.page, TITLE)
    expect(shown.get_by_role("button", name="Slideshow")).to_have_attribute("aria-pressed", "true")
    guest.page.keyboard.press("ArrowLeft")
    expect(shown.get_by_role("button", name="Slideshow")).to_have_attribute("aria-pressed", "false")


def test_details(guest: Visitor) -> None:
    shown = opened(guest, TITLE)
    guest.page.keyboard.press("i")
    about = guest.page.get_by_role("dialog", name="Metadata details")
    expect(about.get_by_text("f/22")).to_be_visible()
    guest.page.keyboard.press("Escape")
    expect(about).to_be_hidden()
    expect(shown).to_be_visible()
    shown.get_by_role("button", name="Details").click()
    expect(about).to_be_visible()


def test_the_original_is_downloaded(guest: Visitor) -> None:
    shown = opened(guest, TITLE)
    with guest.page.expect_download() as download:
        shown.get_by_role("link", name="Download original").or_(
            shown.get_by_role("button", name="Download original")
        ).click()
    assert download.value.suggested_filename == "flower.jpg"
