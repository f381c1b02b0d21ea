"""Which origins may read what, and what caches are told of it."""

import falcon
import pytest
from falcon.testing import TestClient

from api.cors import cors


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ("*", "https://a.example", "*"),
        ("https://a.example, *", "null", "*"),
        ("https://a.example", "https://a.example", "https://a.example"),
        ("https://a.example,https://b.example", "https://b.example", "https://b.example"),
        ("https://a.example", "https://a.example.evil.example", None),
        ("https://a.example", "http://a.example", None),
        ("https://a.example", "", None),
        ("https://a.example", None, None),
        ("*", None, None),
    ],
)
def test_who_may_read(origins: str, origin: str | None, allowed: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    answer = TestClient(falcon.App(middleware=cors(origins))).simulate_get("/", headers=headers)
    assert answer.headers.get("Access-Control-Allow-Origin") == allowed
    assert "Access-Control-Allow-Credentials" not in answer.headers
    # Also where nobody asked from elsewhere: a browser that kept this answer would else give it to a page that does.
    assert "Origin" in answer.headers["Vary"]
