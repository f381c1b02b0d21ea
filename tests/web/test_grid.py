"""The thumbnails: scrolling through very many, jumping in time, what can't be shown, what is no longer needed."""

import random
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from bench.data.records import ALIASES, fill, places
from catalog.database import open_catalog
from catalog.people.users import GUEST, Users
from tests.end_to_end.servers import Server, serving
from tests.web.conftest import Visit
from tests.web.house import LARGE, TITLE
from tests.web.visitor import DESK, PHONE, SEEN, Screen, Visitor, grid, tile, tiles, visiting

MANY = 20_000
MOST_NODES = 2_000
STEPS = 20  # from one end to the other
NODES = "document.getElementsByTagName('*').length"
TILE = re.compile("/getPhoto[?]")
SCROLL = """part => {
    let box = document.querySelector('[role=grid]');
    while (box && !(box.scrollHeight > box.clientHeight + 9 && /auto|scroll/.test(getComputedStyle(box).overflowY)))
        box = box.parentElement;
    box ??= document.scrollingElement;
    box.scrollTop = part * (box.scrollHeight - box.clientHeight); }"""


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with very many photos, whose files are nowhere."""
    folder = tmp_path_factory.mktemp("crowd")
    engine = open_catalog(folder / "data")
    chance = random.Random(1)
    fill(engine, islice(places(chance), MANY), chance)
    Users(engine).add(GUEST, GUEST)
    engine.dispose()
    roots = {
        f"ROBOT_ROOT_{number}_{name}": value
        for number, alias in enumerate(ALIASES, start=1)
        for name, value in (("PATH", str(folder / alias)), ("ALIAS", alias))
    }
    (folder / "none").mkdir()
    with serving(folder / "none", folder / "data", "embedded", **roots) as running:
        yield running


@pytest.fixture
def wanderer(browser: Browser, crowd: Server, server: Server) -> Iterator[Visitor]:
    """Somebody who looks at very many photos: each is the same one."""
    jpeg = server.photo(server.photos()["sea/flower.jpg"], "&width=256&height=256").content
    with visiting(browser, crowd.url) as visitor:
        visitor.context.route(TILE, lambda route: route.fulfill(body=jpeg, content_type="image/jpeg"))
        yield visitor


def slider(page: Page) -> Locator:
    """The way to jump in time."""
    return page.get_by_role("slider", name="Jump in time")


def nodes(page: Page) -> int:
    """How many elements the document has."""
    return int(page.evaluate(NODES))


def living(page: Page) -> float:
    """How many nodes the browser holds, in the document or not, that it can't free."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "Nodes"))


def test_newest_first_under_their_months(guest: Visitor) -> None:
    guest.library("/?q=flower or poster")
    names = [tiles(guest.page).nth(index).get_by_role("link") for index in (0, 1)]
    expect(names[0]).to_have_accessible_name(re.compile(LARGE))
    expect(names[1]).to_have_accessible_name(re.compile(TITLE))
    expect(guest.page.get_by_role("heading", name="May 2020")).to_be_visible()
    expect(guest.page.get_by_role("heading", name="April 2020")).to_be_visible()


def test_scrolling_through_very_many(wanderer: Visitor) -> None:
    wanderer.library()
    most = 0
    for step in range(STEPS + 1):
        wanderer.page.evaluate(SCROLL, step / STEPS)
        wanderer.page.wait_for_function(SEEN)
        most = max(most, nodes(wanderer.page))
    assert most < MOST_NODES
    assert living(wanderer.page) < MOST_NODES
    oldest = wanderer.context.request.get(f"{wanderer.url}/picapportapi/1.0/runQuery?query=*&sort=date").json()
    first = wanderer.context.request.get(
        f"{wanderer.url}/picapportapi/1.0/getPhotoMetadata?vid={oldest['vid']}&index=0"
    ).json()
    name = first.get("title") or first["fileName"].rpartition("/")[2]
    expect(tiles(wanderer.page).last.get_by_role("link")).to_have_accessible_name(re.compile(re.escape(name)))


def test_what_is_scrolled_past_is_not_waited_for(wanderer: Visitor) -> None:
    wanderer.context.unroute(TILE)
    wanderer.context.route(TILE, lambda _: None)  # never answered
    wanderer.open()
    wanderer.until(lambda: any(TILE.search(url) for url in wanderer.requests))
    first = next(url for url in wanderer.requests if TILE.search(url))
    expect(tiles(wanderer.page).first).to_be_visible()
    wanderer.page.evaluate(SCROLL, 0.5)
    wanderer.until(lambda: first in wanderer.cancelled)


def test_jumping_in_time(guest: Visitor) -> None:
    guest.library()
    jump = slider(guest.page)
    jump.focus()
    guest.page.keyboard.press("End")
    expect(tiles(guest.page).last).to_be_in_viewport()
    expect(jump).to_have_attribute("aria-valuetext", re.compile("201[23]"))
    guest.page.keyboard.press("PageUp")
    guest.page.keyboard.press("PageUp")
    expect(jump).to_have_attribute("aria-valuetext", re.compile("201[45]"))
    guest.page.keyboard.press("Home")
    expect(tiles(guest.page).first).to_be_in_viewport()


def test_the_place_is_kept_by_back_and_reload(guest: Visitor) -> None:
    guest.library()
    target = tile(guest.page, "sea 10-1")
    slider(guest.page).focus()
    while not target.count():
        guest.page.keyboard.press("ArrowDown")
    target.get_by_role("link").click()
    expect(guest.page.get_by_role("dialog")).to_be_visible()
    guest.page.go_back()
    expect(target).to_be_in_viewport()
    guest.page.reload()
    expect(target).to_be_in_viewport()


def test_arrows_go_through_the_tiles(guest: Visitor) -> None:
    guest.library()
    tiles(guest.page).first.get_by_role("link").focus()
    guest.page.keyboard.press("ArrowRight")
    expect(tiles(guest.page).nth(1).get_by_role("link")).to_be_focused()
    guest.page.keyboard.press("ArrowDown")
    guest.page.keyboard.press("ArrowUp")
    guest.page.keyboard.press("ArrowLeft")
    expect(tiles(guest.page).first.get_by_role("link")).to_be_focused()


def test_a_tile_that_is_refused_is_tried_again(guest: Visitor) -> None:
    refused: list[str] = []

    def refuse(route: Route) -> None:
        if refused.count(route.request.url) < 2:
            refused.append(route.request.url)
            route.fulfill(status=503, headers={"Retry-After": "0"}, content_type="application/problem+json", body="{}")
        else:
            route.continue_()

    guest.page.route(TILE, refuse)
    guest.library("/?q=flower")
    assert len(refused) == 2


def test_a_damaged_photo_says_so(guest: Visitor) -> None:
    guest.expects(500, "getPhoto")
    guest.open("/?q=damaged")
    expect(tiles(guest.page).first).to_contain_text("damaged", ignore_case=True)
    tiles(guest.page).first.get_by_role("link").click()
    expect(guest.page.get_by_role("dialog").get_by_text("damaged", exact=False).first).to_be_visible()


def test_a_photo_whose_file_is_gone_leaves_the_others_alone(guest: Visitor, server: Server) -> None:
    file = Path(server.environ["ROBOT_ROOT_0_PATH"]) / "sea/sea 00-1.jpg"
    content = file.read_bytes()
    guest.expects(404, "getPhoto")
    file.unlink()
    try:
        guest.open("/?q=%22sea+00%22&sort=name")
        expect(tiles(guest.page).last.get_by_role("img")).to_be_visible()
    finally:
        file.write_bytes(content)


@pytest.mark.parametrize(
    "screen", [Screen(320, 640, scale=2), PHONE, DESK, Screen(3840, 2160)], ids=lambda each: each.width
)
def test_the_width_is_filled(visit: Visit, screen: Screen) -> None:
    visitor = visit(screen)
    visitor.library("/?sort=name")
    boxes = tiles(visitor.page).evaluate_all("all => all.map(tile => tile.getBoundingClientRect().toJSON())")
    assert max(box["right"] for box in boxes) > 0.85 * screen.width
    assert all(abs(box["width"] - box["height"]) < 2 for box in boxes)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= screen.width
    visitor.page.set_viewport_size({"width": screen.width // 2 + 160, "height": screen.height})
    visitor.page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
    expect(grid(visitor.page).get_by_role("img").first).to_be_visible()
