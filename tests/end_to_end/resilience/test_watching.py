"""A running server follows its photo roots, and leaves nothing behind when it is killed."""

import os
import signal
from pathlib import Path

from tests.end_to_end.servers import eventually, serving
from tests.photos import save_jpeg, solid


def watchers(environ: dict[str, str]) -> list[int]:
    """Processes that watch for the server of that data folder."""
    wanted = f"DATA_DIR={environ['DATA_DIR']}".encode()
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and _watches(each, wanted)]


def _watches(process: Path, wanted: bytes) -> bool:
    try:
        return b"--beside" in (process / "cmdline").read_bytes() and wanted in (process / "environ").read_bytes()
    except OSError:
        return False


def parents(process: int) -> int:
    """How many of them watch too: one keeps the other alive."""
    above = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return b"--beside" in Path(f"/proc/{above}/cmdline").read_bytes()


def test_a_new_photo_is_shown_by_whoever_watches_and_a_killed_front_end_leaves_no_orphan(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    save_jpeg(photos / "red.jpg", solid(30, 20, (200, 30, 30)))
    with serving(photos, tmp_path / "data", "embedded") as server:
        assert server.api("runQuery", query="green").json()["count"] == 0
        save_jpeg(photos / "new/green.jpg", solid(30, 20, (30, 200, 30)))
        eventually(lambda: server.api("runQuery", query="green").json()["count"], 1)
        first = max(watchers(server.environ), key=parents)
        os.kill(first, signal.SIGKILL)
        save_jpeg(photos / "new/blue.jpg", solid(30, 20, (30, 30, 200)))
        eventually(lambda: server.api("runQuery", query="blue").json()["count"], 1)
        assert first not in watchers(server.environ)
        os.kill(server.front.process.pid, signal.SIGKILL)  # the front end alone, and not its group
        eventually(lambda: watchers(server.environ), [])
