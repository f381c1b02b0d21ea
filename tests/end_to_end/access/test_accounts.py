"""Who may see accounts, by each way and method, and that what is ended there has ended in every process."""

from collections.abc import Iterator

import httpx
import pytest

from tests.end_to_end.access.test_access import PHOTO
from tests.end_to_end.people import PAGE, World, sign_in, sign_in_as_page
from tests.end_to_end.photos.test_get_photo import assert_problem
from tests.end_to_end.servers import eventually, start_front

BOSS = "all of it"
OWN = ("/api/account", "/api/app-passwords", "/api/sessions")
EVERYBODY_S = ("/api/users", "/api/groups", "/api/audit", "/api/shares?all=true", "/api/sessions?uid=viewer")
# caller: statuses of one's own account, and of everybody's. Root's password is the uid: anyone may come as root.
CALLERS = dict.fromkeys(PHOTO, (403, 403)) | {"ann": (200, 403), "boss": (200, 200)}


@pytest.fixture(scope="module")
def boss(world: World) -> Iterator[tuple[str, str]]:
    """An admin whose password is one: an apisid and a cookie."""
    world.server.manage("user", "add", "boss", "--password", BOSS, "--admin")
    yield sign_in(world.server, "boss", BOSS).json()["apisid"], sign_in_as_page(world.server, "boss", BOSS)
    world.server.manage("user", "remove", "boss")


@pytest.mark.parametrize("way", ["apisid", "cookie"])
@pytest.mark.parametrize("caller", CALLERS)
def test_the_whole_table_of_accounts(world: World, boss: tuple[str, str], caller: str, way: str) -> None:
    apisid = boss[0] if caller == "boss" else world.apisids[caller]
    cookie = boss[1] if caller == "boss" else world.cookies[caller]
    own, everybody_s = CALLERS[caller]
    for paths, status in ((OWN, own), (EVERYBODY_S, everybody_s)):
        for path in paths:
            if caller == "root" and path.startswith("/api/shares"):
                continue  # shares are no account: they are root's to see as ever
            headers = {"Cookie": f"darkroom={cookie}"} if way == "cookie" else {}
            url = path if way == "cookie" or apisid is None else f"{path}{'&' if '?' in path else '?'}apisid={apisid}"
            answer = world.server.get(url, headers=headers)
            assert answer.status_code == status, (path, answer.text)
            assert answer.headers["Cache-Control"] == "no-store"
            if status != 200:
                assert_problem(answer)
            head = world.server.client.head(f"{world.server.url}{url}", headers=headers)
            assert (head.status_code, head.content) == (status, b"")
            assert head.headers["Content-Type"] == answer.headers["Content-Type"]
            for more in (
                {"Range": "bytes=0-3"},
                {"If-None-Match": "*"},
                {"If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"},
            ):
                again = world.server.get(url, headers=headers | more)
                assert again.status_code == status  # what is true now, and whole


def test_which_methods_there_are(world: World) -> None:
    url = world.server.url
    for path, methods in {
        "/api/account": "GET, HEAD, OPTIONS",
        "/api/account/confirm": "OPTIONS, POST",
        "/api/users": "DELETE, GET, HEAD, OPTIONS, POST, PUT",
        "/api/sessions/others": "DELETE, OPTIONS",
    }.items():
        assert httpx.options(f"{url}{path}").headers["Allow"] == methods
    assert httpx.post(f"{url}/api/account").status_code == 405
    assert httpx.get(f"{url}/api/account/confirm").status_code == 405


def test_what_is_ended_has_ended_in_every_process(world: World, boss: tuple[str, str]) -> None:
    """A session that an admin ends, and one of an app password that is removed, though another process has them."""
    server = world.server
    password = server.manage("user", "app-password", "add", "ann", "kitchen")
    frame = sign_in(server, "ann", password).json()["apisid"]
    cookie = {"Cookie": f"darkroom={sign_in_as_page(server, 'ann', 'pässwörd of Ann')}"}
    other = start_front(server.environ)
    try:
        bases = (server.url, other.wait_for(r"serving on (http://\S+)")[1])

        def users() -> list[tuple[object, object]]:
            asked = [
                (httpx.get(f"{each}/api/me?apisid={frame}"), httpx.get(f"{each}/api/me", headers=cookie))
                for each in bases
            ]
            return [(by_frame.json()["uid"], by_page.json()["uid"]) for by_frame, by_page in asked]

        eventually(users, [("ann", "ann")] * 2)
        (listed,) = httpx.get(f"{bases[1]}/api/app-passwords", headers=cookie).json()["appPasswords"]
        assert (listed["name"], listed["address"]) == ("kitchen", "127.0.0.1")
        removal = f"{bases[1]}/api/app-passwords/{listed['id']}"
        assert httpx.delete(removal, headers=cookie).status_code == 403
        assert httpx.delete(removal, headers=cookie | PAGE).status_code == 204
        eventually(users, [(None, "ann")] * 2)
        assert sign_in(server, "ann", password).status_code == 403
        ended = httpx.delete(f"{bases[0]}/api/sessions/others?uid=ann&apisid={boss[0]}")
        assert ended.status_code == 204
        eventually(users, [(None, None)] * 2)
    finally:
        other.stop()
        world.apisids["ann"] = sign_in(server, "ann", "pässwörd of Ann").json()["apisid"]
        world.cookies["ann"] = sign_in_as_page(server, "ann", "pässwörd of Ann")
        world.vids["ann"] = server.api("runQuery", apisid=world.apisids["ann"], query="*").json()["vid"]
