"""What changes something by GET is not for pages of other sites, through the whole front end."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from urllib.parse import quote

import pytest
from falcon.testing import TestClient

from tests.api.front import BASE, front_end
from tests.api.house import House

CHANGING = ("createWebApiSession", "runQuery?query=*", "authorizeWebApiSession?apisid=a&uid=ann&pw=a")
LOOKING = ("getServerStatus?apisid=guest", "getSharedGallerys")
OTHER, ALLOWED = "https://other.example", "https://friend.example"
HERE = "photos.example:8080"

# Headers of a browser or a program, the setting server.cors.origins, and whether something may be changed.
SENT: list[tuple[str, Mapping[str, str], str, bool]] = [
    ("a program", {}, "", True),
    ("the page itself", {"Sec-Fetch-Site": "same-origin"}, "", True),
    ("an address that was typed", {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, "", True),
    ("an img of another site", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, "", False),
    ("a link of another site", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, "", False),
    ("another port of the host", {"Sec-Fetch-Site": "same-site"}, "", False),
    (
        "another port, said with its origin",
        {"Sec-Fetch-Site": "same-site", "Origin": "http://photos.example"},
        "",
        False,
    ),
    ("what no browser says", {"Sec-Fetch-Site": "nonsense"}, "", False),
    ("a script of another site", {"Sec-Fetch-Site": "cross-site", "Origin": OTHER}, "", False),
    ("a script of an older browser", {"Origin": OTHER}, "", False),
    ("a sandboxed script", {"Origin": "null"}, "", False),
    ("an older browser, of our own page", {"Origin": f"https://{HERE}"}, "", True),
    ("a site that may", {"Sec-Fetch-Site": "cross-site", "Origin": ALLOWED}, f"{ALLOWED}, https://b.example", True),
    ("an older browser of a site that may", {"Origin": ALLOWED}, ALLOWED, True),
    ("a site that may not, beside one that may", {"Sec-Fetch-Site": "cross-site", "Origin": OTHER}, ALLOWED, False),
    ("an img of a site that can't be told", {"Sec-Fetch-Site": "cross-site"}, ALLOWED, False),
    ("any site, where all may", {"Sec-Fetch-Site": "cross-site"}, "*", True),
]


@pytest.fixture(scope="module", params=["", f"{ALLOWED}, https://b.example", ALLOWED, "*"])
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, TestClient]]:
    """A front end whose server.cors.origins is that."""
    with ExitStack() as closing:
        plain = {"webapi_disable_password_encryption": "NoPwEncryptionForWebApi"}
        house = House(tmp_path_factory.mktemp("sites"), closing, server_cors_origins=request.param, **plain)
        yield request.param, front_end(house, closing)


def test_who_may_change_something(front: tuple[str, TestClient]) -> None:
    origins, client = front
    for who, headers, allowed, may in SENT:
        if allowed != origins:
            continue
        sent = {"Host": HERE, **headers}
        for method in ("GET", "HEAD"):
            for function in CHANGING:
                path, _, query = (BASE + function).partition("?")
                answer = client.simulate_request(method, path, query_string=quote(query, safe="=&*"), headers=sent)
                refused = answer.status_code == 403 and (method == "HEAD" or "another site" in answer.json["detail"])
                if function.startswith("authorize") and may:
                    assert answer.status_code == 403  # there is no such session
                else:
                    assert refused is not may, (who, method, function, answer.status_code)
        for function in LOOKING:
            path, _, query = (BASE + function).partition("?")
            assert client.simulate_get(path, query_string=query, headers=sent).status_code == 200, who


def test_nothing_is_made_for_another_site(front: tuple[str, TestClient]) -> None:
    origins, client = front
    before = client.simulate_get("/metrics").text
    if origins == "*":
        return
    for _ in range(3):
        answer = client.simulate_get(BASE + "createWebApiSession", headers={"Sec-Fetch-Site": "cross-site"})
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)
    assert before
