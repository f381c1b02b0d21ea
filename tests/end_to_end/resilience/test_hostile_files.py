"""Files whose owner means harm: they ask a reader for more than they are, or turn into others while they are looked at.
Each is answered for itself, and who looks at other photos notices nothing.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.resilience.stranger.files import jpeg, one_tile, plain_png, png, sharing_bytes
from tests.end_to_end.servers import Process, Server, environ, serving
from tests.photos import save_jpeg, shows, solid
from tests.workers.samples.jpegs import of_scans
from tests.workers.samples.pictures import quarters
from tests.workers.samples.raws import dng

MEMORY = 500_000_000
GREEN, BLUE = (30, 200, 30), (30, 30, 200)
PICTURE = (320, 240)  # of what hides a load of EXIF
WIDE = 7500  # pixels; with alpha, a square of it takes more than MEMORY
SCANS = 20_000
SAME = 4000  # bytes that two files have
RACES = 300  # of which one in forty went to the wrong file, or more

# A photo is now itself, now a link out of the library, as quickly as it goes.
FLIP = """
import os, sys
place, kept, outside = sys.argv[1:]
print("flips", flush=True)
while True:
    os.symlink(outside, f"{kept}.next")
    os.replace(f"{kept}.next", place)
    os.link(kept, f"{kept}.next")
    os.replace(f"{kept}.next", place)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that renders by itself, and follows no links."""
    folder = tmp_path_factory.mktemp("hostile")
    photos = folder / "photos"
    save_jpeg(photos / "own.jpg", solid(400, 300, GREEN))
    exif = sharing_bytes()
    (photos / "exif.png").write_bytes(png(exif))
    (photos / "exif.jpg").write_bytes(jpeg(exif))
    solid(*PICTURE, GREEN).save(photos / "exif.webp", exif=exif)
    (photos / "scans.jpg").write_bytes(of_scans(4000, 3000, SCANS))
    (photos / "preview.dng").write_bytes(dng(quarters(64, 64), preview=of_scans(4000, 3000, SCANS)).getvalue())
    (photos / "tile.tif").write_bytes(one_tile(12_500))
    (photos / "alpha.png").write_bytes(plain_png(WIDE, WIDE, alpha=True))
    (photos / "plain.png").write_bytes(plain_png(WIDE // 2, WIDE // 2, alpha=False))
    for place, colour in ((photos / "flips.jpg", GREEN), (folder / "outside.jpg", BLUE)):
        place.write_bytes(save_jpeg(place, solid(400, 300, colour)).read_bytes().ljust(SAME, b"\0"))
    more = {"WORKERS_MEMORY_BYTES": str(MEMORY), "ROBOT_FOLLOW_LINKS": "false", "LIMITS_ORIGINALS": "0"}
    more |= {"ROBOT_USE_FILESYSTEM_MONITOR": "false", "LIMITS_NEW_SIZES": "0", "LIMITS_MISSES": "0"}
    with serving(photos, folder / "data", "embedded", **more) as running:
        yield running


def peak(server: Server) -> int:
    """The most bytes of memory that the front end has had."""
    status = Path(f"/proc/{server.front.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def refused(server: Server, name: str, size: str) -> str:
    """Why a photo is not served, and will not be."""
    answer = server.photo(server.photos()[name], size)
    assert answer.status_code == 501, (name, size, answer.status_code)
    return str(answer.json()["detail"])


@pytest.mark.parametrize("size", ["&width=160", ""])
@pytest.mark.parametrize("name", ["exif.png", "exif.jpg", "exif.webp"])
def test_exif_that_shares_its_bytes_costs_what_it_is(server: Server, name: str, size: str) -> None:
    """Rendered, and as its file lies."""
    before = peak(server)
    assert server.photo(server.photos()[name], size).status_code == 200
    assert peak(server) - before < MEMORY


def test_exif_that_shares_its_bytes_costs_no_more_in_advance(server: Server) -> None:
    before, renders = peak(server), server.renders()
    assert server.command("workers", "prerender", "--query", "exif", "--sizes", "x90").returncode == 0
    assert server.renders() == renders + 3
    assert peak(server) - before < MEMORY


@pytest.mark.parametrize("size", ["&width=160", ""])
@pytest.mark.parametrize("name", ["scans.jpg", "preview.dng"])
def test_scans_without_number(server: Server, name: str, size: str) -> None:
    assert "scans" in refused(server, name, size)


@pytest.mark.parametrize("name", ["tile.tif", "alpha.png"])
def test_what_takes_more_memory_than_all_renders_may_have(server: Server, name: str) -> None:
    for size in ("&width=160", ""):
        assert "MB of memory to render, where 500 MB are allowed (workers.memory.bytes)" in refused(server, name, size)


def test_what_has_room_is_rendered(server: Server) -> None:
    """Whatever a decoder has kept of the renders before."""
    for side in (160, 170, 180):
        answer = server.photo(server.photos()["plain.png"], f"&width={side}")
        assert answer.status_code == 200
        assert shows(answer.content, (side, side), (0, 0, 0))


def test_a_photo_that_turns_into_a_link_is_none_or_itself(server: Server) -> None:
    place = Path(server.environ["ROBOT_ROOT_0_PATH"]) / "flips.jpg"
    kept, outside = place.parents[1] / "kept.jpg", place.parents[1] / "outside.jpg"
    os.link(place, kept)
    photoid, own = server.photos()["flips.jpg"], kept.read_bytes()
    os.utime(outside, ns=(kept.stat().st_atime_ns, kept.stat().st_mtime_ns))  # by date and size they are the same
    flipping = Process([sys.executable, "-c", FLIP, str(place), str(kept), str(outside)], environ(None, place.parent))
    try:
        flipping.wait_for("flips")
        statuses = set()
        for number in range(RACES):
            answer = server.api("getOriginalFile", photoid=photoid)
            statuses.add(answer.status_code)
            assert answer.status_code == 404 or answer.content == own
            answer = server.photo(photoid, f"&width={number}&height={number}" if number % 2 else "")
            statuses.add(answer.status_code)
            size = (number, number) if number % 2 else (400, 300)
            assert answer.status_code == 404 or shows(answer.content, size, GREEN)
        assert (statuses, flipping.process.poll()) == ({200, 404}, None)
    finally:
        flipping.stop()


def test_others_are_served_as_ever(server: Server) -> None:
    assert shows(server.photo(server.photos()["own.jpg"], "&width=160").content, (160, 120), GREEN)
