"""People of every kind on one server: who they are, and how they sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.end_to_end.servers import Server, serving
from tests.end_to_end.thrice import thrice
from tests.photos import save_jpeg, solid

PAGE = {"X-Darkroom": "page"}
PEOPLE = [
    ("group", "add", "viewers"),
    ("group", "add", "sailors", "--filter", "dirall:sea", *(f"--permission={name}" for name in (
        "pap:access:metadata", "pap:access:downloads", "pap:access:share", "pap:feature:search"))),
    ("user", "add", "viewer", "--password", "viewer", "--group", "viewers"),
    ("user", "add", "sailor", "--password", "sailor", "--group", "sailors"),
    ("user", "add", "ann", "--password", "pässwörd of Ann"),
    ("user", "add", "root", "--password", "root", "--admin"),
]  # fmt: skip


def sign_in(server: Server, uid: str, password: str) -> httpx.Response:
    """A session made and signed in to as the vendor's clients do."""
    made = server.api("createWebApiSession").json()
    assert made["algorithm"] == "RSA"
    numbers = rsa.RSAPublicNumbers(int(made["exponent"], 16), int(made["modulus"], 16))
    sent = numbers.public_key().encrypt(password.encode(), padding.PKCS1v15()).hex()
    return server.api("authorizeWebApiSession", apisid=made["apisid"], uid=uid, pw=sent)


def sign_in_as_page(server: Server, uid: str, password: str) -> str:
    """The cookie of a user who has signed in as the page does."""
    with httpx.Client(base_url=f"{server.url}/picapportapi/1.0/", headers=PAGE) as client:
        made = client.get("createWebApiSession")
        numbers = rsa.RSAPublicNumbers(int(made.json()["exponent"], 16), int(made.json()["modulus"], 16))
        sent = numbers.public_key().encrypt(password.encode(), padding.PKCS1v15()).hex()
        answer = client.get("authorizeWebApiSession", params={"uid": uid, "pw": sent})
        assert (answer.json(), "apisid" in made.json()) == ({"uid": uid}, False)
        return client.cookies["darkroom"]


@dataclass
class World:
    """A server with people: their apisids, cookies and views, the photos of the sea and of the town, two galleries."""

    server: Server
    apisids: dict[str, str | None]
    vids: dict[str, int]
    sea: str
    town: str
    sids: dict[str, str]
    cookies: dict[str, str]

    def by_cookie(self, caller: str, function: str, **params: object) -> httpx.Response:
        """A function asked with that caller's cookie, as an image in the page asks."""
        headers = {"Cookie": f"darkroom={self.cookies[caller]}"}
        return self.server.get(f"/picapportapi/1.0/{function}?{urlencode(params)}", headers=headers)


@contextmanager
def world_of(folder: Path) -> Iterator[World]:
    """People of every kind on one server that has no default user."""
    photos = folder / "photos"
    save_jpeg(photos / "sea/beach.jpg", solid(600, 400, (10, 90, 200)))
    save_jpeg(photos / "town/street.jpg", solid(600, 400, (200, 90, 10)))
    with serving(photos, folder / "data", "embedded", WEBAPI_DEFAULT_UID="nobody") as server:
        server.client = thrice()
        for arguments in PEOPLE:
            server.manage(*arguments)
        ids = server.photos()
        ann = sign_in(server, "ann", "pässwörd of Ann").json()["apisid"]
        unsigned = server.api("createWebApiSession").json()["apisid"]
        apisids = {"nobody": None, "stranger": "A" * 22, "unsigned": unsigned, "ann": ann}
        apisids |= {name: name for name in ("viewer", "sailor", "root")}
        queries = {name: server.api("runQuery", apisid=apisids[name], query="*") for name in ("ann", "sailor", "root")}
        assert {name: answer.json()["count"] for name, answer in queries.items()} == {"ann": 2, "sailor": 1, "root": 2}
        sids = {
            name: server.manage("share", "add", "--query", "dir:sea", "--user", name) for name in ("sailor", "viewer")
        }
        vids = {name: answer.json()["vid"] for name, answer in queries.items()}
        passwords = {"ann": "pässwörd of Ann", "viewer": "viewer", "sailor": "sailor", "root": "root"}
        cookies = {uid: sign_in_as_page(server, uid, password) for uid, password in passwords.items()}
        cookies |= {"nobody": "", "stranger": "A" * 22, "unsigned": unsigned}
        yield World(server, apisids, vids, ids["sea/beach.jpg"], ids["town/street.jpg"], sids, cookies)
