"""A provider for tests: it does all that one does, over real sockets, and any part of it as wrongly as a test wants."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

CLIENT, SECRET = "darkroom", "the client's secret"
Claims = dict[str, Any]
Answer = tuple[int, str, bytes]
Key = RSAKey | ECKey | OKPKey | OctKey


@cache
def key(name: str) -> RSAKey:
    """An RSA key of that id, one for all tests of a process: to make one takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


def json_answer(body: object, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(body).encode()


def half_hash(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")


@dataclass
class Provider:
    """What it says. A test changes any of it: the ID token by `spoil` and `header`, the `signer`, the `keys`, `answers`
    in the place of its own by path; `people` has what it knows of whoever signs in.
    """

    issuer: str = ""
    people: Claims = field(default_factory=lambda: {"sub": "4711", "preferred_username": "zoe", "groups": ["family"]})
    spoil: Callable[[Claims], object] = dict
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one", "typ": "JWT"})
    signer: Key = field(default_factory=lambda: key("one"))
    keys: list[Any] = field(default_factory=lambda: [key("one").as_dict(private=False)])
    answers: dict[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    more: Claims = field(default_factory=dict)
    in_userinfo: tuple[str, ...] = ()
    token: Callable[[str], object] = lambda token: token
    forgiving: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    def discovery(self) -> Claims:
        said = {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{path}" for name, path in (
                ("authorization_endpoint", "authorize"),
                ("token_endpoint", "token"),
                ("jwks_uri", "keys"),
                ("userinfo_endpoint", "userinfo"),
                ("end_session_endpoint", "logout"),
            )},
        }  # fmt: skip
        return {name: value for name, value in (said | self.more).items() if value is not None}

    def authorized(self, url: str) -> str:
        """Where somebody who has been sent to `url`, and has signed in there, is sent back to."""
        asked = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def id_token(self, asked: Mapping[str, str], access_token: str) -> object:
        now = int(time.time())
        claims: Claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "at_hash": half_hash(access_token),
            "sid": "session at the provider",
        }
        claims |= {name: value for name, value in self.people.items() if name not in self.in_userinfo}
        self.spoil(claims)
        header = {name: value for name, value in self.header.items() if value is not None}
        return self.token(self.signed(claims, header))

    def signed(self, claims: Claims, header: Mapping[str, Any] | None = None) -> str:
        given = dict(self.header if header is None else header)
        kind = given.pop("typ", None)
        return jwt.encode(given, claims, self.signer, algorithms=[given["alg"]], default_type=kind)

    def answer(self, path: str, form: dict[str, str]) -> Answer:
        if path in self.answers:
            given = self.answers[path]
            return given() if callable(given) else given
        if path == "/.well-known/openid-configuration":
            return json_answer(self.discovery())
        if path == "/keys":
            return json_answer({"keys": self.keys})
        if path == "/userinfo":
            return json_answer(self.people)
        if path == "/token":
            return self._redeemed(form)
        return 404, "text/html", b"<!doctype html>there is nothing"

    def _redeemed(self, form: dict[str, str]) -> Answer:
        asked = self.codes.get(form["code"])
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return json_answer({"error": "invalid_grant"}, 400)
        if not self.forgiving:
            del self.codes[form["code"]]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return json_answer({"error": "invalid_grant"}, 400)
        token = self.id_token(asked, "an access token")
        return json_answer({"access_token": "an access token", "token_type": "Bearer", "id_token": token})


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider on a port of its own."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: value for name, (value,) in parse_qs(sent, keep_blank_values=True).items()})

        def _answer(self, form: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            provider.forms.append(form)
            provider.authorizations.append(self.headers["Authorization"])
            status, kind, body = provider.answer(path, form)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked has had enough
                super().handle()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        provider.issuer = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield provider
        finally:
            listening.shutdown()
            thread.join()
