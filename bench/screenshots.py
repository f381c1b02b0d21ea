"""`python -m bench.screenshots`: shows the page as a phone, a laptop and a large screen do, light and dark.

Writes `docs/screenshots`: each page and dialog as a JPEG named by what it shows, the screen and the colours. The photos
are those that `bench/setup photos` fetches. `--only viewer,login` shows some, `--folder` writes elsewhere, `--png` is
for looking at them closely.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.clients.chromium import NoChromium, chromium
from bench.data import wallpapers as shoot
from bench.data.library import ORIGINAL, PHOTOS
from bench.peers.darkroom import Darkroom
from bench.peers.peer import running, scratch
from bench.tools.processes import PROJECT

FOLDER = PROJECT / "docs/screenshots"
QUALITY = 78
WIDEST = 1280  # pixels of a kept picture: a larger screen is shown smaller
ADMIN = "anna"
NAME = "Autumn in the Basque mountains"
PHOTO = "Picos de Europa"
SHARED = (
    ("friends", "Two at the window", "They hear everybody who comes by."),
    ("seeding or dragonfly", "The garden", "What grows and flies behind the house."),
)
JOBS = ("tablet-large", "phone-large", "phone", "laptop", "phone-small", "tablet")
RENDERED = (
    "() => document.querySelector('article progress').value > 0.3 * document.querySelector('article progress').max"
)
PATIENCE = 60_000.0  # milliseconds


@dataclass(frozen=True, slots=True)
class Screen:
    """A size in CSS pixels; `scale`: device pixels for each."""

    width: int
    height: int
    scale: float = 1
    touch: bool = False

    @property
    def name(self) -> str:
        """As it stands in file names."""
        return f"{self.width}x{self.height}"


SCREENS = (Screen(390, 844, 2, touch=True), Screen(1280, 800), Screen(2560, 1440))


def main() -> int:
    """Makes them; gives the exit code: 2 where the photos or Chromium are missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.screenshots", description=__doc__)
    parser.add_argument("--only", default="", help=f"with commas, of {', '.join(SCENES)} (default: all)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they go (docs/screenshots)")
    parser.add_argument("--photos", type=Path, default=PHOTOS / ORIGINAL, help="the folder of the wallpapers")
    parser.add_argument("--png", action="store_true", help="in the screen's own pixels, without loss")
    chosen = parser.parse_args()
    if not chosen.photos.is_dir():
        print("bench: there are no photos: bench/setup photos fetches them", file=sys.stderr)
        return 2
    scenes = {name: SCENES[name] for name in chosen.only.split(",") if name} or SCENES
    chosen.folder.mkdir(parents=True, exist_ok=True)
    server = Darkroom("Darkroom")
    try:
        with chromium("--hide-scrollbars") as browser, scratch() as folder:
            library = shoot.make(chosen.photos, folder / "photos")
            with running([server], library, folder) as (url,):
                server.command("catalog", "user", "add", ADMIN, "--password", ADMIN, "--admin")
                for query, name, about in SHARED:
                    terms = ("--query", query, "--name", name, "--description", about, "--user", ADMIN)
                    server.command("catalog", "share", "add", *terms, "--expires", "2027-01-31 23:59:59")
                for screen in SCREENS:
                    for dark in (False, True):
                        _take(browser, url, screen, dark, scenes, chosen.folder, chosen.png)
    except NoChromium as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 0


def _take(
    browser: Browser,
    url: str,
    screen: Screen,
    dark: bool,
    scenes: Mapping[str, Callable[[Page, str], None]],
    folder: Path,
    png: bool,
) -> None:
    """All scenes on one screen in one colour scheme."""
    context = _context(browser, screen, dark)
    page = context.new_page()
    for name, show in scenes.items():
        show(page, url)
        _settled(page)
        shown = page.screenshot(animations="disabled", caret="hide")
        file = folder / f"{name}-{screen.name}-{'dark' if dark else 'light'}"
        if png:
            file.with_suffix(".png").write_bytes(shown)
        else:
            _kept(shown).save(file.with_suffix(".jpg"), "JPEG", quality=QUALITY, progressive=True, optimize=True)
    for share in page.request.get(f"{url}/api/shares").json()["shares"] if page.context.cookies() else []:
        if share["name"] == NAME:
            page.request.delete(f"{url}/api/shares/{share['sid']}", headers={"X-Darkroom": "page"})
    context.close()


def _context(browser: Browser, screen: Screen, dark: bool) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        device_scale_factor=screen.scale,
        has_touch=screen.touch,
        is_mobile=screen.touch,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return context


def _kept(png: bytes) -> Image.Image:
    """The picture as it is kept."""
    image = Image.open(BytesIO(png)).convert("RGB")
    image.thumbnail((WIDEST, WIDEST))
    return image


def _settled(page: Page) -> None:
    """Waits until every picture on the screen is there, and nothing is asked any more."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.documentElement.style.scrollbarGutter = 'auto'")  # there are no scrollbars here
    page.wait_for_function("() => !document.querySelector('.awake')")
    page.wait_for_function(
        "() => [...document.images].every(each => each.complete && (each.naturalWidth || !each.src))"
    )


def _log_in(page: Page, url: str) -> None:
    """Logs in, unless that has been done."""
    if not page.context.cookies():
        page.goto(f"{url}/login")
        page.get_by_label("User", exact=True).fill(ADMIN)
        page.get_by_label("Password", exact=True).fill(ADMIN)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{url}/")


def _library(page: Page, url: str, path: str = "/") -> None:
    _log_in(page, url)
    page.goto(f"{url}{path}")
    expect(page.get_by_role("gridcell").first.get_by_role("img")).to_be_visible()


def _search(page: Page, url: str) -> None:
    _library(page, url, "/?q=mountain")


def _wrong(page: Page, url: str) -> None:
    """A query that is none."""
    _log_in(page, url)
    page.goto(f"{url}/?q=mountain+and+(rating:5")
    expect(page.get_by_role("alert").filter(has_text="character")).to_be_visible()


def _viewer(page: Page, url: str) -> None:
    _search(page, url)
    page.get_by_role("link", name=PHOTO).first.click()
    expect(page.locator("img[data-large]").first).to_be_visible()


def _select(page: Page, url: str, count: int) -> None:
    _library(page, url)
    page.get_by_role("gridcell").nth(1).get_by_role("link").focus()
    page.keyboard.press("Space")
    for _ in range(count - 1):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("region", name="Selection")).to_contain_text(f"{count} selected")


def _selection(page: Page, url: str) -> None:
    _select(page, url, 5)
    page.get_by_role("button", name="Tags").click()
    expect(page.get_by_role("menuitem", name="Show metadata details")).to_be_visible()


def _details(page: Page, url: str) -> None:
    _select(page, url, 2)
    page.get_by_role("button", name="Tags").click()
    page.get_by_role("menuitem", name="Show metadata details").click()
    expect(page.get_by_role("dialog", name="Metadata details").locator("dt").first).to_be_visible()


def _share(page: Page, url: str) -> None:
    _select(page, url, 5)
    page.get_by_role("button", name="Share photos").click()
    dialog = page.get_by_role("dialog", name="Share photos")
    dialog.get_by_label("Name").fill(NAME)
    dialog.get_by_label("Description").fill("For the family: the walk on Sunday.")


def _shared(page: Page, url: str) -> None:
    """Shares what is selected; the link is shown."""
    _share(page, url)
    dialog = page.get_by_role("dialog", name="Share photos")
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_label("Link", exact=True)).to_be_visible()


def _my_shares(page: Page, url: str) -> None:
    _log_in(page, url)
    page.goto(f"{url}/shares")
    expect(page.get_by_role("listitem").first).to_be_visible()


def _gallery(page: Page, url: str) -> None:
    """The newest shared gallery."""
    _my_shares(page, url)
    page.goto(url + str(page.get_by_role("listitem").get_by_role("link").first.get_attribute("href")))
    expect(page.get_by_role("gridcell").first.get_by_role("img")).to_be_visible()


def _jobs(page: Page, url: str) -> None:
    _log_in(page, url)
    page.goto(f"{url}/jobs")
    seen = len(page.request.get(f"{url}/api/jobs").json()["jobs"])
    page.get_by_role("checkbox", name=JOBS[seen % len(JOBS)], exact=True).check()
    page.get_by_role("button", name="Start job").click()
    expect(page.get_by_role("article")).to_have_count(seen + 1)
    page.wait_for_function(RENDERED)  # not yet all: every photo, in a size that no job has made before
    page.evaluate("scrollTo(0, 0)")


def _login(page: Page, url: str) -> None:
    page.goto(f"{url}/login")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


SCENES: Mapping[str, Callable[[Page, str], None]] = {
    "login": _login,
    "library": _library,
    "search": _search,
    "wrong": _wrong,
    "viewer": _viewer,
    "selection": _selection,
    "details": _details,
    "share": _share,
    "shared": _shared,
    "shares": _my_shares,
    "gallery": _gallery,
    "jobs": _jobs,
}


if __name__ == "__main__":
    sys.exit(main())
