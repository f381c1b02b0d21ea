"""A server that listens by IPv4 and by IPv6: what the one is given again, the other is, too."""

from pathlib import Path

import httpx
import pytest

from config.addresses import bound
from tests.end_to_end.servers import serving
from tests.end_to_end.thrice import remembered, shown, thrice
from tests.photos import save_jpeg, solid

EVERYWHERE = "::"


def has_both() -> bool:
    """Whether this machine knows IPv6."""
    sockets = bound(EVERYWHERE, 0)
    for each in sockets:
        each.close()
    return len(sockets) > 1


@pytest.mark.skipif(not has_both(), reason="there is no IPv6 here")
def test_both_are_given_the_same_again(tmp_path: Path) -> None:
    save_jpeg(tmp_path / "photos/red.jpg", solid(120, 90, (200, 30, 30)))
    with serving(tmp_path / "photos", tmp_path / "data", "embedded", SERVER_HOST=EVERYWHERE) as server:
        port = server.url.rpartition(":")[2]
        params = {"photoid": server.photos()["red.jpg"], "width": "40"}

        def ask(host: str) -> httpx.Response:
            return client.get(f"http://{host}:{port}/picapportapi/1.0/getPhoto", params=params)

        with thrice() as client:
            four, six = ask("127.0.0.1"), ask("[::1]")
            assert remembered(server, lambda: ask("127.0.0.1"))
            assert remembered(server, lambda: ask("[::1]"))
        assert four.status_code == 200
        assert shown(four) == shown(six)
