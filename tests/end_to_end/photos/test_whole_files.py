"""Photos in their own size and original files: the same pixels, nothing else in them, in parts where that is asked."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.end_to_end.servers import Server, eventually, serving
from tests.end_to_end.thrice import thrice
from tests.photos import decoded, header_alone

SECRET = b"51 deg 30' N, of nobody's business"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos full of metadata: upright, turned with sides that can be turned without loss, and with others."""
    folder = tmp_path_factory.mktemp("whole") / "photos"
    folder.mkdir()
    noise = Image.effect_noise((320, 240), 80).convert("RGB")
    for name, orientation, size in (("upright", 1, (320, 240)), ("turned", 6, (320, 240)), ("odd", 6, (319, 237))):
        exif = Image.Exif()
        exif[0x0112], exif[0x010E] = orientation, SECRET.decode()
        picture = noise.crop((0, 0, *size))
        picture.save(folder / f"{name}.jpg", quality=90, exif=exif, comment=SECRET)
    upright = folder / "upright.jpg"
    upright.write_bytes(upright.read_bytes() + b"trailer" + SECRET)
    return folder


@pytest.fixture(scope="module", params=["embedded", "distributed"])
def whole(request: pytest.FixtureRequest, library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of these photos."""
    with serving(library, tmp_path_factory.mktemp(request.param) / "data", request.param) as server:
        server.client = thrice()
        yield server


def stored(library: Path, name: str) -> Image.Image:
    return decoded((library / name).read_bytes())


def test_an_upright_photo_is_the_same_bit_for_bit_and_costs_no_render(whole: Server, library: Path) -> None:
    made = whole.renders()
    answer = whole.photo(whole.photos()["upright.jpg"], "&quality=0.1")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert decoded(answer.content).tobytes() == stored(library, "upright.jpg").tobytes()
    assert SECRET not in answer.content
    assert b"Exif" not in answer.content
    assert whole.renders() == made
    kept = (Path(whole.environ["DATA_DIR"]) / "renders").rglob("*.whole.jpg")
    assert not [each for each in kept if "320x240" in each.name]  # those of the turned ones lie on their side


@pytest.mark.parametrize(("name", "exact"), [("turned.jpg", True), ("odd.jpg", False)])
def test_a_turned_photo_is_turned_without_loss_where_that_can_be(
    whole: Server, library: Path, name: str, exact: bool
) -> None:
    answer = whole.photo(whole.photos()[name])
    upright = stored(library, name).transpose(Image.Transpose.ROTATE_270)
    image = decoded(answer.content)
    assert image.size == upright.size
    assert image.getexif().get(0x0112, 1) == 1
    assert SECRET not in answer.content
    turning = ["jpegtran", "-perfect", "-rotate", "90", str(library / name)]
    turned = subprocess.run(turning, capture_output=True, check=False)
    assert (turned.returncode == 0) is exact
    if exact:
        assert image.tobytes() == decoded(turned.stdout).tobytes()
    made = whole.renders()
    assert whole.photo(whole.photos()[name], "&quality=0.3").content == answer.content
    assert whole.renders() == made


@pytest.mark.parametrize("function", ["getPhoto", "getOriginalFile"])
def test_parts_and_copies(whole: Server, function: str) -> None:
    url = f"/picapportapi/1.0/{function}?photoid={whole.photos()['upright.jpg'].replace('+', '%2B')}"
    full = whole.get(url)
    size = len(full.content)
    assert full.headers["Accept-Ranges"] == "bytes"
    pieces = []
    for first in range(0, size, 7001):
        part = whole.get(url, headers={"Range": f"bytes={first}-{first + 7000}", "If-Range": full.headers["ETag"]})
        assert part.status_code == 206
        assert part.headers["Content-Range"] == f"bytes {first}-{min(first + 7000, size - 1)}/{size}"
        pieces.append(part.content)
    assert b"".join(pieces) == full.content
    assert whole.get(url, headers={"Range": "bytes=-5"}).content == full.content[-5:]
    beyond = whole.get(url, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert whole.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).content == full.content
    for header in ({"If-None-Match": full.headers["ETag"]}, {"If-Modified-Since": full.headers["Last-Modified"]}):
        again = whole.get(url, headers=header)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == full.headers["ETag"]
    head = whole.client.head(whole.url + url)
    same = ("Content-Length", "Content-Type", "ETag", "Last-Modified", "Cache-Control", "Accept-Ranges")
    assert (head.content, {name: head.headers.get(name) for name in same}) == (
        b"",
        {name: full.headers.get(name) for name in same},
    )


def test_a_damaged_photo_is_tried_once(library: Path, tmp_path: Path) -> None:
    cut = header_alone((library / "upright.jpg").read_bytes())
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "cut.jpg").write_bytes(cut)
    with serving(photos, tmp_path / "data", "embedded") as server:
        photoid = server.photos()["cut.jpg"]
        assert [server.photo(photoid, f"&width={width}").status_code for width in (50, 60, 50)] == [500] * 3
        assert server.renders() == 1
        assert server.photo(photoid).status_code == 500
        failed = server.command("catalog", "failed").stdout
        assert failed.count("photos/cut.jpg: The photo's file is damaged") == 1
        assert server.command("catalog", "retry", "--photoid", photoid).stdout == "1 files are tried again\n"
        assert server.photo(photoid, "&width=50").status_code == 500
        assert server.renders() == 2
        (photos / "cut.jpg").write_bytes((library / "upright.jpg").read_bytes())
        assert server.command("catalog", "scan").returncode == 0
        eventually(lambda: server.photo(photoid, "&width=50").status_code, 200)
        assert "cut.jpg" not in server.command("catalog", "failed").stdout
