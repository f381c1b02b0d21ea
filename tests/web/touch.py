"""Fingers on the page, as Chromium gets them from a touch screen."""

from playwright.sync_api import Locator, Page

STEPS = 8


class Finger:
    """One finger; positions are CSS pixels of the window."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def down(self, x: float, y: float) -> None:
        """Touches the screen."""
        self._send("touchStart", [(x, y)])

    def up(self) -> None:
        """Leaves it."""
        self._send("touchEnd", [])

    def swipe(self, on: Locator, across: float = 0, down: float = 0) -> None:
        """From the middle of an element by so many parts of its size."""
        x, y, width, height = _box(on)
        x, y = x + width / 2, y + height / 2
        self.down(x, y)
        for step in range(1, STEPS + 1):
            self._send("touchMove", [(x + across * width * step / STEPS, y + down * height * step / STEPS)])
        self.up()

    def hold(self, on: Locator) -> None:
        """Touches the middle of an element, and stays."""
        x, y, width, height = _box(on)
        self.down(x + width / 2, y + height / 2)

    def spread(self, on: Locator, times: float) -> None:
        """Two fingers that part from the middle of an element, until they are so many times as far from one another."""
        x, y, width, height = _box(on)
        middle, down, apart = x + width / 2, y + height / 2, width / 10

        def two(wide: float) -> list[tuple[float, float]]:
            return [(middle - apart * wide, down), (middle + apart * wide, down)]

        self._send("touchStart", two(1))
        for step in range(1, STEPS + 1):
            self._send("touchMove", two(1 + (times - 1) * step / STEPS))
        self.up()

    def pinch_after(self, on: Locator, across: float) -> None:
        """One finger goes so many parts of an element's width from its middle; a second joins it, and they part."""
        x, y, width, height = _box(on)
        x, y = x + width / 2, y + height / 2
        self.down(x, y)
        for step in range(1, STEPS + 1):
            self._send("touchMove", [(x + across * width * step / STEPS, y)])
        x += across * width
        self._send("touchStart", [(x, y), (x - 40, y + 40)])
        for step in range(1, STEPS + 1):
            self._send("touchMove", [(x, y), (x - 40 - 10 * step, y + 40 + 10 * step)])
        self.up()

    def _send(self, kind: str, points: list[tuple[float, float]]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def _box(on: Locator) -> tuple[float, float, float, float]:
    box = on.bounding_box()
    assert box
    return box["x"], box["y"], box["width"], box["height"]
