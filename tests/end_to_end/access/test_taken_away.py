"""What was taken away is refused in every process, over connections on which it was given again and again before."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.end_to_end.people import sign_in
from tests.end_to_end.servers import Server, eventually, serving
from tests.end_to_end.thrice import remembered
from tests.photos import save_jpeg, solid

CONNECTIONS = 8  # of two processes each has some, but for once in a hundred times


@dataclass
class Kept:
    """A server of two processes, and connections that stay open."""

    server: Server
    clients: list[httpx.Client]
    sea: str
    town: str

    def statuses(self, params: dict[str, str], cookie: str = "") -> set[int]:
        """What the same request is answered with over each of them."""
        headers = {"Cookie": f"darkroom={cookie}"} if cookie else {}
        url = f"{self.server.url}/picapportapi/1.0/getPhoto?{urlencode({**params, 'width': '8'})}"
        return {client.get(url, headers=headers).status_code for client in self.clients}

    def is_given_again(self, params: dict[str, str], cookie: str = "") -> bool:
        """Whether it is given over each, and again without the app."""
        eventually(lambda: self.statuses(params, cookie), {200})  # what was made just now, each process has to see
        return remembered(self.server, lambda: [self.statuses(params, cookie) for _ in range(3)])

    def ends(self, params: dict[str, str], status: int, cookie: str = "") -> None:
        """It is refused over each sooner or later, and over none is it given once more after that."""
        refused: set[httpx.Client] = set()
        every = list(self.clients)

        def once() -> int:
            for client in every:
                self.clients = [client]
                [now] = self.statuses(params, cookie)
                if client in refused:
                    assert now == status
                if now == status:
                    refused.add(client)
            return len(refused)

        try:
            eventually(once, len(every))
            once()
        finally:
            self.clients = every


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    save_jpeg(folder / "photos/sea/beach.jpg", solid(60, 40, (10, 90, 200)))
    save_jpeg(folder / "photos/town/street.jpg", solid(60, 40, (200, 90, 10)))
    settings = {"WEBAPI_DEFAULT_UID": "nobody", "PROCESSES": "2"}
    with serving(folder / "photos", folder / "data", "distributed", **settings) as server, ExitStack() as closing:
        server.manage("group", "add", "crew")
        server.manage("user", "add", "root", "--password", "root", "--admin")
        for uid in ("mate", "cook"):
            server.manage("user", "add", uid, "--password", uid, "--group", "crew")
        server.manage("user", "add", "ann", "--password", "a secret")
        clients = [closing.enter_context(httpx.Client(timeout=60)) for _ in range(CONNECTIONS)]
        ids = server.photos()
        yield Kept(server, clients, ids["sea/beach.jpg"], ids["town/street.jpg"])


@pytest.mark.parametrize("by_cookie", [False, True])
def test_a_session_that_was_ended(kept: Kept, by_cookie: bool) -> None:
    apisid = sign_in(kept.server, "ann", "a secret").json()["apisid"]
    params = {"photoid": kept.sea} if by_cookie else {"photoid": kept.sea, "apisid": apisid}
    cookie = apisid if by_cookie else ""
    assert kept.is_given_again(params, cookie)
    assert kept.server.client.delete(f"{kept.server.url}/api/session?apisid={apisid}").status_code == 204
    kept.ends(params, 403, cookie)


def test_a_password_that_is_another(kept: Kept) -> None:
    apisid = sign_in(kept.server, "ann", "a secret").json()["apisid"]
    assert kept.is_given_again({"photoid": kept.sea, "apisid": apisid})
    kept.server.manage("user", "passwd", "ann", "--password", "another")
    try:
        kept.ends({"photoid": kept.sea, "apisid": apisid}, 403)
    finally:
        kept.server.manage("user", "passwd", "ann", "--password", "a secret")


def test_a_user_who_was_removed(kept: Kept) -> None:
    assert kept.is_given_again({"photoid": kept.sea, "apisid": "cook"})
    kept.server.manage("user", "remove", "cook")
    kept.ends({"photoid": kept.sea, "apisid": "cook"}, 403)


def test_a_gallery_that_was_ended(kept: Kept) -> None:
    sid = kept.server.manage("share", "add", "--query", "dir:sea", "--user", "root")
    assert kept.is_given_again({"sid": sid, "index": "0"})
    kept.server.manage("share", "remove", sid)
    kept.ends({"sid": sid, "index": "0"}, 404)


def test_a_filter_that_a_group_was_given(kept: Kept) -> None:
    assert kept.is_given_again({"photoid": kept.sea, "apisid": "mate"})
    kept.server.manage("group", "set", "crew", "--filter", "dir:town")
    kept.ends({"photoid": kept.sea, "apisid": "mate"}, 404)
    assert kept.is_given_again({"photoid": kept.town, "apisid": "mate"})
    kept.server.manage("group", "set", "crew")
    assert kept.is_given_again({"photoid": kept.sea, "apisid": "mate"})


def test_a_photo_that_was_removed(kept: Kept) -> None:
    file = Path(kept.server.environ["ROBOT_ROOT_0_PATH"]) / "town/street.jpg"
    params = {"photoid": kept.town, "apisid": "root"}
    assert kept.is_given_again(params)
    file.unlink()
    assert kept.server.command("catalog", "scan").returncode == 0
    kept.ends(params, 404)
