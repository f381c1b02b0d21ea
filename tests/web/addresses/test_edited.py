"""A photo that is edited while it is looked at: under which address the new picture comes, and when."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from tests.end_to_end.servers import Server, eventually, serving
from tests.web.visitor import SEEN, Visitor, large, tile, visiting

RED, BLUE = (200, 30, 30), (30, 30, 200)
MIDDLE = """image => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}"""


def shows(image: Locator, colour: tuple[int, int, int]) -> bool:
    """Whether an image has that colour."""
    return all(abs(one - other) < 30 for one, other in zip(image.evaluate(MIDDLE), colour, strict=True))


def version(server: Server) -> str:
    """That of the only photo."""
    return str(server.api("getPhotoMetadata", photoid=server.photos()["a.jpg"]).json()["version"])


def edit(server: Server, photo: Path, colour: tuple[int, int, int]) -> None:
    """Makes another picture of it; waits until the server has read that."""
    before = version(server)
    Image.new("RGB", (600, 400), colour).save(photo)
    eventually(lambda: version(server) != before, True)


def come_back(guest: Visitor) -> None:
    """As if the page had been behind another window."""
    guest.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize("gallery", [False, True])
def test_the_new_picture_is_seen(browser: Browser, tmp_path: Path, gallery: bool) -> None:
    photo = tmp_path / "photos/a.jpg"
    photo.parent.mkdir()
    Image.new("RGB", (600, 400), RED).save(photo)
    with serving(photo.parent, tmp_path / "data", "embedded") as server, visiting(browser, server.url) as guest:
        name = "a.jpg"
        sid = server.manage("share", "add", "--user", "guest", "--query", "*")
        eventually(lambda: server.api("getGallery", sid=sid).status_code, 200)
        path = f"/s/{sid}" if gallery else "/"
        guest.library(path)
        picture = tile(guest.page, name).locator("img")
        assert shows(picture, RED)
        first = picture.get_attribute("src") or ""
        assert f"version={version(server)}" in first
        kept = server.get(first)
        assert kept.headers["Cache-Control"] == "private, max-age=31536000, immutable"

        edit(server, photo, BLUE)
        come_back(guest)
        guest.until(lambda: shows(picture, BLUE))
        assert picture.get_attribute("src") != first

        edit(server, photo, RED)
        guest.page.reload()
        guest.page.wait_for_function(SEEN)
        guest.until(lambda: shows(picture, RED))

        picture.click()
        expect(large(guest.page)).to_be_visible()
        assert shows(large(guest.page), RED)
        edit(server, photo, BLUE)
        come_back(guest)
        guest.until(lambda: large(guest.page).count() == 1 and shows(large(guest.page), BLUE))
