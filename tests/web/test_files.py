"""What the page consists of: little, all from here, and under a strict policy."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.end_to_end.servers import PROJECT, Server
from tests.web.visitor import Visitor, tiles

WEB = PROJECT / "api/web"
MOST_BYTES = 80_000
FETCHES = re.compile(r"(?<![#.\w])(fetch|XMLHttpRequest|EventSource|WebSocket|sendBeacon)\(")
PAGES = ["/", "/shares", "/jobs", "/account", "/people", "/audit", "/login", "/s/nothing"]
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}


def files() -> list[Path]:
    """All that is served of the page."""
    return [file for file in sorted(WEB.rglob("*")) if file.is_file()]


def test_its_weight(server: Server) -> None:
    """As a browser gets it."""
    sent = 0
    for file in files():
        answer = server.get("/" if file.name == "index.html" else f"/web/{file.relative_to(WEB)}")
        assert answer.status_code == 200
        sent += answer.num_bytes_downloaded
    assert 0 < sent <= MOST_BYTES


@pytest.mark.parametrize("path", PAGES)
def test_its_policy(server: Server, path: str) -> None:
    answer = server.get(path)
    given = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert given == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"].lower() == "text/html; charset=utf-8"


def test_only_one_module_asks_the_server() -> None:
    asking = [file for file in files() if file.suffix == ".js" and FETCHES.search(file.read_text())]
    assert asking == [WEB / "server/client.js"]


def test_no_text_becomes_markup() -> None:
    for file in files():
        text = file.read_text()
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            " style=",
            "http://cdn",
        ):
            assert word not in text, (file.name, word)


def test_nothing_follows_upon_another(guest: Visitor) -> None:
    """All modules of the first screen are named in the document: none has to be read for the next to be asked for."""
    with guest.page.expect_request(lambda each: "getPhoto" in each.url):
        guest.open()
    expect(tiles(guest.page).first).to_be_visible()
    document = (WEB / "index.html").read_text()
    before = guest.requests[: next(at for at, url in enumerate(guest.requests) if "getPhoto" in url)]
    modules = {url.rpartition("/web/")[2] for url in before if url.endswith(".js")}
    assert modules
    assert {name for name in modules if f'"/web/{name}"' not in document} == set()
