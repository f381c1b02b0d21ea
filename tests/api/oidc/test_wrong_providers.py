"""Providers that are wrong, each in one way: what the person is told, by status and reason; nobody is signed in."""

import base64
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from api.oidc import fetch as fetching
from api.oidc import flow
from api.oidc import provider as oidc
from api.oidc.errors import REASONS, ProviderError
from api.oidc.fetch import Fetch
from api.oidc.provider import read_keys
from tests.api.house import House
from tests.api.oidc.provider import CLIENT, SECRET, Claims, Key, Provider, json_answer, key
from tests.api.oidc.signing_in import PAGE, SignsIn, told

NOW = time.time
Spoil = Callable[[Provider], object]


def claim(name: str, value: object) -> Spoil:
    """An ID token in which one claim is that, or for ... is missing."""

    def spoil(claims: Claims) -> None:
        claims.pop(name, None)
        if value is not ...:
            claims[name] = value() if callable(value) else value

    return lambda provider: setattr(provider, "spoil", spoil)


def header(name: str, value: object) -> Spoil:
    return lambda provider: provider.header.update({name: value})


def raw(change: Callable[[str], object]) -> Spoil:
    """An ID token that is changed after it was signed."""
    return lambda provider: setattr(provider, "token", change)


def instead(value: object) -> Spoil:
    """Something else in the place of an ID token."""
    return lambda provider: setattr(provider, "token", lambda _: value)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned(algorithm: str) -> Callable[[str], str]:
    return lambda token: f"{encoded({'alg': algorithm, 'kid': 'one'})}.{token.split('.')[1]}."


def by_the_public_key(token: str) -> str:
    """Signed by HS256, with the public key as the secret: what whoever believes the header takes for right."""
    signed = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{token.split('.')[1]}"
    digest = hmac.digest(key("one").as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def by_the_secret(token: str) -> str:
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.encode()), algorithms=["HS256"])


def for_any(provider: Provider) -> Key:
    """The same key, which does not say itself by what it is to be used."""
    said = {name: value for name, value in key("one").as_dict(private=True).items() if name != "alg"}
    provider.signer = RSAKey.import_key(said)
    return provider.signer


def flipped(token: str) -> str:
    head, body, signature = token.split(".")
    return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def with_claims(token: str) -> str:
    """Other claims under the old signature."""
    head, _, signature = token.split(".")
    return f"{head}.{encoded({'sub': 'root'})}.{signature}"


TOKENS: dict[str, Spoil] = {
    "iss of another": claim("iss", "https://elsewhere.example"),
    "iss with a slash more": lambda provider: claim("iss", f"{provider.issuer}/")(provider),
    "no iss": claim("iss", ...),
    "iss is a list": lambda provider: claim("iss", [provider.issuer])(provider),
    "aud of another": claim("aud", "another"),
    "no aud": claim("aud", ...),
    "aud is empty": claim("aud", []),
    "aud is a number": claim("aud", 7),
    "aud has a number": claim("aud", [CLIENT, 7]),
    "aud is an object": claim("aud", {CLIENT: 1}),
    "aud of several, no azp": claim("aud", [CLIENT, "another"]),
    "azp of another": claim("azp", "another"),
    "azp is a list": claim("azp", [CLIENT]),
    "azp is empty": claim("azp", ""),
    "azp is null": claim("azp", None),
    "exp is over": claim("exp", lambda: int(NOW()) - 200),
    "no exp": claim("exp", ...),
    "exp is a text": claim("exp", "9999999999"),
    "exp is true": claim("exp", True),
    "exp is infinite": claim("exp", float("inf")),
    "exp is no number": claim("exp", float("nan")),
    "iat is to come": claim("iat", lambda: int(NOW()) + 200),
    "iat is of yesterday": claim("iat", lambda: int(NOW()) - 86400),
    "no iat": claim("iat", ...),
    "iat is a text": claim("iat", "now"),
    "iat is null": claim("iat", None),
    "nbf is to come": claim("nbf", lambda: int(NOW()) + 200),
    "nbf is a text": claim("nbf", "now"),
    "nbf is null": claim("nbf", None),
    "nonce of another": claim("nonce", "another"),
    "no nonce": claim("nonce", ...),
    "nonce is empty": claim("nonce", ""),
    "nonce is a number": claim("nonce", 7),
    "no sub": claim("sub", ...),
    "sub is empty": claim("sub", ""),
    "sub is too long": claim("sub", "x" * 256),
    "sub is a number": claim("sub", 4711),
    "sub is null": claim("sub", None),
    "sub is a list": claim("sub", ["4711"]),
    "sub has a line end": claim("sub", "4711\n"),
    "sub is not of ASCII": claim("sub", "Zoë"),
    "at_hash of another": claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
    "at_hash is a number": claim("at_hash", 7),
    "at_hash is empty": claim("at_hash", ""),
    "at_hash is not of ASCII": claim("at_hash", "ä"),
    "groups are a text": claim("groups", "family"),
    "groups are an object": claim("groups", {"family": True}),
    "groups are a number": claim("groups", 7),
    "groups are null": claim("groups", None),
    "a group is a number": claim("groups", ["family", 7]),
    "a group is empty": claim("groups", [""]),
    "too many groups": claim("groups", ["x"] * 1001),
    "alg is none": raw(unsigned("none")),
    "alg is None": raw(unsigned("None")),
    "alg is empty": raw(unsigned("")),
    "alg is a list": raw(lambda token: f"{encoded({'alg': ['RS256']})}.{token.partition('.')[2]}"),
    "alg is missing": raw(lambda token: f"{encoded({'kid': 'one'})}.{token.partition('.')[2]}"),
    "HS256 by the public key": raw(by_the_public_key),
    "HS256 by the client's secret": raw(by_the_secret),
    "alg that is not the key's": lambda provider: (header("alg", "RS512")(provider), for_any(provider)),
    "the signature is another": raw(flipped),
    "the signature is missing": raw(lambda token: token.rpartition(".")[0] + "."),
    "the claims are others": raw(with_claims),
    "signed by another key": lambda provider: setattr(provider, "signer", key("two")),
    "kid of no key": header("kid", "nobody's"),
    "kid is a number": raw(lambda token: f"{encoded({'alg': 'RS256', 'kid': 7})}.{token.partition('.')[2]}"),
    "typ of an access token": header("typ", "at+jwt"),
    "typ of a logout token": header("typ", "logout+jwt"),
    "typ is a number": raw(
        lambda token: f"{encoded({'alg': 'RS256', 'kid': 'one', 'typ': 7})}.{token.partition('.')[2]}"
    ),
    "crit of what nobody knows": raw(
        lambda token: f"{encoded({'alg': 'RS256', 'kid': 'one', 'crit': ['x'], 'x': 1})}.{token.partition('.')[2]}"
    ),
    "no token": instead(None),
    "token is empty": instead(""),
    "token is a number": instead(7),
    "token is a list": raw(lambda token: [token]),
    "token has two parts": raw(lambda token: token.rpartition(".")[0]),
    "token has five parts": raw(lambda token: f"{token}.x.y"),
    "token is no base64": instead("ä.ö.ü"),
    "token is rubbish": instead("a.b.c"),
    "token is huge": raw(lambda token: token + "A" * 200_000),
    "claims are a list": lambda provider: instead(jwt_of(b"[]"))(provider),
    "claims are no JSON": lambda provider: instead(jwt_of(b"{"))(provider),
    "claims are deep": lambda provider: instead(jwt_of(b'{"a":' * 20_000 + b"1" + b"}" * 20_000))(provider),
}


def jwt_of(payload: bytes) -> str:
    return jws.serialize_compact({"alg": "RS256", "kid": "one"}, payload, key("one"))


def answers(path: str, answer: object) -> Spoil:
    return lambda provider: provider.answers.update({path: answer})  # type: ignore[dict-item]


def says(name: str, value: object) -> Spoil:
    return lambda provider: provider.more.update({name: value})


def moved(url: str) -> Spoil:
    return answers(url, (302, "text/html", b""))


DISCOVERY = "/.well-known/openid-configuration"
HTML = (200, "text/html", b"<!doctype html><title>Welcome</title>")
HUGE = (200, "application/json", b'{"a": "' + b"a" * 600_000 + b'"}')
# when discovery goes wrong, at the beginning already
BEGINNINGS: dict[str, tuple[Spoil, tuple[int, str]]] = {
    "discovery of another issuer": (says("issuer", "https://elsewhere.example"), (502, "wrong")),
    "discovery without an issuer": (says("issuer", None), (502, "wrong")),
    "discovery is HTML": (answers(DISCOVERY, HTML), (502, "wrong")),
    "discovery is huge": (answers(DISCOVERY, HUGE), (502, "wrong")),
    "discovery is a list": (answers(DISCOVERY, json_answer([])), (502, "wrong")),
    "discovery is deep": (answers(DISCOVERY, (200, "application/json", b"[" * 100_000)), (502, "wrong")),
    "discovery is no text": (answers(DISCOVERY, (200, "application/json", b"\xff\xfe{")), (502, "wrong")),
    "discovery is not there": (answers(DISCOVERY, (404, "text/html", b"")), (502, "wrong")),
    "discovery sends elsewhere": (moved(DISCOVERY), (502, "wrong")),
    "discovery fails": (answers(DISCOVERY, (500, "text/html", b"")), (503, "away")),
    "discovery is overloaded": (answers(DISCOVERY, (503, "text/html", b"")), (503, "away")),
    "authorization without TLS": (says("authorization_endpoint", "http://elsewhere.example/"), (502, "wrong")),
    "authorization is a script": (says("authorization_endpoint", "javascript:alert(1)"), (502, "wrong")),
    "authorization is missing": (says("authorization_endpoint", None), (502, "wrong")),
    "token endpoint is a file": (says("token_endpoint", "file:///etc/passwd"), (502, "wrong")),
    "token endpoint is a list": (says("token_endpoint", ["https://a.example"]), (502, "wrong")),
    "keys have a user": (says("jwks_uri", "https://a:b@a.example/"), (502, "wrong")),
    "keys are too long an address": (says("jwks_uri", "https://a.example/" + "a" * 2000), (502, "wrong")),
    "logout is a script": (says("end_session_endpoint", "javascript:alert(1)"), (502, "wrong")),
    "no PKCE by S256": (says("code_challenge_methods_supported", ["plain"]), (502, "wrong")),
}
ENDINGS: dict[str, tuple[Spoil, tuple[int, str]]] = {
    **{name: (spoil, (502, "wrong")) for name, spoil in TOKENS.items()},
    "keys are HTML": (answers("/keys", HTML), (502, "wrong")),
    "keys are huge": (answers("/keys", HUGE), (502, "wrong")),
    "keys are none": (answers("/keys", json_answer({"keys": []})), (502, "wrong")),
    "keys are missing": (answers("/keys", json_answer({})), (502, "wrong")),
    "keys are a text": (answers("/keys", json_answer({"keys": "one"})), (502, "wrong")),
    "keys are too many": (answers("/keys", json_answer({"keys": [{}] * 101})), (502, "wrong")),
    "keys are rubbish": (
        answers("/keys", json_answer({"keys": [7, None, {"kty": "RSA"}, {"kty": 7}]})),
        (502, "wrong"),
    ),
    "keys send elsewhere": (moved("/keys"), (502, "wrong")),
    "keys fail": (answers("/keys", (500, "text/html", b"")), (503, "away")),
    "token endpoint is HTML": (answers("/token", HTML), (502, "wrong")),
    "token endpoint is huge": (answers("/token", HUGE), (502, "wrong")),
    "token endpoint sends elsewhere": (moved("/token"), (502, "wrong")),
    "token endpoint fails": (answers("/token", (500, "text/html", b"")), (503, "away")),
    "token endpoint is overloaded": (answers("/token", (503, "text/html", b"")), (503, "away")),
    "the client is unknown": (answers("/token", json_answer({"error": "invalid_client"}, 401)), (502, "wrong")),
    "the code is not the client's": (answers("/token", json_answer({"error": "invalid_grant"}, 400)), (403, "expired")),
    "an error that is a list": (answers("/token", json_answer({"error": ["invalid_grant"]}, 400)), (502, "wrong")),
    "no access token": (answers("/token", json_answer({"id_token": "a.b.c"})), (502, "wrong")),
    "access token with a line end": (
        answers("/token", json_answer({"id_token": "a.b.c", "access_token": "a\r\nHost: b"})),
        (502, "wrong"),
    ),
    "no name anywhere": (lambda provider: provider.people.pop("preferred_username"), (403, "unnamed")),
    "the name is a number": (claim("preferred_username", 7), (403, "unnamed")),
    "the name is empty": (claim("preferred_username", ""), (403, "unnamed")),
    "the name has a space": (claim("preferred_username", "Zoe Smith"), (403, "unnamed")),
    "the name is too long": (claim("preferred_username", "x" * 65), (403, "unnamed")),
    "the name has a zero": (claim("preferred_username", "a\0"), (403, "unnamed")),
    "the name is a local user's": (claim("preferred_username", "root"), (403, "taken")),
    "userinfo of another subject": (
        lambda provider: (claim("groups", ...)(provider), answers("/userinfo", json_answer({"sub": "1"}))(provider)),
        (502, "wrong"),
    ),
    "userinfo is HTML": (
        lambda provider: (claim("groups", ...)(provider), answers("/userinfo", HTML)(provider)),
        (502, "wrong"),
    ),
    "userinfo refuses": (
        lambda provider: (claim("groups", ...)(provider), answers("/userinfo", (401, "text/html", b""))(provider)),
        (502, "wrong"),
    ),
    "userinfo fails": (
        lambda provider: (claim("groups", ...)(provider), answers("/userinfo", (500, "text/html", b""))(provider)),
        (503, "away"),
    ),
}


def assert_nobody(person: SignsIn, house: House, before: list[str]) -> None:
    assert "darkroom" not in person.cookies
    assert person.me()["uid"] == "guest"
    assert [user.uid for user in house.library.users.everyone()] == before


def uids(house: House) -> list[str]:
    return [user.uid for user in house.library.users.everyone()]


@pytest.mark.parametrize("case", ENDINGS)
def test_when_somebody_comes_back(house: House, person: SignsIn, case: str) -> None:
    spoil, wanted = ENDINGS[case]
    before = uids(house)
    spoil(person.provider)
    answer = person.sign_in()
    assert told(answer) == wanted
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.headers.get("Retry-After") is not None) == (wanted[0] == 503)
    assert_nobody(person, house, before)


@pytest.mark.parametrize("case", BEGINNINGS)
def test_when_somebody_is_sent_there(house: House, person: SignsIn, case: str) -> None:
    spoil, wanted = BEGINNINGS[case]
    before = uids(house)
    spoil(person.provider)
    assert told(person.ask("/auth/oidc/login")) == wanted
    person.html = False
    answer = person.ask("/auth/oidc/login")
    assert (answer.status_code, answer.json["detail"]) == (wanted[0], REASONS[wanted[1]][1])
    assert_nobody(person, house, before)


RIGHT: dict[str, Spoil] = {
    "aud is a list": claim("aud", [CLIENT]),
    "azp is ours": claim("azp", CLIENT),
    "aud of several, azp is ours": lambda provider: setattr(
        provider, "spoil", lambda claims: claims.update(aud=["another", CLIENT], azp=CLIENT)
    ),
    "no at_hash": claim("at_hash", ...),
    "times with fractions": claim("iat", lambda: NOW() - 0.5),
    "the clock is a minute late": claim("exp", lambda: int(NOW()) - 60),
    "the clock is a minute early": claim("iat", lambda: int(NOW()) + 60),
    "groups are none": claim("groups", []),
    "no typ": header("typ", None),
    "typ in small letters": header("typ", "jwt"),
    "no kid, one key": header("kid", None),
    "keys of kinds that nobody knows beside": lambda provider: provider.keys.extend(
        [{"kty": "oct", "k": "AAAA", "kid": "one"}, {"kty": "AKP", "kid": "x"}]
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_may_be_otherwise(person: SignsIn, case: str) -> None:
    RIGHT[case](person.provider)
    assert person.sign_in().status_code == 303
    assert person.me()["uid"] == "zoe"


@pytest.mark.parametrize(
    ("algorithm", "made"),
    [
        ("RS384", lambda: RSAKey.generate_key(2048)),
        ("PS256", lambda: RSAKey.generate_key(2048)),
        ("ES256", lambda: ECKey.generate_key("P-256")),
        ("ES384", lambda: ECKey.generate_key("P-384")),
        ("ES512", lambda: ECKey.generate_key("P-521")),
        ("Ed25519", lambda: OKPKey.generate_key("Ed25519")),
    ],
)
def test_other_ways_to_sign(person: SignsIn, algorithm: str, made: Callable[[], Any]) -> None:
    signer = made()
    person.provider.signer = signer
    person.provider.header = {"alg": algorithm, "kid": "new", "typ": "JWT"}
    person.provider.keys = [signer.as_dict(private=False) | {"kid": "new"}]
    person.provider.spoil = lambda claims: claims.pop("at_hash")  # which is of another length there
    assert person.sign_in().status_code == 303


def test_keys_that_are_too_weak_or_secret_are_none() -> None:
    weak = {"kty": "RSA", "n": base64.urlsafe_b64encode(b"\xff" * 128).decode(), "e": "AQAB", "kid": "weak"}
    assert (
        read_keys({"keys": [weak, {"kty": "oct", "k": "AAAA"}, {**key("one").as_dict(private=False), "use": "enc"}]})
        == []
    )
    private = key("one").as_dict(private=True)
    (read,) = read_keys({"keys": [private]})
    assert not read.is_private


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        ("access_denied", (403, "denied")),
        ("login_required", (403, "denied")),
        ("server_error", (503, "away")),
        ("temporarily_unavailable", (503, "away")),
        ("invalid_scope", (502, "wrong")),
        ("<script>", (502, "wrong")),
    ],
)
def test_the_provider_sends_somebody_back_with_an_error(person: SignsIn, error: str, wanted: tuple[int, str]) -> None:
    back = person.provider.authorized(person.begin()).replace("code=code0", f"error={error}")
    answer = person.ask(back)
    assert told(answer) == wanted
    assert "<script>" not in answer.text
    assert "/token" not in person.provider.asked


def test_a_state_counts_once_even_where_the_provider_takes_a_code_twice(house: House, person: SignsIn) -> None:
    person.provider.forgiving = True
    place = person.begin()
    kept = dict(person.cookies)
    back = person.provider.authorized(place)
    assert person.ask(back).status_code == 303
    sessions = person.cookies["darkroom"]
    assert told(person.ask(back)) == (403, "expired")  # the browser has forgotten what it had kept
    person.cookies = kept | {"darkroom": "A" * 22}
    assert told(person.ask(back)) == (403, "expired")  # and where it has not
    assert person.provider.asked.count("/token") == 2
    person.cookies = {"darkroom": sessions}
    assert person.me()["uid"] == "zoe"


def test_a_code_counts_once(person: SignsIn) -> None:
    back = person.provider.authorized(person.begin())
    kept = dict(person.cookies)
    person.ask(back)
    person.cookies = kept
    assert told(person.ask(back)) == (403, "expired")


def test_a_state_of_another_browser(house: House, person: SignsIn) -> None:
    victim = person.other()
    back = person.provider.authorized(person.begin())
    assert told(victim.ask(back)) == (403, "expired")
    victim.begin()
    kept = dict(victim.cookies)
    assert told(victim.ask(back)) == (403, "expired")
    assert victim.cookies == kept  # what it has begun goes on
    assert "/token" not in person.provider.asked
    assert_nobody(victim, house, uids(house))


@pytest.mark.parametrize(
    "kept", ["", "x", "a.b.c.d.e", "....", "a.b.c.1.%", "a.b.c.1.w4Q", "a" * 4001, "a.b.c.99999999999.Lw"]
)
def test_what_a_browser_keeps_may_be_anything(person: SignsIn, kept: str) -> None:
    person.cookies["darkroom-signin"] = kept
    assert told(person.ask("/auth/oidc/callback?state=a&code=b")) == (403, "expired")


def test_a_sign_in_takes_ten_minutes_at_most(person: SignsIn) -> None:
    for seconds in (601, -5):
        place = person.begin()
        state, nonce, verifier, at, back = person.cookies["darkroom-signin"].split(".")
        person.cookies["darkroom-signin"] = f"{state}.{nonce}.{verifier}.{int(at) - seconds}.{back}"
        assert told(person.ask(person.provider.authorized(place))) == (403, "expired")


@pytest.mark.parametrize("query", ["", "?state=", "?code=x", "?state=%ff", "?error=access_denied"])
def test_nothing_that_was_begun(person: SignsIn, query: str) -> None:
    assert told(person.ask(f"/auth/oidc/callback{query}")) == (403, "expired")
    assert person.provider.asked == []


@pytest.mark.parametrize("codes", ["", "&code=", f"&code={'x' * 4001}"])
def test_without_a_code_that_can_be(person: SignsIn, codes: str) -> None:
    back = person.provider.authorized(person.begin()).replace("code=code0&", "")
    assert told(person.ask(back + codes)) == (502, "wrong")


@pytest.mark.parametrize(
    ("named", "wanted"), [("https://elsewhere.example", 502), ("", 502), (None, 502), ("own", 303)]
)
def test_the_issuer_in_the_answer(person: SignsIn, named: str | None, wanted: int) -> None:
    person.provider.more["authorization_response_iss_parameter_supported"] = True
    back = person.provider.authorized(person.begin())
    more = "" if named is None else f"&iss={person.provider.issuer if named == 'own' else named}"
    assert person.ask(back + more).status_code == wanted


@pytest.mark.parametrize(
    "back",
    [
        "",
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "///elsewhere.example",
        "javascript:alert(1)",
        "http:elsewhere.example",
        "photos",
        "/..//elsewhere.example",
        "/s/../../elsewhere",
        "/auth/oidc/login",
        "/login?back=/",
        "/ a",
        "/ä",
        "/" + "a" * 1500,
        "/\r\nSet-Cookie: a=b",
    ],
)
def test_one_comes_back_to_this_server_alone(person: SignsIn, back: str) -> None:
    assert person.sign_in(back).headers["Location"] == "/"
    # The cookie may be of anybody's making.
    place = person.begin("/")
    head = person.cookies["darkroom-signin"].rpartition(".")[0]
    person.cookies["darkroom-signin"] = f"{head}.{base64.urlsafe_b64encode(back.encode()).decode().rstrip('=')}"
    assert person.ask(person.provider.authorized(place)).headers["Location"] == "/"


@pytest.mark.parametrize("back", ["/", "/?q=sea&sort=name", "/s/AAAA?photo=3", "/shares", "/photos"])
def test_one_comes_back_to_where_one_was(person: SignsIn, back: str) -> None:
    assert person.sign_in(back).headers["Location"] == back


def test_a_provider_that_is_away_and_back(person: SignsIn) -> None:
    person.provider.answers["/token"] = (503, "text/html", b"")
    assert told(person.sign_in()) == (503, "away")
    del person.provider.answers["/token"]
    assert person.sign_in().status_code == 303


def test_what_it_said_counts_while_it_is_away(person: SignsIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "FRESH", -1.0)
    person.sign_in()
    person.provider.answers[DISCOVERY] = HTML
    person.provider.asked.clear()
    assert person.sign_in().status_code == 303
    assert person.provider.asked.count(DISCOVERY) == 1  # each minute at most, while it fails


def test_too_many_sessions_from_an_address(house: House, person: SignsIn) -> None:
    for _ in range(100):
        house.library.sessions.create("127.0.0.1", None, None, page=True)
    assert told(person.sign_in()) == (403, "many")


def test_too_many_sign_in_at_once(house: House, person: SignsIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the provider is silent, one more is refused at once, and photos find their threads."""
    begun, go_on = threading.Event(), threading.Event()

    def hold() -> tuple[int, str, bytes]:
        begun.set()
        go_on.wait()
        return json_answer({"error": "server_error"}, 500)

    monkeypatch.setattr(flow, "PLACES", 1)
    with ExitStack() as closing:
        crowded = SignsIn.at(house, person.provider, closing)
        back = person.provider.authorized(crowded.begin())
        person.provider.answers["/token"] = hold
        first = threading.Thread(target=crowded.ask, args=(back,))
        first.start()
        begun.wait()
        try:
            assert told(crowded.other().ask("/auth/oidc/login")) == (503, "busy")
        finally:
            go_on.set()
            first.join()
        assert crowded.other().ask("/auth/oidc/login").status_code == 303


@pytest.mark.parametrize("logout", ["sub", "sid", "both"])
def test_the_provider_ends_sessions(person: SignsIn, logout: str) -> None:
    person.sign_in()
    other = person.other()
    other.provider.people["sub"] = "4712"
    other.provider.people["preferred_username"] = "moe"
    other.sign_in()
    claims = (
        logout_claims(person.provider)
        | {
            "sub": {"sub": "4711"},
            "sid": {"sid": "session at the provider"},
            "both": {"sub": "4711", "sid": "session at the provider"},
        }[logout]
    )
    token = person.provider.signed(claims, {"alg": "RS256", "kid": "one", "typ": "logout+jwt"})
    stranger = person.other()
    answer = stranger.ask(
        "/auth/oidc/logout",
        "POST",
        {"Content-Type": "application/x-www-form-urlencoded"},
        f"logout_token={token}",
    )
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert person.me()["uid"] == "guest"
    assert other.me()["uid"] == ("guest" if logout == "sid" else "moe")


def logout_claims(provider: Provider) -> Claims:
    now = int(time.time())
    events: Claims = {"http://schemas.openid.net/event/backchannel-logout": {}}
    return {"iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": "1", "events": events}


LOGOUTS: dict[str, Claims] = {
    "iss": {"iss": "https://elsewhere.example"},
    "aud": {"aud": "another"},
    "exp": {"exp": 1},
    "iat": {"iat": 1},
    "a nonce": {"nonce": "x"},
    "no events": {"events": {}},
    "events are a list": {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
    "neither sub nor sid": {"sub": None},
    "sub is a number": {"sub": 7},
    "sid is a list": {"sid": ["x"]},
}


@pytest.mark.parametrize("case", [*LOGOUTS, "an ID token", "signed by another", "none", "rubbish"])
def test_logout_tokens_that_are_wrong(person: SignsIn, case: str) -> None:
    person.sign_in()
    provider = person.provider
    claims = logout_claims(provider) | {"sub": "4711"} | LOGOUTS.get(case, {})
    if case == "an ID token":
        claims = {**claims, "nonce": "x"}
        del claims["events"]
    if case == "signed by another":
        provider.signer = key("two")
    body = f"logout_token={provider.signed(claims)}" if case not in ("none", "rubbish") else case
    answer = person.ask("/auth/oidc/logout", "POST", {"Content-Type": "application/x-www-form-urlencoded"}, body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert person.me()["uid"] == "zoe"


# What answers no question as HTTP does, each a thread that is told of a connection.
def silent(client: socket.socket, ended: threading.Event) -> None:
    ended.wait()


def slow(client: socket.socket, ended: threading.Event) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not ended.wait(0.02):
        client.sendall(b" ")


def slow_head(client: socket.socket, ended: threading.Event) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not ended.wait(0.02):
        client.sendall(b"x")


def gone(client: socket.socket, ended: threading.Event) -> None:
    client.recv(1000)


def cut(client: socket.socket, ended: threading.Event) -> None:
    client.recv(1000)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{}")


def endless(client: socket.socket, ended: threading.Event) -> None:
    client.recv(1000)
    client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not ended.is_set():
        client.sendall(b"1000\r\n" + b"a" * 0x1000 + b"\r\n")


def no_http(client: socket.socket, ended: threading.Event) -> None:
    client.recv(1000)
    client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def many_headers(client: socket.socket, ended: threading.Event) -> None:
    client.recv(1000)
    client.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n")


@pytest.mark.parametrize(
    ("behave", "away", "said"),
    [
        (silent, True, "does not answer within 1 s"),
        (slow, True, "does not answer within 1 s"),
        (slow_head, True, "does not answer within 1 s"),
        (gone, True, "can't be reached"),
        (cut, False, "no HTTP"),
        (endless, False, "more than 500,000 bytes"),
        (no_http, False, "no HTTP"),
        (many_headers, False, "no HTTP"),
    ],
)
def test_a_server_that_answers_otherwise(behave: Any, away: bool, said: str) -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def serve() -> None:
            client, _ = listening.accept()
            with client, suppress(OSError):
                behave(client, ended)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(ProviderError, match=said) as raised:
                Fetch(seconds=1.0).document(f"http://127.0.0.1:{port}/a?secret=x")
        finally:
            ended.set()
            thread.join()
    assert raised.value.away == away
    assert "secret" not in str(raised.value)


def test_nobody_listens(person: SignsIn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ProviderError, match="can't be reached") as raised:
        Fetch(seconds=30.0).document(f"http://127.0.0.1:{port}/")
    assert raised.value.away


def test_a_name_that_nobody_has() -> None:
    with pytest.raises(ProviderError, match="can't be reached"):
        Fetch(seconds=30.0).document("http://nobody.invalid/")


def test_bounds_are_those_of_the_docs() -> None:
    assert (fetching.SECONDS, fetching.MOST_BYTES) == (10.0, 500_000)


def test_a_session_that_there_was_ends(house: House, person: SignsIn) -> None:
    person.sign_in()
    old = person.cookies["darkroom"]
    person.sign_in()
    assert person.cookies["darkroom"] != old
    assert not house.identify.knows(old)
    assert person.ask("/api/me", headers=PAGE).status_code == 200
