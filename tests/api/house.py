"""A catalogue with photos and people in it, and the front door's parts over it, without a server or a worker."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import falcon
from falcon.testing import Result, TestClient
from sqlalchemy import Engine

from api.functions.route import Function, Functions
from api.http.cookies import Cookies
from api.http.methods import Router
from api.http.problems import handle, serialize
from api.http.server import CLIENT
from api.identify import Identify
from api.library import open_library
from api.limits.allowances import Allowances
from api.limits.sizes import Sizes
from catalog.people.access import DOWNLOADS, METADATA, SEARCH, SHARE
from catalog.people.groups import Group, Groups
from catalog.people.users import Users
from catalog.photoid import decode
from tests.catalog.library import Library, closed, jpeg, make_impatient, put
from tests.clock import Clock
from workers.devices import Devices
from workers.flights.waits import Client

HUNG = 1_700_000_000 * 10**9  # when the photos were changed last, in nanoseconds
ADDRESS = "127.0.0.1"  # whom falcon's own client calls from


class House:
    """`a/sea/beach.jpg` and `a/town/street.jpg`; people by what they may: see `_invite`."""

    def __init__(self, folder: Path, closing: ExitStack, **settings: object) -> None:
        self.catalogue = Library(folder, _catalogue())
        closing.callback(self.catalogue.close)
        _hang_photos(self.catalogue)
        self.settings = replace(self.catalogue.only("a"), **settings)  # type: ignore[arg-type]
        self.library = open_library(self.settings, closing)
        self.sea, self.town = (self.catalogue.ids()[f"a/{place}"] for place in ("sea/beach.jpg", "town/street.jpg"))
        self.cookies = Cookies(enabled=True)
        self.identify = self.identifying("guest")
        self.clock = Clock()
        sizes = Sizes(Devices.of(self.settings), self.settings.thumbs_height)
        self.allowances = Allowances(self.settings, sizes, self.clock)

    def identifying(self, default_uid: str | None) -> Identify:
        """The door, where that uid is `webapi.default.uid`."""
        return Identify(self.library, default_uid, self.cookies)

    def view(self, uid: str, *photoids: str) -> tuple[str, int]:
        """A session of that user with a view of these photos in it: apisid and vid."""
        apisid = self.library.sessions.create("10.9.9.9", uid, None)
        return apisid, self.library.views.make(apisid, b"".join(map(decode, photoids)))[0]

    def make_impatient(self) -> None:
        """From now on a catalogue that another program holds is so at once, and not after seconds of waiting."""
        make_impatient(self.library.engine)

    def ask(self, function: Function, method: str = "GET", headers: Mapping[str, str] | None = None) -> "Asking":
        """A function of the Web API, to be called."""
        return Asking(function, method, headers or {})


@cache
def _catalogue() -> bytes:
    """That of every house, scanned and with its people: to do so for each would take half of the time of its tests."""
    with TemporaryDirectory() as folder:
        library = Library(Path(folder))
        _hang_photos(library)
        library.scan(library.only("a"))
        _invite(library.engine)
        return closed(library.engine)


def _hang_photos(library: Library) -> None:
    """The photos, of the same time in every house, as the catalogue knows them by it."""
    for place, colour in (("sea/beach.jpg", "blue"), ("town/street.jpg", "red")):
        os.utime(put(library.a / place, jpeg(colour)), ns=(HUNG, HUNG))


def _invite(engine: Engine) -> None:
    groups, users = Groups(engine), Users(engine)
    groups.add(Group("viewers", (), ()))
    groups.add(Group("sailors", (METADATA, DOWNLOADS, SHARE, SEARCH), ("dirall:sea",)))
    for uid, password, group in (
        ("guest", "guest", "users"),
        ("viewer", "viewer", "viewers"),
        ("sailor", "sailor", "sailors"),
        ("ann", "a secret", "users"),
    ):
        users.add(uid, password, [group])
    users.add("root", "root", [], admin=True)


class Asking:
    """A call of one function through falcon, with errors as clients see them."""

    def __init__(self, function: Function, method: str, headers: Mapping[str, str]) -> None:
        app = falcon.App(router=Router())
        app.add_error_handler(Exception, handle)
        app.set_error_serializer(serialize)
        app.add_route("/{function}", Functions({"asked": function}))
        self._client, self._method, self._headers = TestClient(app), method, headers

    def by(self, client: Client, **params: object) -> Result:
        """The answer to that client, which may hang up."""
        return self._client.simulate_request(
            self._method,
            "/asked",
            query_string=urlencode(params),
            headers=dict(self._headers),
            extras={CLIENT: client},
        )

    def __call__(self, **params: object) -> Result:
        """The answer; a parameter that is None is left out."""
        query = urlencode({name: value for name, value in params.items() if value is not None})
        return self._client.simulate_request(self._method, "/asked", query_string=query, headers=dict(self._headers))
