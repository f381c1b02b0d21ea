"""The front end put together, with workers played: its routes, and what its middleware adds to every answer."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from falcon.testing import TestClient

from api.openapi.functions import PATHS
from tests.api.front import BASE, front_end
from tests.api.house import House
from tests.end_to_end.servers import eventually

ORIGIN = "https://photos.example"
FUNCTIONS = {
    "createWebApiSession": "",
    "getServerStatus": "apisid=guest",
    "runQuery": "query=*&apisid=guest",
    "getSharedGallerys": "",
    "getGallery": "sid=nonsense",
    "getPhoto": "photoid=SEA&width=24&apisid=guest",
    "getThumbnail": "photoid=SEA&apisid=guest",
    "getPhotoMetadata": "photoid=SEA&apisid=guest",
    "getOriginalFile": "photoid=SEA&apisid=guest",
    "authorizeWebApiSession": "apisid=x&uid=y&pw=z",
    "upload": "",
    "removePhoto": "",
    "checkPhotoId": "",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose settings allow pages of two other origins, and log."""
    with ExitStack() as closing:
        yield House(
            tmp_path_factory.mktemp("app"),
            closing,
            server_cors_origins=f"{ORIGIN}, https://b.example",
            server_access_log=True,
        )


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[TestClient]:
    """The whole front end."""
    with ExitStack() as closing:
        yield front_end(house, closing)


def query(house: House, function: str) -> str:
    """The parameters of a call that works."""
    return FUNCTIONS[function].replace("SEA", house.sea.replace("+", "%2B"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_head_says_what_get_says(house: House, client: TestClient, function: str) -> None:
    asked = [
        client.simulate_request(method, BASE + function, query_string=query(house, function))
        for method in ("GET", "HEAD")
    ]
    got, told = asked
    assert (told.status_code, told.content) == (got.status_code, b"")
    assert told.headers["Content-Type"] == got.headers["Content-Type"]
    if function not in ("createWebApiSession", "runQuery"):  # whose answers differ each time
        assert told.headers["Content-Length"] == got.headers["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize(
    "path",
    [
        path
        for path, methods in PATHS.items()
        if "get" in methods and not path.startswith((BASE, "/auth/"))  # there is no provider here
    ]
    + ["/", "/s/x"],
)
@pytest.mark.parametrize("uid", ["guest", "root", "nobody"])
def test_head_is_answered_wherever_get_is(client: TestClient, path: str, uid: str) -> None:
    asked = path.replace("{number}", "1").replace("{sid}", "x")
    got, told = (client.simulate_request(method, asked, query_string=f"apisid={uid}") for method in ("GET", "HEAD"))
    assert (told.status_code, told.content) == (got.status_code, b"")
    names = got.headers.keys() - {"content-length" if path == "/metrics" else ""}  # which are others each time
    assert {name: told.headers[name] for name in names} == {name: got.headers[name] for name in names}
    allowed = client.simulate_options(asked).headers["Allow"].split(", ")
    assert allowed == client.simulate_patch(asked).headers["Allow"].split(", ")
    assert {"GET", "HEAD", "OPTIONS"} <= set(allowed)


@pytest.mark.parametrize("path", [*(BASE + function for function in FUNCTIONS), "/api/shares", "/api/shares/x"])
def test_another_origin_may_ask_before_it_asks(client: TestClient, path: str) -> None:
    for origin, allowed in ((ORIGIN, ORIGIN), ("https://evil.example", None), ("null", None)):
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answer = client.simulate_options(path, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        assert ("Access-Control-Allow-Methods" in answer.headers) == bool(allowed)
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_another_origin_reads_answers_and_errors(house: House, client: TestClient) -> None:
    for function, status in (("getPhoto", 200), ("getGallery", 404), ("nosuch", 404)):
        parameters = query(house, function) if function in FUNCTIONS else ""
        answer = client.simulate_get(BASE + function, query_string=parameters, headers={"Origin": ORIGIN})
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, ORIGIN)
        assert "Origin" in answer.headers["Vary"].split(", ")


def test_answers_are_logged_without_what_lets_anybody_in(
    client: TestClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "darkroom.access"):
        client.simulate_get(f"{BASE}getPhoto", query_string=f"apisid=tell-nobody&photoid={house.sea}")
        client.simulate_get("/no\u2028such", query_string="x=%0Aline")
        # Another thread writes them.
        eventually(lambda: " GET /no%E2%80%A8such?x=%0Aline 404 " in caplog.text, True, seconds=20)
    assert "getPhoto?apisid=***&photoid=" in caplog.text
    assert "tell-nobody" not in caplog.text


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_those_who_run_it_have_their_routes(client: TestClient, path: str) -> None:
    assert client.simulate_get(path).status_code == 200


@pytest.mark.parametrize("path", ["/picapportapi/1.0/", "/picapportapi/1.0", "/picapportapi/2.0/getPhoto", "/api"])
def test_nothing_is_there(client: TestClient, path: str) -> None:
    answer = client.simulate_get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
