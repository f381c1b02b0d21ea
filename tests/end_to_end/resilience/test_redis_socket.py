"""Front end, worker and doctor reach a Redis by a socket of the machine; and one with too little memory is told of."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.end_to_end.servers import eventually, serving, start_front
from tests.photos import save_jpeg, solid


@pytest.fixture
def socket() -> Iterator[str]:
    """A path that is short enough for one."""
    folder = Path(tempfile.mkdtemp(prefix="r"))
    yield str(folder / "redis.sock")
    shutil.rmtree(folder)


def test_photos_are_rendered_by_way_of_a_socket(tmp_path: Path, socket: str) -> None:
    save_jpeg(tmp_path / "photos/a.jpg", solid(400, 300, (200, 30, 30)))
    with serving(tmp_path / "photos", tmp_path / "data", "distributed", SOCKET=socket) as server:
        eventually(lambda: server.get("/ready").json()["parts"]["worker"], "ok")
        assert server.photo(server.photos()["a.jpg"], "&width=40").status_code == 200
        with redis.Redis.from_url(server.environ["REDIS_URL"]) as asking:
            assert asking.get("darkroom:renders:bytes")
            assert server.get("/ready").json() == {
                "ready": True,
                "parts": dict.fromkeys(("broker", "worker", "catalog", "disk", "redis memory"), "ok"),
            }
            asking.config_set("maxmemory", "100mb")
        ready = server.get("/ready")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert ready.json()["parts"]["redis memory"].startswith("Redis's maxmemory is 105 MB, less than the 256 MB")
        another = start_front(server.environ)
        try:
            another.wait_for("Redis's maxmemory is 105 MB, less than the 256 MB")
        finally:
            another.stop()
