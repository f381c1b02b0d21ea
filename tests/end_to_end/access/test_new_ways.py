"""Who may see what, for those who come in by a provider or by the word of a proxy: the same table as for everybody, by
GET and HEAD, in parts, and where the caller's copy is current.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import pytest

from tests.api.oidc.provider import CLIENT, SECRET, Provider, providing
from tests.end_to_end.access.test_access import TABLE
from tests.end_to_end.photos.test_get_photo import assert_problem
from tests.end_to_end.servers import Server, serving
from tests.end_to_end.thrice import remembered, thrice
from tests.photos import save_jpeg, solid

WAYS = ("provider", "proxy")
# caller: the groups that are said; the statuses of the sea and of the town are those of who is in such a group here.
CALLERS = {"viewer": ["viewers"], "sailor": ["sailors"], "ann": ["users"], "root": ["admins"]}
PHOTOS = ("sea/beach.jpg", "town/street.jpg")


@dataclass
class World:
    """A server, a provider, and the cookies of those who have signed in there."""

    server: Server
    provider: Provider
    cookies: dict[str, str]

    def headers(self, way: str, caller: str) -> dict[str, str]:
        """By what somebody comes in."""
        if way == "provider":
            return {"Cookie": f"darkroom={self.cookies[caller]}"}
        return {"Remote-User": f"{caller}-of-the-proxy", "Remote-Groups": ",".join(CALLERS[caller])}

    def ask(self, method: str, function: str, headers: dict[str, str], **params: object) -> httpx.Response:
        url = f"{self.server.url}/picapportapi/1.0/{function}?{urlencode(params)}"
        return self.server.client.request(method, url, headers=headers)


def signed_in(server: Server, provider: Provider, caller: str) -> str:
    """The cookie of somebody who has signed in at the provider."""
    provider.people = {"sub": f"subject of {caller}", "preferred_username": caller, "groups": CALLERS[caller]}
    with httpx.Client(base_url=server.url, timeout=60) as browser:
        there = browser.get("/auth/oidc/login")
        assert there.status_code == 303, there.text
        back = browser.get(provider.authorized(there.headers["Location"]))
        assert (back.status_code, back.headers["Location"]) == (303, "/"), back.text
        return browser.cookies["darkroom"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("ways")
    for name, colour in zip(PHOTOS, ((10, 90, 200), (200, 90, 10)), strict=True):
        save_jpeg(folder / "photos" / name, solid(600, 400, colour))
    with ExitStack() as closing:
        provider = closing.enter_context(providing())
        settings = {
            "WEBAPI_DEFAULT_UID": "nobody",
            "SERVER_TRUSTED_PROXY": "127.0.0.1",
            "AUTH_OIDC_ISSUER": provider.issuer,
            "AUTH_OIDC_CLIENT_ID": CLIENT,
            "AUTH_OIDC_CLIENT_SECRET": SECRET,
            "AUTH_OIDC_GROUPS": "groups",
            "AUTH_ADMINS": "admins",
            "AUTH_PROXY_HEADER": "Remote-User",
            "AUTH_PROXY_GROUPS": "Remote-Groups",
        }
        server = closing.enter_context(serving(folder / "photos", folder / "data", "embedded", **settings))
        server.client = thrice()
        permissions = ("pap:access:metadata", "pap:access:downloads", "pap:access:share", "pap:feature:search")
        server.manage("group", "add", "viewers")
        server.manage(
            "group", "add", "sailors", "--filter", "dirall:sea", *(f"--permission={each}" for each in permissions)
        )
        yield World(server, provider, {caller: signed_in(server, provider, caller) for caller in CALLERS})


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("function", TABLE)
@pytest.mark.parametrize("way", WAYS)
def test_the_whole_table(world: World, way: str, function: str, caller: str) -> None:
    by_caller, _ = TABLE[function]
    headers = world.headers(way, caller)
    found = world.ask("GET", "runQuery", headers, query="*").json()
    assert "apisid" not in found
    ids = world.server.photos()
    ways: list[dict[str, object]] = [{"photoid": ids[name]} for name in PHOTOS]
    wanted = list(by_caller[caller][:2])
    if "vid" in found:
        ways.append({"vid": found["vid"], "index": 0})
        wanted.append(by_caller[caller][2])
    if function == "getThumbnail":
        assert remembered(world.server, lambda: [world.ask("GET", function, headers, **asked) for asked in ways])
    for asked, status in zip(ways, wanted, strict=True):
        got = world.ask("GET", function, headers, **asked)
        assert got.status_code == status, got.text
        assert got.headers["Vary"] == "Cookie"
        head = world.ask("HEAD", function, headers, **asked)
        assert (head.status_code, head.content) == (status, b"")
        if status != 200:
            assert_problem(got)
        elif "ETag" in got.headers:
            current = world.ask("GET", function, headers | {"If-None-Match": got.headers["ETag"]}, **asked)
            assert current.status_code == 304
            assert current.headers["Vary"] == "Cookie"
            # Who may not see it is not told that a copy is current either.
            stranger = world.ask("GET", function, {"If-None-Match": got.headers["ETag"]}, **ways[0])
            assert stranger.status_code == 403


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("way", WAYS)
def test_in_parts(world: World, way: str, caller: str) -> None:
    part = world.headers(way, caller) | {"Range": "bytes=0-99"}
    for name, allowed in zip(PHOTOS, TABLE["getOriginalFile"][0][caller], strict=False):
        asked = {"photoid": world.server.photos()[name]}
        answer = world.ask("GET", "getOriginalFile", part, **asked)
        assert (answer.status_code, len(answer.content) == 100) == ((206, True) if allowed == 200 else (allowed, False))
        beyond = world.ask("GET", "getOriginalFile", part | {"Range": "bytes=99999999-"}, **asked)
        assert beyond.status_code == (416 if allowed == 200 else allowed)


# caller: /api/me's uid is there; GET /api/shares; POST /api/shares of the sea; GET /api/jobs.
OWN = {"viewer": (403, 403, 403), "sailor": (200, 201, 403), "ann": (403, 403, 403), "root": (200, 201, 200)}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("way", WAYS)
def test_darkroom_s_own_functions(world: World, way: str, caller: str) -> None:
    headers = world.headers(way, caller)
    ask, url = world.server.client, world.server.url
    me = ask.get(f"{url}/api/me", headers=headers).json()
    assert (me["uid"].split("-")[0], me["signedIn"], me["admin"]) == (caller, True, caller == "root")
    body = {"photoids": [world.server.photos()[PHOTOS[0]]]}
    assert (
        ask.get(f"{url}/api/shares", headers=headers).status_code,
        ask.post(f"{url}/api/shares", headers=headers | {"X-Darkroom": "page"}, json=body).status_code,
        ask.get(f"{url}/api/jobs", headers=headers).status_code,
    ) == OWN[caller]
    assert ask.post(f"{url}/api/shares", headers=headers, json=body).status_code == 403  # without the header


def test_they_are_different_users(world: World) -> None:
    printed = world.server.manage("user", "list")
    for caller in CALLERS:
        assert f"\n{caller}: " in f"\n{printed}"
        assert f"\n{caller}-of-the-proxy: " in f"\n{printed}"
