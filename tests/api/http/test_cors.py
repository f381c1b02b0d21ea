"""Which origins may read what, and what caches are told of it."""

import falcon
import pytest
from falcon.testing import TestClient

from api.http.cors import cors


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


class Anything:
    """What takes GET and POST."""

    def on_get(self, _: falcon.Request, response: falcon.Response) -> None:
        """Nothing."""

    on_post = on_get


@pytest.mark.parametrize(
    ("asked_for", "allowed"),
    [
        ("content-type", "content-type"),
        ("content-type, x-anything", "content-type, x-anything"),
        ("content-type,x-darkroom", "content-type"),
        ("X-DARKROOM ,range", "range"),
        ("x-darkroom", None),
        ("*", None),
        (None, None),
    ],
)
def test_no_other_origin_passes_for_the_page(asked_for: str | None, allowed: str | None) -> None:
    app = falcon.App(middleware=cors("https://a.example"))
    app.add_route("/", Anything())
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    headers |= {} if asked_for is None else {"Access-Control-Request-Headers": asked_for}
    answer = TestClient(app).simulate_options("/", headers=headers)
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert answer.headers.get("Access-Control-Allow-Headers") == allowed
    assert "Access-Control-Allow-Credentials" not in answer.headers
