"""For eyes, ears and fingers of all kinds: axe-core on every page and dialog, the keyboard alone, both languages."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.conftest import Visit
from tests.web.house import ADMIN, ADMIN_PASSWORD, LARGE, TITLE
from tests.web.test_selection import chosen, selection
from tests.web.visitor import DESK, PHONE, Screen, Visitor, fill_in, grid, large, tile, tiles, viewer

GRAVE = {"serious", "critical"}
DARK = Screen(dark=True)
DARK_PHONE = Screen(390, 844, scale=2, touch=True, dark=True)


def stumbling_blocks(page: Page) -> list[str]:
    """What axe-core finds grave, each with the element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {node['html']} {node['failureSummary']}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def scenes(visitor: Visitor) -> Iterator[str]:
    """Goes to every page and opens every dialog; yields its name when it is there."""
    page = visitor.page
    visitor.open("/login")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    yield "login"
    visitor.expects(403, "authorizeWebApiSession")
    fill_in(page, ADMIN, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    yield "login failed"
    visitor.log_in(ADMIN, ADMIN_PASSWORD)
    visitor.library()
    yield "library"
    page.get_by_role("button", name="Account").click()
    expect(page.get_by_role("menuitem", name="Log out")).to_be_visible()
    yield "account menu"
    visitor.expects(400, "runQuery")
    visitor.open("/?q=(")
    expect(page.get_by_role("alert").filter(has_text="character")).to_be_visible()
    yield "wrong query"
    visitor.expects(500, "getPhoto")
    visitor.open("/?q=damaged")
    expect(tiles(page).first).to_contain_text("damaged", ignore_case=True)
    yield "damaged photo"
    visitor.library("/?q=flower+or+poster")
    tile(page, TITLE).get_by_role("link").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Tags").click()
    expect(page.get_by_role("menuitem", name="Show metadata details")).to_be_visible()
    yield "tags"
    page.get_by_role("menuitem", name="Show metadata details").click()
    expect(page.get_by_role("dialog", name="Metadata details").get_by_text(TITLE)).to_be_visible()
    yield "details"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share photos").click()
    dialog = page.get_by_role("dialog", name="Share photos")
    dialog.get_by_label("Name").fill("For everybody")
    yield "share dialog"
    dialog.get_by_role("button", name="Share", exact=True).click()
    link = dialog.get_by_label("Link", exact=True).input_value()
    yield "shared"
    visitor.library("/?q=flower+or+poster")
    tile(page, LARGE).get_by_role("link").click()
    expect(large(page)).to_be_visible()
    yield "viewer"
    visitor.open("/shares")
    card = page.get_by_role("listitem").filter(has_text="For everybody").first
    expect(card).to_be_visible()
    yield "my shares"
    card.get_by_role("button", name=re.compile("^End")).click()
    expect(page.get_by_role("dialog", name="End this share?")).to_be_visible()
    yield "end of a share"
    visitor.open("/jobs")
    expect(page.get_by_role("table", name="Cache")).to_be_visible()
    yield "jobs"
    page.goto(link)
    expect(tile(page, TITLE)).to_be_visible()
    yield "shared gallery"
    visitor.expects(404, "/")
    visitor.open("/s/nothing")
    expect(page.get_by_role("heading", name="no longer here")).to_be_visible()
    yield "ended gallery"


@pytest.mark.parametrize("screen", [DESK, DARK, PHONE, DARK_PHONE], ids=["light", "dark", "phone", "dark phone"])
def test_axe_finds_nothing_grave(visit: Visit, screen: Screen) -> None:
    visitor = visit(screen)
    found = {scene: blocks for scene in scenes(visitor) if (blocks := stumbling_blocks(visitor.page))}
    assert not found


def test_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit(DESK)
    visitor.open("/login")
    page, press = visitor.page, visitor.page.keyboard.press
    expect(page.get_by_label("User", exact=True)).to_be_focused()
    page.keyboard.type(ADMIN)
    press("Tab")
    page.keyboard.type(ADMIN_PASSWORD)
    press("Enter")
    expect(grid(page).get_by_role("img").first).to_be_visible()
    reach(page, "Search")
    page.keyboard.type("flower or poster")
    press("Enter")
    expect(tiles(page)).to_have_count(2)
    reach(page, LARGE)
    press("ArrowRight")
    press("Enter")
    expect(large(page)).to_be_visible()
    press("i")
    expect(page.get_by_role("dialog", name="Metadata details")).to_be_visible()
    press("Escape")
    press("Escape")
    expect(viewer(page)).to_be_hidden()
    expect(tile(page, TITLE).get_by_role("link")).to_be_focused()
    press("Space")
    chosen(page, 1)
    reach(page, "Tags")
    press("Enter")
    expect(page.get_by_role("menuitem", name="Show metadata details")).to_be_focused()
    press("Enter")
    expect(page.get_by_role("dialog", name="Metadata details").get_by_text(TITLE)).to_be_visible()
    press("Escape")
    expect(page.get_by_role("button", name="Tags")).to_be_focused()
    reach(page, "Share photos")
    press("Enter")
    expect(page.get_by_role("dialog", name="Share photos")).to_be_visible()
    press("Escape")
    reach(page, "Clear selection")
    press("Enter")
    expect(selection(page)).to_be_hidden()
    reach(page, "Account")
    press("Enter")
    press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Jobs")).to_be_focused()
    press("Enter")
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()


def reach(page: Page, name: str) -> None:
    """Goes on by Tab, and round once, to what has that name; all on the way shows that it has the focus."""
    wanted = page.locator(":focus")
    for _ in range(40):
        page.keyboard.press("Tab")
        if not wanted.count():
            continue  # the browser's own buttons come between the last and the first
        assert page.evaluate(VISIBLY_FOCUSED)
        snapshot = wanted.aria_snapshot()
        if name in snapshot:
            return
    raise AssertionError(f"Tab does not lead to {name}")


VISIBLY_FOCUSED = """() => {
    for (let at = document.activeElement; at; at = at.parentElement) {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
        if ((outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none") return true;
    }
    return false; }"""


def test_in_german(visit: Visit) -> None:
    visitor = visit(Screen(language="de-AT"))
    visitor.open()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "de")
    expect(visitor.page.get_by_role("heading", name="Mai 2020")).to_be_visible()
    expect(visitor.page.get_by_role("searchbox", name="Suche")).to_be_visible()
    visitor.page.get_by_role("button", name="Konto").click()
    expect(visitor.page.get_by_role("menuitem", name="Anmelden")).to_be_visible()


def test_other_languages_are_shown_english(visit: Visit) -> None:
    visitor = visit(Screen(language="fr-FR"))
    visitor.library()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")


def test_every_text_is_there_in_both_languages(guest: Visitor) -> None:
    guest.open("/login")
    texts = guest.page.evaluate("import('/web/i18n/strings.js').then(module => module.STRINGS)")
    holes = re.compile(r"\{\w+")
    for key, both in texts.items():
        assert len(both) == 2, key
        assert all(text.strip() for text in both), key
        assert sorted(set(holes.findall(both[0]))) == sorted(set(holes.findall(both[1]))), key


def test_who_wishes_for_little_motion_gets_none(visit: Visit) -> None:
    for still in (True, False):
        visitor = visit(Screen(still=still))
        visitor.library("/?q=flower+or+poster")
        tile(visitor.page, LARGE).get_by_role("link").click()
        expect(large(visitor.page)).to_be_visible()
        visitor.page.keyboard.press("ArrowRight")
        moving = visitor.page.evaluate(MOVING)
        assert not (still and moving)


MOVING = """() => document.getAnimations().filter(each => {
    const { duration, delay } = each.effect.getComputedTiming();
    return duration + delay > 10 && each.playState === "running"; }).length"""


@pytest.mark.parametrize("width", [640, 1280])
def test_text_twice_as_large(visit: Visit, width: int) -> None:
    """As people set it in their browser: all text is, and nothing is cut off sideways."""
    visitor = visit(Screen(width, 900))
    page = visitor.page
    visitor.library()
    text = page.locator("body, input[type=search]")
    before = text.evaluate_all(SIZE_OF_TYPE)
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    visitor.library()
    assert text.evaluate_all(SIZE_OF_TYPE) == [2 * size for size in before]
    page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("searchbox", name="Search")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Account")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [390, 1280])
def test_dialogs_with_text_twice_as_large(visit: Visit, width: int) -> None:
    """Nothing in them is cut off sideways."""
    visitor = visit(Screen(width, 900))
    page = visitor.page
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    visitor.log_in(ADMIN, ADMIN_PASSWORD)
    visitor.library("/?q=flower")
    tile(page, TITLE).get_by_role("link").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Share photos").click()
    expect(page.get_by_role("dialog", name="Share photos").get_by_label("Name")).to_be_visible()
    assert page.get_by_role("dialog").evaluate(CUT_OFF) == 0
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Tags").click()
    page.get_by_role("menuitem", name="Show metadata details").click()
    expect(page.get_by_role("dialog", name="Metadata details").get_by_text(TITLE)).to_be_visible()
    assert page.get_by_role("dialog").evaluate(CUT_OFF) == 0


CUT_OFF = "dialog => dialog.scrollWidth - dialog.clientWidth"
SIZE_OF_TYPE = "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"


def test_fingers_find_large_enough_targets(visit: Visit) -> None:
    visitor = visit(Screen(320, 640, scale=2, touch=True))
    visitor.library()
    targets = visitor.page.locator("header :is(a, button, select, input)")
    sizes = targets.evaluate_all(
        "all => all.map(each => [each.outerHTML, each.getBoundingClientRect()]).filter(([, box]) => box.width)"
        ".map(([html, box]) => [html, box.width, box.height])"
    )
    assert not [html for html, width, height in sizes if min(width, height) < 43.5]
