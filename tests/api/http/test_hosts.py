"""Under which names the server is reached, and that no others open anything."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from api.http.hosts import is_allowed
from tests.api.front import front_end
from tests.api.house import House

NAMES = frozenset({"photos.example", "localhost"})
PATHS = ("/", "/api/me", "/api/shares", "/picapportapi/1.0/runQuery?query=*", "/health", "/nothing")


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("photos.example", True),
        ("Photos.Example:8080", True),
        ("photos.example.", True),
        ("localhost:8080", True),
        ("127.0.0.1", True),
        ("192.0.2.7:8080", True),
        ("[::1]:8080", True),
        ("[2001:db8::1]", True),
        ("::1", False),
        ("evil.example", False),
        ("photos.example.evil.example", False),
        ("evil.photos.example", False),
        ("localhost.evil.example:8080", False),
        ("127.0.0.1.evil.example", False),
        ("2130706433", False),
        ("photos.example:80:80", False),
        ("photos.example@evil.example", False),
        ("photos.example, evil.example", False),
        ("", False),
        (":8080", False),
        ("[", False),
        ("x" * 10_000, False),
    ],
)
def test_names(host: str, allowed: bool) -> None:
    assert is_allowed(host, NAMES) == allowed


@pytest.mark.parametrize(("host", "others"), [("evil.example", 403), ("photos.example", None), ("127.0.0.1:80", None)])
def test_a_page_whose_name_was_made_to_stand_for_this_server_gets_nothing(
    tmp_path: Path, host: str, others: int | None
) -> None:
    with ExitStack() as closing:
        house = House(tmp_path, closing, server_names="photos.example, other.example", server_access_log=True)
        house.library.users.set_groups("guest", [], admin=True)
        house.library.generations.look()
        client = front_end(house, closing)
        headers = {"Host": host, "Origin": f"http://{host}", "X-Darkroom": "page"}
        asked = [client.simulate_get(path, headers=headers) for path in PATHS]
        asked.append(client.simulate_post("/api/shares", headers=headers, json={"photoids": [house.sea]}))
        statuses = [answer.status_code for answer in asked]
        assert statuses == ([others] * 7 if others else [200, 200, 200, 200, 200, 404, 201])
        assert not others or all("server.names" in answer.json["detail"] for answer in asked)
