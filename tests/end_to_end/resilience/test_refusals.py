"""A Redis that answers, and refuses."""

import re
from pathlib import Path

from redis import Redis

from tests.end_to_end.servers import Server, eventually, serving
from tests.photos import save_jpeg, solid


def asked(server: Server, width: int) -> int:
    """The status of a render that no cache has."""
    return server.photo(server.photos()["a.jpg"], f"&width={width}").status_code


def test_a_redis_that_refuses_to_write_is_named(tmp_path: Path) -> None:
    save_jpeg(tmp_path / "photos" / "a.jpg", solid(400, 300, (200, 30, 30)))
    with (
        serving(tmp_path / "photos", tmp_path / "data", "distributed") as server,
        Redis.from_url(server.environ["REDIS_URL"]) as redis,
    ):
        refused = "Redis refuses to write, as it is a read-only replica (READONLY)"
        redis.execute_command("REPLICAOF", "127.0.0.1", "1")
        assert asked(server, 60) == 503
        server.front.wait_for(rf"a render could not be queued: {re.escape(refused)}")
        ready = server.get("/ready")
        assert (ready.status_code, ready.json()["parts"]["broker"]) == (503, refused)
        assert "does not answer" not in ready.text
        redis.execute_command("REPLICAOF", "NO", "ONE")
        eventually(lambda: asked(server, 64), 200)
        eventually(lambda: server.get("/ready").status_code, 200)
        said = "".join(server.front.lines + server.others["worker"].lines)
    assert "does not answer" not in said
    assert "Traceback" not in said
