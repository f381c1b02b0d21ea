"""Somebody who signs in at a provider, as a browser does it."""

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from falcon.testing import Result, TestClient

from tests.api.front import front_end
from tests.api.house import House
from tests.api.oidc.provider import Provider

LOGIN, CALLBACK, LOGOUT = "/auth/oidc/login", "/auth/oidc/callback", "/auth/oidc/logout"
PAGE = {"X-Darkroom": "page"}
TROUBLE = re.compile(r'<meta name="trouble" content="([a-z]+)">')


@dataclass
class SignsIn:
    """A browser with its cookies."""

    client: TestClient
    provider: Provider
    html: bool = True
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, house: House, provider: Provider, closing: ExitStack) -> "SignsIn":
        """At the front end of a house."""
        return cls(front_end(house, closing), provider)

    def other(self) -> "SignsIn":
        """Another browser at the same front end."""
        return SignsIn(self.client, self.provider)

    def ask(self, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: str = "") -> Result:
        """An answer; cookies are kept."""
        parts = urlsplit(path)
        sent = {"Accept": "text/html,*/*" if self.html else "*/*"} | (headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.client.simulate_request(
            method, parts.path, query_string=parts.query, headers=sent, body=body.encode()
        )
        for given in answer.headers.get("Set-Cookie", "").split("\n"):
            for name, morsel in SimpleCookie(given).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
        for name, cookie in answer.cookies.items():
            self.cookies.pop(name, None)
            if cookie.value:
                self.cookies[name] = cookie.value
        return answer

    def begin(self, back: str = "/?q=sea") -> str:
        """Begins to sign in; gives where the provider is."""
        answer = self.ask(f"{LOGIN}?{urlencode({'back': back})}")
        assert answer.status_code == 303, answer.text[-400:]
        return str(answer.headers["Location"])

    def sign_in(self, back: str = "/?q=sea") -> Result:
        """Signs in; gives what the browser finds when it comes back."""
        return self.ask(self.provider.authorized(self.begin(back)))

    def me(self) -> dict[str, object]:
        """Who one is."""
        body: dict[str, object] = self.ask("/api/me", headers=PAGE).json
        return body


def told(answer: Result) -> tuple[int, str]:
    """The status, and why nobody has signed in, by what the page is told."""
    found = TROUBLE.search(answer.text)
    return answer.status_code, found[1] if found else ""
