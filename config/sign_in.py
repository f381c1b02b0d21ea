"""The settings of who vouches for people, an OpenID Connect provider or a proxy: taken apart, and held to each other.
Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from config.addresses import is_loopback
from config.table import Settings

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^`|~-]+")  # no underscore: the server drops such headers, as nginx does
TAKEN = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "forwarded",
        "host",
        "if-modified-since",
        "if-none-match",
        "origin",
        "range",
        "transfer-encoding",
        "x-darkroom",
        *(f"x-forwarded-{each}" for each in ("by", "for", "host", "port", "prefix", "proto")),
    }
)
"""Headers that mean something else here."""


@dataclass(frozen=True, slots=True)
class GroupMap:
    """From the groups of who vouches to Darkroom's: `ours` by theirs; None: by the same names. Members of `admins` may
    do everything; where there are none, who is an admin is not told from outside.
    """

    ours: Mapping[str, tuple[str, ...]] | None = None
    admins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> "GroupMap":
        """That of the settings.

        Raises:
            ValueError: a part of `auth.groups` has no equals sign, or nothing on a side of it.
        """
        ours: dict[str, tuple[str, ...]] = {}
        for each in listed(settings.auth_groups):
            theirs, equals, name = (part.strip() for part in each.rpartition("="))
            if not (theirs and equals and name):
                raise ValueError(each)
            ours[theirs] = (*ours.get(theirs, ()), name)
        return cls(ours or None, frozenset(listed(settings.auth_admins)))

    def groups(self, theirs: Iterable[str]) -> tuple[str, ...]:
        """The names of Darkroom's groups that these stand for, each once; there may be no such group here."""
        found = theirs if self.ours is None else (name for each in theirs for name in self.ours.get(each, ()))
        return tuple(dict.fromkeys(found))

    def admin(self, theirs: Iterable[str]) -> bool | None:
        """Whether a member of these is an admin; None: that is not told from outside."""
        return not self.admins.isdisjoint(theirs) if self.admins else None


def listed(text: str) -> list[str]:
    """The words of a setting with commas between, as they are written."""
    return [each.strip() for each in text.split(",") if each.strip()]


def is_secure(url: str) -> bool:
    """Whether an URL is one of https, or of http on this machine alone, without user, password or fragment."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        return False
    return _is_plain(url) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def wrong_with(settings: Settings) -> Iterator[str]:
    """A sentence on each of these settings that can't be used, or not with another."""
    yield from _wrong_with_provider(settings)
    yield from _wrong_with_proxy(settings)
    try:
        GroupMap.of(settings)
    except ValueError as error:
        yield f"auth.groups is {settings.auth_groups!r}: allowed is theirs=ours, with commas; {str(error)!r} is none"
    if settings.auth_url and not _is_base(settings.auth_url):
        yield f"auth.url is {settings.auth_url!r}: allowed is an address of http or https, without ? and #"
    if not (settings.auth_local or settings.oidc or settings.auth_proxy_header):
        yield (
            "auth.local is False: allowed is that where auth.oidc.issuer or auth.proxy.header is set: else "
            "nobody could sign in to the page"
        )


def _wrong_with_provider(settings: Settings) -> Iterator[str]:
    if not settings.oidc:
        return
    if not is_secure(settings.auth_oidc_issuer) or "?" in settings.auth_oidc_issuer:
        yield (
            f"auth.oidc.issuer is {settings.auth_oidc_issuer!r}: allowed is an address of https, as the provider "
            "itself writes it (of http only on this machine)"
        )
    if not settings.auth_oidc_client_id:
        yield "auth.oidc.client.id is '': where auth.oidc.issuer is set, it is the id that it has for Darkroom"
    if "openid" not in settings.auth_oidc_scopes.split():
        yield f"auth.oidc.scopes is {settings.auth_oidc_scopes!r}: allowed are words, of which one is openid"
    if not (settings.web_enabled and settings.webapi_enabled):
        yield "auth.oidc.issuer is set: allowed is that where web.enabled and webapi.enabled are true"
    if not settings.auth_oidc_username:
        yield "auth.oidc.username is '': allowed is the name of a claim, as preferred_username or email"


def _wrong_with_proxy(settings: Settings) -> Iterator[str]:
    for name, header in (
        ("auth.proxy.header", settings.auth_proxy_header),
        ("auth.proxy.groups", settings.auth_proxy_groups),
    ):
        if header and (not HEADER.fullmatch(header) or header.lower() in TAKEN):
            yield (
                f"{name} is {header!r}: allowed is the name of a header, as Remote-User, without an underscore, and "
                "none that means something else here"
            )
    if settings.auth_proxy_header and settings.server_trusted_proxy in ("", "*"):
        yield (
            f"auth.proxy.header is {settings.auth_proxy_header!r}, and server.trusted.proxy is "
            f"{settings.server_trusted_proxy!r}: allowed is the address of the one proxy that may say who calls"
        )
    if settings.auth_proxy_groups and not settings.auth_proxy_header:
        yield "auth.proxy.groups is set: allowed is that where auth.proxy.header is set too"
    if settings.auth_proxy_header.lower() == settings.auth_proxy_groups.lower() != "":
        yield "auth.proxy.groups is auth.proxy.header: allowed is another header"
    if settings.auth_proxy_logout and not _is_base(settings.auth_proxy_logout.partition("?")[0]):
        yield f"auth.proxy.logout is {settings.auth_proxy_logout!r}: allowed is an address of http or https"


def _is_base(url: str) -> bool:
    """Whether an URL of http or https can stand before paths."""
    try:
        parts: SplitResult = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return _is_plain(url) and parts.scheme in ("http", "https") and bool(host) and not (parts.query or parts.fragment)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set(' "<>\\')
