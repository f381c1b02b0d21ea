"""`python -m bench.page`: how quick the gallery page is in Chromium, with renders that are cached.

- the first screen: milliseconds from navigation until the 60 tiles on it are drawn, in a new browser context each time
- swiping, one photo a second through 60: milliseconds until each large render is there; two a second by arrow keys
- scrolling through 20,000 photos from end to end: the most DOM nodes and the most memory of the page's process

`--only first,swipe,scroll` takes some of them; `--photos FOLDER` is what the libraries are made from.
"""

import argparse
import re
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from bench.clients.chromium import NoChromium, chromium
from bench.clients.devtools import Alone, alone
from bench.data import wallpapers as shoot
from bench.data.library import ORIGINAL, PHOTOS
from bench.peers.darkroom import Darkroom
from bench.peers.large_library import crowd
from bench.peers.peer import running, scratch

TILES = 60
SWIPES = 60
CROWD = 20_000
LATE = 150.0  # milliseconds
WIDE = {"width": 2560, "height": 1440}
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE = 120_000.0

# The time at which so many of the tiles on the screen are drawn, that at which all of them are, and how many they are.
FIRST_SCREEN = """
const look = () => {
  const seen = [...document.querySelectorAll("[role=gridcell]")].filter(cell => {
    const { top, bottom, width } = cell.getBoundingClientRect();
    return width && bottom > 0 && top < innerHeight;
  });
  const there = cell => {
    const image = cell.querySelector("img");
    return image && image.complete && image.naturalWidth;
  };
  const done = seen.filter(there).length;
  if (done >= %d) window.some ??= performance.now();
  if (window.some && done === seen.length) window.drawn = [window.some, performance.now(), done];
  else requestAnimationFrame(look);
};
look();
"""
# The time from a key or a lifted finger until the large render of another photo is drawn.
SWIPED = """
window.swiped = [];
for (const type of ["keydown", "pointerup"]) addEventListener(type, () => {
  const large = () => document.querySelector("dialog img[data-large]")?.src;
  const [began, before] = [performance.now(), window.last];
  const look = () => {
    const now = large();
    if (now && now !== before) { window.last = now; window.swiped.push(performance.now() - began); }
    else requestAnimationFrame(look);
  };
  look();
}, { capture: true });
"""
ROLL = """([pixels, frames]) => new Promise(done => {
  let frame = 0;
  const roll = () => {
    scrollBy(0, pixels);
    if (++frame < frames) requestAnimationFrame(roll); else done([scrollY + innerHeight, document.body.scrollHeight]);
  };
  roll();
})"""
DRAWN = """() => [...document.querySelectorAll("[role=gridcell]")].every(cell => {
  const { top, bottom, width } = cell.getBoundingClientRect(), image = cell.querySelector("img");
  return !width || bottom < 0 || top > innerHeight || (image && image.complete && image.naturalWidth);
})"""
NODES = """() => {
  const walker = document.createTreeWalker(document);
  let nodes = 1;
  while (walker.nextNode()) nodes++;
  return [document.getElementsByTagName("*").length, nodes];
}"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of the page's process: its own (anonymous, what Chromium's task manager shows); with its share of
    mapped files and of shared memory, in which Chromium keeps pictures that it has decoded and may drop (PSS); and
    JavaScript's heap."""

    own: float
    whole: float
    heap: float


def main() -> int:
    """Measures and prints; gives the exit code: 2 where photos or Chromium are missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--only", default="first,swipe,scroll", help="with commas (%(default)s)")
    parser.add_argument("--photos", type=Path, default=PHOTOS / ORIGINAL, help="photos of bench/setup")
    parser.add_argument("--turns", type=int, default=11, help="navigations (%(default)s)")
    parser.add_argument("--every", type=float, default=1.0, help="seconds from one photo to the next (%(default)s)")
    parser.add_argument("--crowd", type=int, default=CROWD, help="photos to scroll through (%(default)s)")
    chosen = parser.parse_args()
    if not chosen.photos.is_dir():
        print("bench: there are no photos: bench/setup photos fetches them", file=sys.stderr)
        return 2
    wanted = chosen.only.split(",")
    try:
        with chromium() as browser:
            print(f"Chromium {browser.version}, headless")
            if {"first", "swipe"} & set(wanted):
                with _library(chosen.photos) as url:
                    if "first" in wanted:
                        _first(browser, url, chosen.turns)
                    if "swipe" in wanted:
                        _swipe(browser, url, chosen.every / 2, touch=False)
                        _swipe(browser, url, chosen.every, touch=True)
            if "scroll" in wanted:
                with crowd(chosen.photos, chosen.crowd) as url:
                    _scroll(url, chosen.crowd)
    except NoChromium as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 0


@contextmanager
def _library(wallpapers: Path) -> Iterator[str]:
    """A server of some hundred photos; gives its URL."""
    with scratch() as folder:
        library = shoot.make(wallpapers, folder / "photos")
        with running([Darkroom("Darkroom")], library, folder) as (url,):
            yield url


def _first(browser: Browser, url: str, turns: int) -> None:
    """Tiles of the first screen; the first navigation, which renders them, does not count."""
    some: list[float] = []
    every: list[float] = []
    tiles = 0.0
    for turn in range(turns + 1):
        with _context(browser, WIDE, script=FIRST_SCREEN % TILES) as context:
            page = context.new_page()
            page.goto(f"{url}/?sort=name")
            there, all_there, tiles = page.wait_for_function("() => window.drawn").json_value()
            if turn:
                some.append(there)
                every.append(all_there)
    print(f"\nfirst screen, {WIDE['width']}x{WIDE['height']}, {turns} times: milliseconds from navigation")
    for number, took in ((TILES, some), (tiles, every)):
        print(f"{number:.0f} tiles: median {statistics.median(took):.0f}, {min(took):.0f} to {max(took):.0f}")


def _swipe(browser: Browser, url: str, every: float, *, touch: bool) -> None:
    """Through the same photos twice: the first time renders them."""
    size = PHONE if touch else DESK
    took: list[float] = []
    for turn in range(2):
        with _context(browser, size, script=SWIPED, touch=touch) as context:
            page = context.new_page()
            page.goto(f"{url}/?sort=name")
            page.get_by_role("gridcell").first.get_by_role("link").click()
            page.locator("dialog img[data-large]").wait_for()
            page.evaluate("window.last = document.querySelector('dialog img[data-large]').src; window.swiped = []")
            finger = context.new_cdp_session(page)
            for number in range(SWIPES):
                began = time.monotonic()
                if touch:
                    _flick(finger, size)
                else:
                    page.keyboard.press("ArrowRight")
                page.wait_for_function(f"() => window.swiped.length > {number}")
                if turn:
                    time.sleep(max(0.0, every - (time.monotonic() - began)))
            took = page.evaluate("window.swiped")
    late = sum(each > LATE for each in took)
    how = "swiped on a phone, 390x844, 3 device pixels each" if touch else "by arrow key, 1280x800"
    print(f"\n{SWIPES} photos, one every {every:g} s, {how}: milliseconds until the large render is there")
    print(f"median {statistics.median(took):.0f}, slowest {max(took):.0f}, {late} later than {LATE:.0f}")


def _flick(finger: object, size: dict[str, int]) -> None:
    """A finger goes from right to left within a tenth of a second."""
    send = finger.send  # type: ignore[attr-defined]
    x, y = size["width"] * 0.8, size["height"] / 2
    send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 7):
        at = {"x": x - step * size["width"] * 0.1, "y": y}
        send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _scroll(url: str, number: int) -> None:
    """From end to end, twelve screens a second, with a stop every four screens until the photos there are drawn."""
    with alone(DESK["width"], DESK["height"]) as page:
        page.ask("Performance.enable")
        page.goto(url)
        page.wait_for("document.querySelector('[role=gridcell] img') !== null")
        pid = max(page.renderers(), key=lambda each: _rollup(each, "Rss"))
        most_elements = most_nodes = 0
        held: list[Memory] = []
        began = time.monotonic()
        seen, height = 0.0, 2.0
        steps = 0
        while seen < height - 1:
            seen, height = page.evaluate(f"({ROLL})([160, 5])")
            steps += 1
            elements, nodes = page.evaluate(f"({NODES})()")
            most_elements, most_nodes = max(most_elements, elements), max(most_nodes, nodes)
            if steps % 4 == 0:
                page.wait_for(f"({DRAWN})()")
                held.append(_memory(pid, page))
        held.append(_memory(pid, page))
        print(f"\n{number} photos, 1280x800, end to end in {time.monotonic() - began:.0f} s: the most at any time")
        print(f"elements in the document {most_elements}, nodes with their texts {most_nodes}")
        print(f"the page's process, MB: its own {max(each.own for each in held):.0f}", end=", ")
        print(
            f"with its share of the program and of pictures that may be dropped {max(each.whole for each in held):.0f}"
        )
        print(f"JavaScript's heap {max(each.heap for each in held):.1f}")


def _memory(pid: int, page: Alone) -> Memory:
    metrics = page.ask("Performance.getMetrics")["metrics"]
    heap = next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")
    return Memory(_rollup(pid, "Pss_Anon"), _rollup(pid, "Pss"), heap / 1e6)


def _rollup(pid: int, name: str) -> float:
    """Megabytes of a line of the process's memory."""
    match = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(match[1]) * 1024 / 1e6 if match else 0.0


@contextmanager
def _context(
    browser: Browser, size: dict[str, int], *, script: str = "", touch: bool = False
) -> Iterator[BrowserContext]:
    """A new one: nothing is in its cache."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=3 if touch else 1,
        has_touch=touch,
        is_mobile=touch,
    )
    context.set_default_timeout(PATIENCE)
    if script:
        context.add_init_script(script)
    yield context
    context.close()


if __name__ == "__main__":
    sys.exit(main())
