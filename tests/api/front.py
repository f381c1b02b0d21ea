"""The whole front end over a house, with workers played; and who calls it, as a program or as the page does."""

from contextlib import ExitStack
from functools import cache, partial
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from falcon.testing import Result, TestClient

import api.components
from api import page
from api.app import App, create_app
from api.library import Library
from api.limits.allowances import Allowances
from api.render_backend import RenderBackend
from cache.memory import MemoryTier
from cache.render_cache import RenderCache
from tests.api.house import House
from tests.api.test_render_responder import Played
from workers.flights.memory import MemoryFlights
from workers.flights.orders import MemoryOrders
from workers.prerender.components import dispatcher_in_process
from workers.queue.app import QueueLengths, create_celery

BASE = "/picapportapi/1.0/"
read = cache(page.read)  # and compressed, for all front ends of a process


def front_end(house: House, closing: ExitStack) -> TestClient:
    """The front end of that house; it sees at once what the house's own parts change."""
    return TestClient(app_of(house, closing, Played(house, RenderCache([MemoryTier(1_000_000)])), house.library))


def app_of(house: House, closing: ExitStack, workers: Played, library: Library) -> App:
    """The app over that house, whose catalogue it knows by that library."""
    celery = create_celery(house.settings)
    open_dispatcher = dispatcher_in_process(celery, MemoryFlights(), MemoryOrders())
    render_backend = RenderBackend(workers.cache, workers, QueueLengths(celery), open_dispatcher)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api.components, "start_render_backend", lambda *_: render_backend)
        patch.setattr(api.components, "open_library", lambda *_: library)
        patch.setattr(page, "read", read)
        patch.setattr(api.components, "Allowances", partial(Allowances, clock=house.clock))
        return create_app(house.settings, closing)


class Visitor:
    """Somebody who calls; with `page` true as the page does: with its header, and with the cookie that it was given."""

    def __init__(self, client: TestClient, *, page: bool = True) -> None:
        self._client = client
        self.headers = {"X-Darkroom": "page"} if page else {}
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, **params: object) -> Result:
        """The answer of a path, or of a function of the Web API; a parameter that is None is left out."""
        return self.send("GET", path, None, **params)

    def post(self, path: str, json: object, **params: object) -> Result:
        """The answer to a body."""
        return self.send("POST", path, json, **params)

    def delete(self, path: str, **params: object) -> Result:
        """The answer to its end."""
        return self.send("DELETE", path, None, **params)

    def send(self, method: str, path: str, json: object, /, **params: object) -> Result:
        """The answer to a request."""
        query = urlencode({name: value for name, value in params.items() if value is not None})
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self._client.simulate_request(
            method,
            path if path.startswith("/") else BASE + path,
            query_string=query,
            headers=self.headers | ({"Cookie": sent} if sent else {}),
            json=json,
        )
        self._keep(answer)
        return answer

    def sign_in(self, uid: str, password: str) -> Result:
        """As the page does, where passwords go as they are."""
        assert self.ask("createWebApiSession").status_code == 200
        return self.ask("authorizeWebApiSession", uid=uid, pw=password)

    def _keep(self, answer: Result) -> None:
        """As a browser keeps cookies."""
        for name, morsel in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
