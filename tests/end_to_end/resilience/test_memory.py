"""A worker's process has a bound of memory: a photo beyond it is an answer, and the worker lives on."""

from pathlib import Path

from PIL import Image

from tests.end_to_end.servers import serving
from tests.photos import decoded, save_jpeg, solid


def test_a_photo_that_needs_too_much(tmp_path: Path) -> None:
    save_jpeg(tmp_path / "photos/small.jpg", solid(800, 600, (30, 200, 30)))
    Image.new("RGB", (8000, 6000), (200, 30, 30)).save(tmp_path / "photos/large.jpg", progressive=True)
    with serving(tmp_path / "photos", tmp_path / "data", "distributed", WORKERS_MEMORY_BYTES="500MB") as server:
        photos = server.photos()
        refused = server.photo(photos["large.jpg"], "&width=100")
        assert refused.status_code == 501
        assert refused.json()["detail"] == "The photo needs more memory than a render may have."
        assert decoded(server.photo(photos["small.jpg"], "&width=100").content).size == (100, 75)
        assert server.renders() == 2  # each was tried once
