"""That the browser is there, and that what goes wrong in it is seen."""

from contextlib import nullcontext

import pytest
from playwright.sync_api import Browser, Route

from tests.web.visitor import visiting

NOWHERE = "http://page.test"
PAGES = {
    "fine": "<p>Fine.",
    "uncaught": "<script>throw new Error('uncaught')</script>",
    "console": "<script>console.error('said')</script>",
    "missing": "<img src=/absent>",
    "elsewhere": "<img src=http://elsewhere.test/>",
}


def _answer(route: Route) -> None:
    name = route.request.url.rpartition("/")[2]
    if name in PAGES:
        route.fulfill(body=PAGES[name], content_type="text/html")
    else:
        route.fulfill(status=404)


@pytest.mark.parametrize("name", PAGES)
def test_trouble_is_seen(browser: Browser, name: str) -> None:
    fails = nullcontext() if name == "fine" else pytest.raises(AssertionError)
    with fails, visiting(browser, NOWHERE) as visitor:
        visitor.context.route("**/*", _answer)
        visitor.open(f"/{name}")
