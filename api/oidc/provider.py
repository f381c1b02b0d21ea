"""What a provider says of itself, and the keys that it signs with: asked for when they are needed, and kept.

Sources: OpenID Connect Discovery 1.0; RFC 7517 for keys.
"""

import base64
import binascii
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from api.oidc.errors import ProviderError
from api.oidc.fetch import Fetch
from config.sign_in import is_secure

WELL_KNOWN = "/.well-known/openid-configuration"
FRESH = 3600.0  # seconds for which what it says of itself is not asked for again …
AGAIN = 60.0  # … and after which a look that failed is worth another, or an unknown key a look at the keys
MOST_KEYS = 100
FEWEST_BITS = 2048  # of an RSA key
LONGEST_URL = 2000

Key = RSAKey | ECKey | OKPKey
TYPES: Mapping[str, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


@dataclass(frozen=True, slots=True)
class Metadata:
    """What it says of itself, as far as it is needed. `basic`: it takes a client's secret by HTTP's Basic scheme;
    `says_issuer`: it names itself where it sends people back (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    basic: bool
    says_issuer: bool


class Provider:
    """A provider, as its issuer names it. Where it is away, what it said before counts."""

    def __init__(self, issuer: str, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self.fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()  # one asks, and the others wait for the same answer
        self._metadata: Metadata | None = None
        self._ask_again = 0.0
        self._keys: Sequence[Key] | None = None
        self._keys_again = 0.0

    def metadata(self) -> Metadata:
        """What it says of itself, not older than FRESH where it can be asked.

        Raises:
            ProviderError: it can't be asked, or what it says can't be.
        """
        with self._lock:
            now = self._clock()
            if self._metadata is not None and now < self._ask_again:
                return self._metadata
            try:
                said = self.fetch.document(self.issuer.rstrip("/") + WELL_KNOWN)
                self._metadata, self._ask_again = read_metadata(said, self.issuer), now + FRESH
            except ProviderError:
                if self._metadata is None:
                    raise
                self._ask_again = now + AGAIN
            return self._metadata

    def key(self, kid: str | None) -> Key:
        """The key of that id; the one that it has, where none is named. An unknown one has the keys asked for again,
        but not more often than each AGAIN seconds: whoever signs rubbish would else have them asked for at will.

        Raises:
            ProviderError: there is no such key, or it can't be asked.
        """
        url = self.metadata().keys
        with self._lock:
            found = _chosen(self._keys, kid)
            if found is None and (self._keys is None or self._clock() >= self._keys_again):
                # Before it is asked: one that does not answer is left alone for as long, where keys are known.
                self._keys_again = self._clock() + AGAIN
                self._keys = read_keys(self.fetch.document(url))
                found = _chosen(self._keys, kid)
        if found is None:
            named = (
                "names no key, and there are several, or none" if kid is None else f"names an unknown key {kid[:80]!r}"
            )
            raise ProviderError(f"a token of {self.issuer} {named}")
        return found


def read_metadata(said: Mapping[str, Any], issuer: str) -> Metadata:
    """What a discovery document says. Pure.

    Raises:
        ProviderError: it is another issuer's, or a part of it can't be.
    """
    if said.get("issuer") != issuer:
        named = str(said.get("issuer"))[:200]
        raise ProviderError(f"{issuer}{WELL_KNOWN} is of the issuer {named!r}: auth.oidc.issuer has to be the same")
    challenges = said.get("code_challenge_methods_supported")
    if isinstance(challenges, list) and "S256" not in challenges:
        raise ProviderError(f"{issuer} does not take PKCE with S256")
    ways = said.get("token_endpoint_auth_methods_supported")
    return Metadata(
        authorization=_endpoint(said, issuer, "authorization_endpoint"),
        token=_endpoint(said, issuer, "token_endpoint"),
        keys=_endpoint(said, issuer, "jwks_uri"),
        userinfo=_endpoint(said, issuer, "userinfo_endpoint") if said.get("userinfo_endpoint") else None,
        end_session=_endpoint(said, issuer, "end_session_endpoint") if said.get("end_session_endpoint") else None,
        # Where nothing is said, that is the way (Discovery 1.0, 3).
        basic=not isinstance(ways, list) or "client_secret_basic" in ways or "client_secret_post" not in ways,
        says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
    )


def read_keys(said: Mapping[str, Any]) -> list[Key]:
    """The keys for signatures in a key set; what else there is, or can't be used, is passed over, secrets before all.

    Raises:
        ProviderError: it is no key set, or has too many.
    """
    listed = said.get("keys")
    if not isinstance(listed, list):
        raise ProviderError("the provider's key set has no list of keys")
    if len(listed) > MOST_KEYS:
        raise ProviderError(f"the provider's key set has {len(listed)} keys: at most {MOST_KEYS} are looked at")
    return [key for key in map(_key, listed) if key is not None]


def _key(said: Any) -> Key | None:
    kind = TYPES.get(str(said.get("kty"))) if isinstance(said, dict) else None
    if kind is None or said.get("use", "sig") != "sig" or not isinstance(said.get("kid", ""), str):
        return None
    if kind is RSAKey and _bits(said.get("n")) < FEWEST_BITS:
        return None
    public = {
        name: value for name, value in said.items() if name in ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
    }
    try:
        return kind.import_key(public)
    except (JoseError, ValueError, TypeError, OverflowError):
        return None


def _bits(number: Any) -> int:
    try:
        text = str(number).encode("ascii")
        return int.from_bytes(base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)), "big").bit_length()
    except (ValueError, binascii.Error):
        return 0


def _chosen(keys: Sequence[Key] | None, kid: str | None) -> Key | None:
    keys = keys or ()
    if kid is None:
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.kid == kid), None)


def _endpoint(said: Mapping[str, Any], issuer: str, name: str) -> str:
    url = said.get(name)
    if not isinstance(url, str) or len(url) > LONGEST_URL or not is_secure(url):
        raise ProviderError(f"{issuer} says that its {name} is {str(url)[:200]!r}, which is no address of https")
    if url.startswith("http:") and not issuer.startswith("http:"):
        raise ProviderError(f"{issuer} says that its {name} is {url[:200]!r}, without TLS")
    return url
