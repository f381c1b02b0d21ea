"""What a body may be: one JSON object, of fields that are known."""

import json

import falcon
import pytest
from falcon.testing import TestClient

from api.http.answers import answer
from api.http.bodies import LARGEST_BODY, json_object
from api.http.problems import handle, serialize

TYPES = {"name": str, "count": int, "public": bool, "listed": list}


class Echo:
    """Answers with what it was sent."""

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Reads the body."""
        answer(response, json_object(request, TYPES))


@pytest.fixture(scope="module")
def client() -> TestClient:
    """A server that takes bodies."""
    app = falcon.App()
    app.add_error_handler(Exception, handle)
    app.set_error_serializer(serialize)
    app.add_route("/", Echo())
    return TestClient(app)


@pytest.mark.parametrize(
    "body", [{}, {"name": "a", "count": -1, "public": True, "listed": [1, "a"]}, {"name": None, "count": None}]
)
def test_what_is_known_is_read(client: TestClient, body: dict[str, object]) -> None:
    assert client.simulate_post("/", body=json.dumps(body)).json == body


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b" " * (LARGEST_BODY + 1), "larger"),
        (b"[]", "JSON object"),
        (b'{"colour": 1}', "'colour'"),
        (b'{"name": 1}', "name is a text"),
        (b'{"count": "1"}', "count is a whole number"),
        (b'{"count": true}', "count is a whole number"),
        (b'{"count": 1.0}', "count is a whole number"),
        (b'{"public": 1}', "public is a true or false"),
        (b'{"listed": {}}', "listed is a list"),
    ],
)
def test_anything_else_is_said_by_name(client: TestClient, raw: bytes, said: str) -> None:
    came = client.simulate_post("/", body=raw)
    assert (came.status_code, came.headers["Content-Type"]) == (400, "application/problem+json")
    assert said in came.json["detail"]
