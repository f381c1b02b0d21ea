"""Darkroom below a path of a name that other things have too: nginx in front, and a browser that resolves addresses."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.end_to_end.nginx import running
from tests.end_to_end.servers import Server, free_port, serving
from tests.web.visitor import Visitor, large, tile, visiting

ADMIN, PASSWORD = "boss", "all of it"
NAME = "a.jpg"

WAYS = {
    # The proxy takes the path off, and says so.
    "said": (
        "/photos",
        {"SERVER_TRUSTED_PROXY": "127.0.0.1"},
        "{url}/",
        "proxy_set_header X-Forwarded-Prefix /photos;",
    ),
    # It leaves the path as it is: the setting says it.
    "set": ("/my/photos~1", {"SERVER_PREFIX": "/my/photos~1"}, "{url}", ""),
    # It takes the path off: the setting says it.
    "set, and taken off": ("/photos", {"SERVER_PREFIX": "/photos"}, "{url}/", ""),
    # It takes the path off without a word. A browser goes to what `Link` names, which can't be right there.
    "silent": ("/photos", {}, "{url}/", "proxy_hide_header Link;"),
}
"""The path, the settings, where nginx hands requests on to, and what else it does."""


@dataclass(frozen=True)
class Place:
    """A server below a path: where a browser finds it, and how much it knows of that."""

    server: Server
    origin: str
    path: str
    known: bool

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return self.origin + self.path


@contextmanager
def nginx(folder: Path, path: str, target: str, more: str) -> Iterator[str]:
    """nginx, which serves something else at its root; gives its origin."""
    folder.mkdir()
    port = free_port()
    servers = (
        f"server {{ listen 127.0.0.1:{port};\nlocation / {{ return 404 'something else'; }}\n"
        f"location {path}/ {{ proxy_pass {target}; proxy_set_header Host $http_host; {more} }} }} "
    )
    with running(folder, servers):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module", params=WAYS)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server of two photos, which everybody may see and ADMIN may share, behind nginx."""
    path, settings, target, more = WAYS[request.param]
    folder = tmp_path_factory.mktemp("below")
    (folder / "photos").mkdir()
    for name, colour in ((NAME, (200, 30, 30)), ("b.jpg", (30, 30, 200))):
        Image.new("RGB", (600, 400), colour).save(folder / "photos" / name)
    with ExitStack() as closing:
        server = closing.enter_context(serving(folder / "photos", folder / "data", "embedded", **settings))
        server.manage("user", "add", ADMIN, "--password", PASSWORD, "--admin")
        own = server.url.removesuffix(settings.get("SERVER_PREFIX", ""))
        origin = closing.enter_context(nginx(folder / "nginx", path, target.format(url=own), more))
        yield Place(server, origin, path, request.param != "silent")


class Parts(HTMLParser):
    """What a document names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes the addresses of a tag; those that begin with # are places in the document."""
        self.found += [
            value for name, value in attrs if name in ("href", "src") and value and not value.startswith("#")
        ]


@pytest.mark.parametrize("page", ["/", "/shares", "/login", "/s/nosuch"])
def test_every_part_of_a_page_is_there(place: Place, page: str) -> None:
    document = httpx.get(place.url + page)
    parts = Parts()
    parts.feed(document.text)
    assert len(parts.found) > 20
    for part in parts.found:
        address = urljoin(str(document.url), part)
        assert address.startswith(f"{place.url}/")
        assert httpx.get(address).status_code == 200, address


def test_what_answers_name_lies_below_the_path(place: Place) -> None:
    if not place.known:
        return
    api = f"{place.url}/picapportapi/1.0"
    vid = httpx.get(f"{api}/runQuery?query=*").json()["vid"]
    link = httpx.get(f"{api}/getPhoto?vid={vid}&index=0&width=20").headers["Link"]
    following = urljoin(place.url, link[1:].partition(">")[0])
    assert following.startswith(f"{api}/getPhoto?")
    assert httpx.get(following).status_code == 200
    described = httpx.get(f"{place.url}/api/openapi.json").json()
    assert urljoin(place.url, described["servers"][0]["url"]) == place.url
    cookie = httpx.get(f"{api}/createWebApiSession", headers={"X-Darkroom": "page"}).headers["Set-Cookie"]
    assert f"; Path={place.path};" in cookie


@pytest.mark.parametrize("said", ["//evil.example", '/x"><script>', "http://evil.example/", "/a;Domain=example"])
def test_nobody_says_what_can_not_be(place: Place, said: str) -> None:
    """Past nginx, from an address that is trusted in one of the ways."""
    url = place.server.url
    session = f"{url}/picapportapi/1.0/createWebApiSession"
    headers = {"X-Forwarded-Prefix": said, "X-Darkroom": "page"}
    for answer in (httpx.get(f"{url}/", headers=headers), httpx.get(session, headers=headers)):
        assert answer.status_code == 200
        assert "evil" not in f"{answer.headers}{answer.text}"
        assert "Domain" not in str(answer.headers)
        assert said not in f"{answer.headers}{answer.text}"


@pytest.fixture
def guest(browser: Browser, place: Place) -> Iterator[Visitor]:
    """Somebody to whom all that is asked outside of the path is trouble."""
    with visiting(browser, place.url) as visitor:
        yield visitor


def test_a_browser_shows_photos_and_stays_below_the_path(guest: Visitor, place: Place) -> None:
    guest.library("/")
    tile(guest.page, NAME).get_by_role("link").click()
    expect(large(guest.page)).to_be_visible()
    assert guest.page.url.startswith(f"{place.url}/?photo=")
    guest.page.reload()
    expect(large(guest.page)).to_be_visible()
    guest.page.keyboard.press("Escape")
    guest.page.get_by_role("link", name="Darkroom").click()
    expect(guest.page).to_have_url(f"{place.url}/")
    guest.library("/?q=a.jpg")


def test_who_logs_in_shares_below_the_path(guest: Visitor, place: Place) -> None:
    guest.log_in(ADMIN, PASSWORD)
    assert guest.page.url == f"{place.url}/"
    assert [each.get("path") for each in guest.context.cookies()] == [place.path if place.known else "/"]
    tile(guest.page, NAME).get_by_role("button", name="Select").click()
    guest.page.get_by_role("button", name="Share photos").click()
    guest.page.get_by_role("button", name="Share", exact=True).click()
    link = guest.page.get_by_label("Link").input_value()
    assert link.startswith(f"{place.url}/s/")

    guest.open("/")
    guest.page.get_by_role("button", name="Account").click()
    guest.page.get_by_role("menuitem", name="My shares").click()
    expect(guest.page).to_have_url(f"{place.url}/shares")
    card = guest.page.locator(".card")
    expect(card.locator("img")).to_be_visible()
    card.get_by_role("heading").get_by_role("link").click()  # without the document being read anew
    expect(guest.page).to_have_url(link)
    expect(tile(guest.page, NAME)).to_be_visible()
    guest.page.get_by_role("link", name="Darkroom").click()
    expect(guest.page).to_have_url(f"{place.url}/")
    guest.open(link.removeprefix(place.url))
    expect(tile(guest.page, NAME)).to_be_visible()

    guest.open("/shares")
    guest.page.get_by_role("button", name="Account").click()
    guest.page.get_by_role("menuitem", name="Log out").click()
    expect(guest.page).to_have_url(f"{place.url}/")
    assert guest.context.cookies() == []
