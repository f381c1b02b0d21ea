"""What could not be rendered, or read, is tried again as soon as it may come out otherwise."""

from pathlib import Path

from tests.end_to_end.servers import serving
from tests.photos import save_jpeg, solid


def test_under_a_limit_that_has_been_raised(tmp_path: Path) -> None:
    save_jpeg(tmp_path / "photos" / "a.jpg", solid(400, 300, (200, 30, 30)))
    with serving(tmp_path / "photos", tmp_path / "data", "embedded", RENDER_MAX_PIXELS="100000") as server:
        photoid = server.photos()["a.jpg"]
        for _ in range(2):
            assert server.photo(photoid, "&width=100").status_code == 501
        assert server.renders() == 1  # the second time it was known
        assert "above the limit" in server.command("catalog", "failed").stdout
    with serving(tmp_path / "photos", tmp_path / "data", "embedded", RENDER_MAX_PIXELS="200000") as server:
        assert server.photo(photoid, "&width=100").status_code == 200
