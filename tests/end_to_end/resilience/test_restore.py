"""A catalogue is backed up and restored under a server that goes on serving."""

from pathlib import Path

from tests.end_to_end.servers import eventually, serving
from tests.photos import save_jpeg, solid


def test_a_running_server_goes_on_with_what_was_restored(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    save_jpeg(photos / "red.jpg", solid(30, 20, (200, 30, 30)))
    with serving(photos, tmp_path / "data", "embedded") as server:
        photoid = server.photos()["red.jpg"]
        vid = server.api("runQuery", query="*").json()["vid"]
        assert server.command("catalog", "backup", str(tmp_path / "kept")).returncode == 0
        server.manage("user", "remove", "guest")
        eventually(lambda: server.photo(photoid).status_code, 403)
        done = server.command("catalog", "restore", str(tmp_path / "kept"))
        assert done.returncode == 0, done.stderr
        eventually(lambda: server.photo(photoid).status_code, 200)
        assert server.api("runQuery", query="*").json()["vid"] > vid
        assert server.get("/ready").status_code == 200
