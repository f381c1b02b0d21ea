"""Who may see what by the cookie of the page, and what no page of another site can do with it."""

from urllib.parse import urlencode

import httpx
import pytest

from tests.end_to_end.access.test_access import PHOTO, TABLE
from tests.end_to_end.people import PAGE, World, sign_in_as_page
from tests.end_to_end.photos.test_get_photo import assert_problem
from tests.end_to_end.servers import eventually, start_front
from tests.end_to_end.thrice import remembered


@pytest.mark.parametrize("caller", PHOTO)
@pytest.mark.parametrize("function", TABLE)
def test_the_whole_table_by_cookie(world: World, function: str, caller: str) -> None:
    """The same as by apisid; a view belongs to the session that it was made in."""
    by_caller, by_gallery = TABLE[function]
    found = world.by_cookie(caller, "runQuery", query="*").json()
    assert "apisid" not in found
    asked: list[dict[str, object]] = [
        {"photoid": world.sea},
        {"photoid": world.town, "vid": "rubbish", "index": -7},
        {"vid": found.get("vid", world.vids["root"]), "index": 0},
        {"vid": world.vids["ann"], "index": 0},
        {"sid": world.sids["sailor"], "index": 0},
        {"sid": world.sids["viewer"], "index": 0},
    ]
    wanted = [*by_caller[caller], *by_gallery]
    if caller == "ann":
        wanted[3] = 404  # of another session of hers
    if function == "getThumbnail" and caller not in ("stranger", "unsigned"):  # whose cookie lets nobody in
        assert remembered(world.server, lambda: [world.by_cookie(caller, function, **params) for params in asked])
    answers = [world.by_cookie(caller, function, **params) for params in asked]
    assert [answer.status_code for answer in answers] == wanted
    for answer in answers:
        assert answer.headers["Vary"] == "Cookie"
        assert "Set-Cookie" not in answer.headers
        if answer.status_code != 200:
            assert_problem(answer)


# caller: /api/me's uid; /api/timeline and /api/photos of the own view; GET /api/shares; GET /api/cache and /api/jobs.
OWN: dict[str, tuple[str | None, int, int, int]] = {
    "nobody": (None, 403, 403, 403),
    "stranger": (None, 403, 403, 403),
    "unsigned": (None, 403, 403, 403),
    "viewer": ("viewer", 404, 403, 403),
    "sailor": ("sailor", 200, 200, 403),
    "ann": ("ann", 200, 403, 403),
    "root": ("root", 200, 200, 200),
}


@pytest.mark.parametrize("way", ["apisid", "cookie"])
@pytest.mark.parametrize("caller", OWN)
def test_darkroom_s_own_functions(world: World, caller: str, way: str) -> None:
    uid, listed, shares, admin = OWN[caller]
    apisid = world.apisids[caller] if way == "apisid" else None
    headers = {"Cookie": f"darkroom={world.cookies[caller]}"} if way == "cookie" else {}

    def ask(path: str, **params: object) -> httpx.Response:
        given = {"apisid": apisid} if apisid else {}
        return world.server.get(f"{path}?{urlencode({**params, **given})}", headers=headers)

    me = ask("/api/me")
    assert (me.status_code, me.json()["uid"], me.json()["signedIn"]) == (200, uid, uid is not None)
    view = ask("/picapportapi/1.0/runQuery", query="*").json()
    vid = view.get("vid", world.vids["root"])
    for path in ("/api/timeline", "/api/photos"):
        answer = ask(path, vid=vid)
        assert answer.status_code == listed
        assert listed != 200 or answer.json()["count"] == view["count"] == (1 if caller == "sailor" else 2)
        # A gallery is its owner's to show.
        assert ask(path, sid=world.sids["viewer"]).json()["count"] == 1
    assert ask("/api/shares").status_code == shares
    assert [ask(f"/api/{each}").status_code for each in ("cache", "jobs")] == [admin, admin]


def test_a_page_of_another_site_changes_nothing(world: World) -> None:
    """What a form, an image or a script elsewhere can have a browser send, cookie and all."""
    url, cookie = world.server.url, {"Cookie": f"darkroom={world.cookies['root']}"}
    elsewhere = cookie | {
        "Origin": "https://evil.example",
        "Sec-Fetch-Site": "cross-site",
        "Content-Type": "text/plain",
    }
    share = f'{{"photoids": ["{world.sea}"]}}'
    before = httpx.get(f"{url}/api/shares", headers=cookie).json()
    asked = [
        httpx.post(f"{url}/api/shares", headers=elsewhere, content=share),
        httpx.post(f"{url}/api/jobs", headers=elsewhere, content="{}"),
        httpx.post(f"{url}/api/prefetch", headers=elsewhere, content=share),
        httpx.delete(f"{url}/api/shares/{world.sids['sailor']}", headers=elsewhere),
        httpx.delete(f"{url}/api/session", headers=elsewhere),
        httpx.get(f"{url}/picapportapi/1.0/authorizeWebApiSession?uid=sailor&pw=ab", headers=elsewhere),
    ]
    assert [answer.status_code for answer in asked] == [403] * len(asked)
    assert all("X-Darkroom" in answer.json()["detail"] for answer in asked[:-1])
    assert "A page of another site" in asked[-1].json()["detail"]
    for answer in asked:
        assert not {name for name in answer.headers if name.startswith("access-control-")}
    assert httpx.get(f"{url}/api/shares", headers=cookie).json() == before
    with_it = httpx.post(f"{url}/api/shares", headers=cookie | PAGE, content=share)
    assert with_it.status_code == 201
    assert httpx.delete(f"{url}/api/shares/{with_it.json()['sid']}", headers=cookie | PAGE).status_code == 204


def test_the_cookie_s_session_ends_in_every_process(world: World) -> None:
    server = world.server
    cookie = {"Cookie": f"darkroom={sign_in_as_page(server, 'sailor', 'sailor')}"}
    other = start_front(server.environ)
    try:
        bases = (server.url, other.wait_for(r"serving on (http://\S+)")[1])

        def users() -> list[object]:
            return [httpx.get(f"{base}/api/me", headers=cookie).json()["uid"] for base in bases]

        eventually(users, ["sailor", "sailor"])
        assert httpx.delete(f"{server.url}/api/session", headers=cookie | PAGE).status_code == 204
        eventually(users, [None, None])
        told = httpx.get(f"{server.url}/api/me", headers=cookie).headers["Set-Cookie"]
        assert told == "darkroom=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
    finally:
        other.stop()
