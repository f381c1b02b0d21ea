"""HEAD wherever GET is, and the truth of Allow."""

import falcon
import pytest
from falcon.testing import TestClient

from api.http.methods import Router


class Listed:
    def on_get(self, _: falcon.Request, response: falcon.Response) -> None:
        response.data = b"a list"
        response.set_header("ETag", '"x"')

    def on_post(self, _: falcon.Request, response: falcon.Response) -> None:
        response.status = 201

    def on_get_one(self, _: falcon.Request, response: falcon.Response, name: str) -> None:
        response.media = {"name": name}

    def on_delete_one(self, _: falcon.Request, response: falcon.Response, name: str) -> None:
        response.status = 204

    def on_post_done(self, _: falcon.Request, response: falcon.Response) -> None:
        response.status = 202


class Own:
    """A resource with a HEAD, an OPTIONS, and a word on all other methods of its own."""

    def on_get(self, _: falcon.Request, response: falcon.Response) -> None:
        response.data = b"much"

    def on_head(self, _: falcon.Request, response: falcon.Response) -> None:
        response.content_length = 4

    def on_options(self, _: falcon.Request, response: falcon.Response) -> None:
        response.set_header("Allow", "GET")

    def on_request(self, _: falcon.Request, response: falcon.Response) -> None:
        response.status = 409


@pytest.fixture(scope="module")
def client() -> TestClient:
    """Both resources."""
    app, listed = falcon.App(router=Router()), Listed()
    app.add_route("/listed", listed)
    app.add_route("/listed/{name}", listed, suffix="one")
    app.add_route("/done", listed, suffix="done")
    app.add_route("/own", Own())
    return TestClient(app)


@pytest.mark.parametrize("path", ["/listed", "/listed/a", "/own"])
def test_head_is_get_without_its_body(client: TestClient, path: str) -> None:
    got, told = client.simulate_get(path), client.simulate_head(path)
    assert (told.status_code, told.content, dict(told.headers)) == (got.status_code, b"", dict(got.headers))
    assert told.headers["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/listed", "GET, HEAD, OPTIONS, POST"),
        ("/listed/a", "DELETE, GET, HEAD, OPTIONS"),
        ("/done", "OPTIONS, POST"),
    ],
)
def test_allow_names_what_is_answered(client: TestClient, path: str, methods: str) -> None:
    told = client.simulate_options(path)
    assert (told.status_code, told.content, told.headers["Allow"]) == (200, b"", methods)
    refused = client.simulate_put(path)
    assert (refused.status_code, refused.headers["Allow"]) == (405, methods)
    for method in methods.split(", "):
        assert client.simulate_request(method, path).status_code < 300


def test_what_a_resource_says_itself_stays(client: TestClient) -> None:
    assert client.simulate_options("/own").headers["Allow"] == "GET"
    assert client.simulate_put("/own").status_code == 409
