"""Somebody who looks at the page: a browser context of its own, in which nothing may go wrong unseen."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    WebError,
    expect,
)

from tests.end_to_end.servers import PATIENCE, eventually

ECHO = "Failed to load resource"  # what the console says of an answer that `_on_response` has seen
ABORTED = "net::ERR_ABORTED"  # by the page itself, or since it went on to another

# Whether a whole tile is on the screen with its picture.
SEEN = """() => [...document.querySelectorAll('[role=gridcell]')].some(cell => {
    const { top, bottom } = cell.getBoundingClientRect(), image = cell.querySelector('img');
    return image?.complete && image.naturalWidth && top >= 0 && bottom <= innerHeight; })"""

expect.set_options(timeout=PATIENCE * 1000)


@dataclass(frozen=True, slots=True)
class Screen:
    """What somebody looks at the page with: CSS pixels, device pixels for each; `still`: wishes for little motion."""

    width: int = 1280
    height: int = 800
    scale: float = 1
    touch: bool = False
    language: str = "en-GB"
    dark: bool = False
    still: bool = True


DESK = Screen()
PHONE = Screen(390, 844, scale=2, touch=True)


@dataclass
class Visitor:
    """A context and its first page; `trouble` is what went wrong in it so far."""

    url: str
    context: BrowserContext
    page: Page
    trouble: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    _expected: list[tuple[int, re.Pattern[str]]] = field(default_factory=list)
    _others: list[str] = field(default_factory=list)

    def expects(self, status: int, url: str) -> None:
        """An answer of this status is no trouble where its URL has that pattern."""
        self._expected.append((status, re.compile(url)))

    def expects_origin(self, origin: str) -> None:
        """The browser may be sent there."""
        self._others.append(origin)

    def open(self, path: str = "/") -> Page:
        """Goes to a page of the server."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def library(self, path: str = "/") -> Locator:
        """Goes to the library, waits for a tile, and gives the grid."""
        self.open(path)
        self.page.wait_for_function(SEEN)
        return grid(self.page)

    def log_in(self, uid: str, password: str) -> None:
        """Logs in on the page for that, and waits for the library, as above."""
        self.open("/login")
        fill_in(self.page, uid, password)
        expect(grid(self.page).get_by_role("gridcell").first).to_be_visible()

    def until(self, look: Callable[[], bool]) -> None:
        """Waits until something is so; meanwhile the browser tells what happens in it."""
        eventually(lambda: self.page.evaluate("0") or look(), True)

    def watch(self) -> None:
        """Begins to write down what goes wrong."""
        self.context.on("console", self._on_console)
        self.context.on("weberror", self._on_error)
        self.context.on("request", self._on_request)
        self.context.on("response", self._on_response)
        self.context.on("requestfailed", self._on_failed)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(ECHO):
            self.trouble.append(f"{message.type}: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self.trouble.append(f"uncaught: {error.error}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((f"{self.url}/", "blob:", "data:", *self._others)):
            self.trouble.append(f"asked elsewhere: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and not self._is_expected(response.status, response.url):
            self.trouble.append(f"{response.status}: {response.url}")

    def _on_failed(self, request: Request) -> None:
        if request.failure == ABORTED:
            self.cancelled.append(request.url)
        elif not self._is_expected(0, request.url):
            self.trouble.append(f"{request.failure}: {request.url}")

    def _is_expected(self, status: int, url: str) -> bool:
        return any(wanted == status and pattern.search(url) for wanted, pattern in self._expected)


@contextmanager
def visiting(browser: Browser, url: str, screen: Screen = DESK) -> Iterator[Visitor]:
    """A visitor in a fresh context. Fails at the end where anything went wrong meanwhile."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        device_scale_factor=screen.scale,
        has_touch=screen.touch,
        is_mobile=screen.touch,
        locale=screen.language,
        timezone_id="Europe/Zurich",
        color_scheme="dark" if screen.dark else "light",
        reduced_motion="reduce" if screen.still else "no-preference",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(PATIENCE * 1000)
    visitor = Visitor(url, context, context.new_page())
    visitor.watch()
    try:
        yield visitor
        assert not visitor.trouble, "\n".join(visitor.trouble)
    finally:
        context.unroute_all(behavior="ignoreErrors")
        context.close()


def grid(page: Page) -> Locator:
    """The thumbnails."""
    return page.get_by_role("grid", name="Photos")


def tiles(page: Page) -> Locator:
    """The tiles that are in the document."""
    return grid(page).get_by_role("gridcell")


def tile(page: Page, name: str) -> Locator:
    """The tile of a photo by its file name or title."""
    return tiles(page).filter(has=page.get_by_role("link", name=name)).first


def viewer(page: Page) -> Locator:
    """The viewer, which is open or not."""
    return page.get_by_role("dialog", name="Photo viewer")


def large(page: Page) -> Locator:
    """The viewer's image once it is the large render."""
    return viewer(page).locator("img[data-large]")


def fill_in(page: Page, uid: str, password: str) -> None:
    """Fills in who one is, and logs in."""
    page.get_by_label("User", exact=True).fill(uid)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
