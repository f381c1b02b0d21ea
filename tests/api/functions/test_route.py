"""The functions of the Web API by their names."""

import falcon
import pytest
from falcon.testing import TestClient

from api.functions.operations import CountRequests
from api.functions.route import Functions
from api.http.methods import Router
from api.http.problems import handle, serialize
from tests.workers.ways import sample

BASE = "/picapportapi/1.0/"
TEMPLATE = "picapportapi/1.0/{function}"


def get_photo(_: falcon.Request, response: falcon.Response) -> None:
    response.data = b"photo"


def fails(_: falcon.Request, response: falcon.Response) -> None:
    raise ValueError("a bug")


@pytest.fixture
def client() -> TestClient:
    """A server of two functions that counts its requests."""
    app = falcon.App(middleware=[CountRequests()], router=Router())
    app.add_error_handler(Exception, handle)
    app.set_error_serializer(serialize)
    app.add_route(BASE + "{function}", Functions({"getPhoto": get_photo, "fails": fails}))
    return TestClient(app)


def count(function: str, status: int) -> float:
    return sample("darkroom_requests_total", function=function, status=str(status))


@pytest.mark.parametrize("name", ["getPhoto", "getphoto", "GETPHOTO", "GetPhoto", "get%50hoto"])
def test_names_go_without_regard_to_case_and_are_counted_as_one(client: TestClient, name: str) -> None:
    before = count("getPhoto", 200)
    assert client.simulate_get(BASE + name).content == b"photo"
    assert count("getPhoto", 200) == before + 1


@pytest.mark.parametrize(
    "name", ["nosuch", "get_photo", "getPhotoo", "getPhoto%00", "getPhoto%20", "getPh%C3%B6to", "__init__", "%ff"]
)
def test_an_unknown_one_is_404_and_makes_no_metric_of_its_own(client: TestClient, name: str) -> None:
    before = count(TEMPLATE, 404)
    result = client.simulate_get(BASE + name)
    assert (result.status_code, result.headers["Content-Type"]) == (404, "application/problem+json")
    assert result.json["detail"] == "There is no function of that name."
    assert count(TEMPLATE, 404) == before + 1


def test_what_has_no_route_is_counted_as_unknown(client: TestClient) -> None:
    before = count("unknown", 404)
    for path in ("/", "/wp-login.php", BASE + "getPhoto/more"):
        assert client.simulate_get(path).status_code == 404
    assert count("unknown", 404) == before + 3


def test_one_that_fails_is_counted_with_its_status(client: TestClient) -> None:
    before = count("fails", 500)
    assert client.simulate_get(BASE + "FAILS").status_code == 500
    assert count("fails", 500) == before + 1


def test_other_methods(client: TestClient) -> None:
    asked = client.simulate_head(BASE + "getPhoto")
    assert (asked.status_code, asked.content, asked.headers["Content-Length"]) == (200, b"", "5")
    assert client.simulate_post(BASE + "getPhoto").status_code == 405


@pytest.mark.parametrize(
    ("name", "methods"), [("getPhoto", "GET, HEAD, OPTIONS"), ("upload", "GET, HEAD, POST, OPTIONS")]
)
def test_allow_is_that_of_the_function(client: TestClient, name: str, methods: str) -> None:
    refused, told = client.simulate_put(BASE + name), client.simulate_options(BASE + name)
    assert (refused.status_code, refused.headers["Allow"]) == (405, methods)
    assert sorted(told.headers["Allow"].split(", ")) == sorted(methods.split(", "))
    assert client.simulate_options(BASE + "nosuch").status_code == 404
    assert client.simulate_put(BASE + "nosuch").status_code == 404
