"""The query language on the page: what is found, what is wrong with a query, in which order, and the address."""

from playwright.sync_api import Page, expect

from tests.end_to_end.servers import Server
from tests.web.conftest import Visit
from tests.web.house import TITLE
from tests.web.visitor import DESK, Visitor, tile, tiles


def search(page: Page, query: str) -> None:
    """Types a query and sends it."""
    page.get_by_role("searchbox", name="Search").fill(query)
    page.keyboard.press("Enter")


def test_what_is_found_is_in_the_address(guest: Visitor, visit: Visit) -> None:
    guest.library()
    search(guest.page, "keyword:zurich")
    expect(tiles(guest.page)).to_have_count(1)
    expect(tile(guest.page, TITLE)).to_be_visible()
    bookmark = guest.page.url
    assert "keyword%3Azurich" in bookmark
    guest.page.go_back()
    expect(tiles(guest.page).nth(1)).to_be_visible()
    expect(guest.page.get_by_role("searchbox", name="Search")).to_have_value("")
    guest.page.go_forward()
    expect(tiles(guest.page)).to_have_count(1)
    expect(guest.page.get_by_role("searchbox", name="Search")).to_have_value("keyword:zurich")
    guest.page.reload()
    expect(tiles(guest.page)).to_have_count(1)
    later = visit(DESK)
    later.page.goto(bookmark)
    expect(tile(later.page, TITLE)).to_be_visible()
    expect(later.page.get_by_role("searchbox", name="Search")).to_have_value("keyword:zurich")


def test_a_wrong_query_is_said_where_it_is(guest: Visitor) -> None:
    guest.expects(400, "/runQuery")
    guest.library()
    search(guest.page, "(flower")
    alert = guest.page.get_by_role("alert").filter(has_text="character")
    expect(alert).to_be_visible()
    box = guest.page.get_by_role("searchbox", name="Search")
    expect(box).to_have_attribute("aria-invalid", "true")
    described = box.get_attribute("aria-describedby") or ""
    assert alert.get_attribute("id") in described.split()
    search(guest.page, "(flower)")
    expect(tile(guest.page, TITLE)).to_be_visible()
    expect(alert).to_be_hidden()
    expect(box).not_to_have_attribute("aria-invalid", "true")


def test_nothing_is_found(guest: Visitor) -> None:
    guest.library()
    search(guest.page, "unicorn")
    expect(guest.page.get_by_role("heading", name="No photos")).to_be_visible()
    expect(tiles(guest.page)).to_have_count(0)
    search(guest.page, "")
    expect(tiles(guest.page).nth(1)).to_be_visible()


def test_the_order(guest: Visitor, server: Server) -> None:
    guest.library()
    for sort in ("name", "rating", "date"):
        view = server.api("runQuery", query="*", sort=sort).json()
        first = server.api("getPhotoMetadata", vid=view["vid"], index=1).json()
        name = str(first.get("title") or first["fileName"]).rpartition("/")[2]
        guest.page.get_by_role("combobox", name="Sort").select_option(sort)
        expect(tiles(guest.page).nth(1).get_by_role("link", name=name)).to_be_visible()
        assert f"sort={sort}" in guest.page.url
