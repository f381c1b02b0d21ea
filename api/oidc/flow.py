"""Signing in by a provider: the authorization code flow with PKCE, from where a browser is sent to who has come back.

Sources: OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE); RFC 9207 (`iss` in the answer); RP-Initiated Logout 1.0.
"""

import base64
import binascii
import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from api.oidc import tokens
from api.oidc.errors import ProviderError, SignInError
from api.oidc.fetch import Answer, Client, Fetch
from api.oidc.provider import Metadata, Provider
from catalog.people.identities import Identity
from catalog.people.sign_ins import LONGEST_SID, LONGEST_TOKEN, SignIn
from config import Settings

LASTS = 600  # seconds from when a sign-in is begun until it is too old
RANDOM = 32  # bytes of what nobody can guess
LONGEST_CODE = 4000
LONGEST_BACK = 1500  # characters of where one comes back to: a cookie has to hold it
MOST_GROUPS = 1000
LONGEST_GROUP = 200
# A provider that is silent keeps a thread for seconds: whoever begins a hundred sign-ins must leave threads for photos.
PLACES = 12

log = logging.getLogger("darkroom.api")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way, as the browser keeps it in a cookie: nobody else knows `state`, `nonce` and `verifier`."""

    state: str
    nonce: str
    verifier: str
    at: int
    back: str

    def written(self) -> str:
        """As a cookie's value."""
        back = base64.urlsafe_b64encode(self.back.encode()).decode().rstrip("=")
        return f"{self.state}.{self.nonce}.{self.verifier}.{self.at}.{back}"

    @classmethod
    def read(cls, text: str) -> "Begun | None":
        """Of a cookie's value; None where it can be none."""
        parts = text.split(".")
        if len(parts) != 5 or not all(parts[:4]) or not parts[3].isdecimal() or len(text) > 4000:
            return None
        try:
            back = base64.urlsafe_b64decode(parts[4] + "=" * (-len(parts[4]) % 4)).decode()
            return cls(parts[0], parts[1], parts[2], int(parts[3]), back)
        except (ValueError, binascii.Error):
            return None


@dataclass(frozen=True, slots=True)
class Done:
    """A sign-in that the provider has vouched for. `groups` are the provider's; None: they are not asked for."""

    state: str
    back: str
    identity: Identity
    groups: tuple[str, ...] | None
    sign_in: SignIn


class Flow:
    """Sends people to a provider, and believes of those who come back what it vouches for."""

    def __init__(self, settings: Settings, provider: Provider, clock: Callable[[], float] = time.time) -> None:
        self._provider = provider
        self._client = Client(settings.auth_oidc_client_id, settings.auth_oidc_client_secret)
        self._scopes = " ".join(settings.auth_oidc_scopes.split())
        self._username = settings.auth_oidc_username
        self._groups = settings.auth_oidc_groups
        self._clock = clock
        self._places = threading.BoundedSemaphore(PLACES)

    @classmethod
    def of(cls, settings: Settings) -> "Flow":
        """That of the settings.

        Raises:
            ProviderError: the file of certificates that they name can't be used.
        """
        return cls(settings, Provider(settings.auth_oidc_issuer, Fetch(settings.auth_oidc_ca)))

    def begin(self, redirect: str, back: str) -> tuple[str, Begun]:
        """Where to send somebody who is to come back to `redirect`, and what the browser has to keep until then.

        Raises:
            SignInError: the provider is away, or can't be believed; or too many sign in at once.
        """
        with self._asking():
            metadata = self._provider.metadata()
        state, nonce, verifier = (secrets.token_urlsafe(RANDOM) for _ in range(3))
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": redirect,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return _with(metadata.authorization, query), Begun(state, nonce, verifier, int(self._clock()), back)

    def finish(self, params: Mapping[str, str], begun: Begun | None, redirect: str) -> Done:
        """Who has come back with these parameters, with what the browser kept.

        Raises:
            SignInError: it was not begun in this browser, or too long ago; the provider has not let them in, is away,
                or can't be believed; or too many sign in at once.
        """
        state = params.get("state", "")
        if begun is None or not hmac.compare_digest(begun.state.encode(), state.encode("utf-8", "replace")):
            raise SignInError("expired")
        if not 0 <= self._clock() - begun.at <= LASTS:
            raise SignInError("expired")
        with self._asking():
            metadata = self._provider.metadata()
            self._check_issuer(params, metadata)
            if "error" in params:
                raise _refused(params["error"])
            answer = self._redeemed(metadata, params.get("code", ""), begun, redirect)
            return self._vouched(metadata, answer, begun)

    def logged_out(self, token: str) -> tuple[str, str | None, str | None]:
        """Whose sessions end, by a logout token of the provider's: the issuer, the subject, the provider's session.

        Raises:
            SignInError: it can't be believed.
        """
        with self._asking():
            whose = tokens.logged_out(
                token,
                self._provider.key,
                issuer=self._provider.issuer,
                client_id=self._client.id,
                now=self._clock(),
            )
        return self._provider.issuer, *whose

    def end_session(self, sign_in: SignIn, then: str) -> str | None:
        """Where a browser signs out at the provider too, which sends it back to `then`; None: there is no such place,
        or the provider is away.
        """
        try:
            with self._asking():
                place = self._provider.metadata().end_session
        except SignInError:
            return None
        if place is None or sign_in.issuer != self._provider.issuer:
            return None
        query = {"client_id": self._client.id, "post_logout_redirect_uri": then}
        return _with(place, query | ({"id_token_hint": sign_in.id_token} if sign_in.id_token else {}))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Where the provider is asked: what goes wrong is said in the log, and to the person what that is for them."""
        if not self._places.acquire(blocking=False):
            raise SignInError("busy")
        try:
            yield
        except ProviderError as error:
            log.warning("sign-in: %s", error)
            raise SignInError("away" if error.away else "wrong") from None
        finally:
            self._places.release()

    def _check_issuer(self, params: Mapping[str, str], metadata: Metadata) -> None:
        named = params.get("iss")
        if (named is not None or metadata.says_issuer) and named != self._provider.issuer:
            raise ProviderError(f"somebody was sent back by the issuer {str(named)[:200]!r}, where another was asked")

    def _redeemed(self, metadata: Metadata, code: str, begun: Begun, redirect: str) -> Answer:
        """What the provider gives for a code."""
        if not 0 < len(code) <= LONGEST_CODE:
            raise ProviderError("somebody was sent back without a code, or with one that can't be")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": begun.verifier,
        }
        status, answer = self._provider.fetch.form(metadata.token, form, self._client, basic=metadata.basic)
        if status == 200:
            return answer
        error = str(answer.get("error"))[:100]
        if error == "invalid_grant":  # the code is used, too old, or another client's
            raise SignInError("expired")
        raise ProviderError(f"{self._provider.issuer} gives nothing for a code ({status}, {error!r})")

    def _vouched(self, metadata: Metadata, answer: Answer, begun: Begun) -> Done:
        access_token = answer.get("access_token")
        if not isinstance(access_token, str) or not access_token.isascii() or not access_token.isprintable():
            raise ProviderError(f"{self._provider.issuer} gives no access token")
        claims = tokens.verified(
            answer.get("id_token"),
            self._provider.key,
            issuer=self._provider.issuer,
            client_id=self._client.id,
            nonce=begun.nonce,
            access_token=access_token,
            now=self._clock(),
        )
        known = self._with_userinfo(metadata, claims, access_token)
        name = known.get(self._username)
        if not isinstance(name, str) or not name:
            raise SignInError("unnamed")
        sid, id_token = claims.get("sid"), str(answer["id_token"])
        return Done(
            begun.state,
            begun.back,
            Identity(self._provider.issuer, claims["sub"], name),
            self._groups_of(known),
            SignIn(
                self._provider.issuer,
                claims["sub"],
                sid if isinstance(sid, str) and 0 < len(sid) <= LONGEST_SID else None,
                id_token if len(id_token) <= LONGEST_TOKEN else None,
            ),
        )

    def _with_userinfo(self, metadata: Metadata, claims: Answer | Mapping[str, object], access_token: str) -> Answer:
        """The claims, with those of the userinfo endpoint where the ID token lacks one that is wanted."""
        wanted = {self._username, *([self._groups] if self._groups else [])}
        if metadata.userinfo is None or wanted <= claims.keys():
            return {**claims}
        more = self._provider.fetch.document(metadata.userinfo, access_token)
        if more.get("sub") != claims["sub"]:
            raise ProviderError(f"{self._provider.issuer} tells of another subject than its ID token is of")
        return {**more, **claims}

    def _groups_of(self, known: Answer) -> tuple[str, ...] | None:
        """The groups of somebody's; none, where the provider leaves the claim out."""
        if not self._groups:
            return None
        groups = known.get(self._groups, [])
        if not isinstance(groups, list) or len(groups) > MOST_GROUPS or not all(map(_is_group, groups)):
            raise ProviderError(
                f"{self._provider.issuer} has {self._groups} that are no list of at most {MOST_GROUPS} names"
            )
        return tuple(groups)


def _refused(error: str) -> SignInError | ProviderError:
    """What it means that the provider sends somebody back with an error (RFC 6749, 4.1.2.1; Core 1.0, 3.1.2.6)."""
    if error in ("access_denied", "login_required", "consent_required", "interaction_required"):
        return SignInError("denied")
    away = error in ("server_error", "temporarily_unavailable")
    return ProviderError(f"somebody was sent back with the error {error[:100]!r}", away=away)


def _is_group(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_GROUP


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
