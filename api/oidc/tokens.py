"""What of a provider's tokens is believed. Pure, but for the keys, which are asked for.

Sources: OpenID Connect Core 1.0, 3.1.3.7 (ID tokens) and 3.1.3.8 (`at_hash`); Back-Channel Logout 1.0, 2.6.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from api.oidc.errors import ProviderError
from api.oidc.provider import Key
from catalog.people.identities import is_subject
from catalog.people.sign_ins import LONGEST_SID

ALGORITHMS = (
    *(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)),
    "Ed25519",
)
"""By which a token may be signed: by keys that are public, and so never by one that both sides know (HS256), nor not at
all (none)."""

SKEW = 120  # seconds by which the provider's clock may differ from this one
OLDEST = 600  # seconds since an ID token was issued, or a logout token: each comes at once
LONGEST = 100_000  # characters of a token
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"

Keys = Callable[[str | None], Key]
Claims = Mapping[str, Any]


def verified(
    token: object, keys: Keys, *, issuer: str, client_id: str, nonce: str, access_token: str, now: float
) -> Claims:
    """The claims of an ID token that has just come for a code.

    Raises:
        ProviderError: it can't be believed; the message says what of it.
    """
    header, claims = _signed(token, keys, ("jwt",))
    _check_common(claims, issuer, client_id, now)
    _require(is_subject(claims.get("sub")) and claims["sub"].isascii(), "sub", claims)
    _require(_is_time(claims.get("exp")) and claims["exp"] > now - SKEW, "exp", claims)
    _require(_is_text(claims.get("nonce")), "nonce", claims)
    _require("at_hash" not in claims or _is_text(claims["at_hash"]), "at_hash", claims)
    _require(_is_text(claims.get("azp", client_id)), "azp", claims)
    asked = {"client_id": client_id, "nonce": nonce, "access_token": access_token}
    try:
        # Nonce, azp and at_hash; what is looked at above can't be wrong any more, and has its types.
        CodeIDToken({**claims}, header, params=asked).validate(int(now), SKEW)
    except JoseError as error:
        raise ProviderError(f"an ID token of {issuer} can't be believed: {error.description}") from None
    return claims


def logged_out(token: object, keys: Keys, *, issuer: str, client_id: str, now: float) -> tuple[str | None, str | None]:
    """Whose session has ended at the provider, by a logout token: the subject, the provider's session, or both.

    Raises:
        ProviderError: it can't be believed.
    """
    _, claims = _signed(token, keys, ("jwt", "logout+jwt"))
    _check_common(claims, issuer, client_id, now)
    _require(_is_time(claims.get("exp")) and claims["exp"] > now - SKEW, "exp", claims)
    _require(isinstance(claims.get("events"), dict) and LOGGED_OUT in claims["events"], "events", claims)
    _require("nonce" not in claims, "nonce", claims)
    subject, sid = claims.get("sub"), claims.get("sid")
    _require(subject is None or is_subject(subject), "sub", claims)
    _require(sid is None or (_is_text(sid) and len(sid) <= LONGEST_SID), "sid", claims)
    _require(subject is not None or sid is not None, "sub", claims)
    return subject, sid


def _signed(token: object, keys: Keys, types: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a token, whose signature is right."""
    if not isinstance(token, str) or not token.isascii() or not 0 < len(token) <= LONGEST:
        raise ProviderError("the provider's token is no text of a token's length")
    try:
        header = extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise ProviderError(f"the provider's token is none ({type(error).__name__})") from None
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if algorithm not in ALGORITHMS:
        raise ProviderError(f"the provider's token is signed by {str(algorithm)[:40]!r}, which does not count")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in types:
        raise ProviderError(f"the provider's token is of the type {str(kind)[:40]!r}, which is none of this kind")
    if kid is not None and not isinstance(kid, str):
        raise ProviderError("the provider's token names its key by what is no text")
    key = keys(kid)
    if key.get("alg", algorithm) != algorithm:
        raise ProviderError(f"the provider's token is signed by {algorithm}, and its key is for another way")
    try:
        decoded = jwt.decode(token, key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise ProviderError(f"the signature of the provider's token is wrong ({type(error).__name__})") from None
    return decoded.header, dict(decoded.claims)


def _check_common(claims: Claims, issuer: str, client_id: str, now: float) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    issued, begins = claims.get("iat"), claims.get("nbf", now)
    _require(claims.get("iss") == issuer, "iss", claims)
    _require(isinstance(audiences, list) and all(map(_is_text, audiences)) and client_id in audiences, "aud", claims)
    _require(_is_time(issued) and now - OLDEST - SKEW <= claims["iat"] <= now + SKEW, "iat", claims)
    _require(_is_time(begins) and begins <= now + SKEW, "nbf", claims)


def _require(so: bool, name: str, claims: Claims) -> None:
    if not so:
        held = json.dumps(claims.get(name), ensure_ascii=True)[:100]
        raise ProviderError(f"the provider's token has {name} {held}, which can't be believed")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
