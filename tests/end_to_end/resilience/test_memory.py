"""What processes have of memory is bounded."""

import platform
import re
from pathlib import Path

import pytest
from PIL import Image

from api.http.connections.arenas import ARENAS
from tests.end_to_end.servers import serving
from tests.photos import decoded, save_jpeg, solid

ARENA = 64 << 20  # bytes: glibc reserves so much for an arena, and takes of it from the start on


def test_a_photo_that_needs_too_much(tmp_path: Path) -> None:
    """A worker's process has a bound: a photo beyond it is an answer, and the worker lives on."""
    save_jpeg(tmp_path / "photos/small.jpg", solid(800, 600, (30, 200, 30)))
    Image.new("RGB", (8000, 6000), (200, 30, 30)).save(tmp_path / "photos/large.jpg", progressive=True)
    with serving(tmp_path / "photos", tmp_path / "data", "distributed", WORKERS_MEMORY_BYTES="500MB") as server:
        photos = server.photos()
        refused = server.photo(photos["large.jpg"], "&width=100")
        assert refused.status_code == 501
        assert refused.json()["detail"] == "The photo needs more memory than a render may have."
        assert decoded(server.photo(photos["small.jpg"], "&width=100").content).size == (100, 75)
        assert server.renders() == 2  # each was tried once


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are glibc's")
def test_the_threads_of_a_front_end_share_few_arenas(tmp_path: Path) -> None:
    """Of a server of its own: one that has served many may have more than that of one arena."""
    save_jpeg(tmp_path / "photos/small.jpg", solid(80, 60, (30, 200, 30)))
    with serving(tmp_path / "photos", tmp_path / "data", "embedded") as server:
        maps = Path(f"/proc/{server.front.process.pid}/maps").read_text()
    reserved = re.findall(r"^(\w+)-(\w+) rw-p 00000000 00:00 0 *\n\2-(\w+) ---p", maps, re.MULTILINE)
    others = [start for start, _, end in reserved if int(end, 16) - int(start, 16) == ARENA]
    assert 1 <= len(others) < ARENAS  # the first has its place elsewhere
