"""The gallery page's session: a cookie that no script can read, and no page of another site can have sent.

Whoever calls by the cookie alone may read. What changes something needs a header beside it, which a browser lets only
pages of this very origin send (`cors.py` allows it to no other), also where SameSite is not known or not enough:
another port of this host is the same site.

Two more stand beside it: what a browser keeps while somebody signs in at a provider, and a mark of whom the proxy in
front vouches for, by which a browser knows what it has kept for whom (`Vary`).
"""

import re
from hashlib import blake2b

import falcon

from catalog.errors import Forbidden
from catalog.people.sessions import LENGTH

NAME = "darkroom"
HEADER = "X-Darkroom"
PAGE = "page"  # what the header says
READING = frozenset({"GET", "HEAD", "OPTIONS"})

SIGN_IN = "darkroom-signin"
MARK = "darkroom-user"
BELOW = "/auth/oidc"  # where the browser sends what it keeps of a sign-in

GIVEN = {name: re.compile(rf"(?:^|;)[ \t]*{name}=([^;]*)") for name in (NAME, SIGN_IN, MARK)}
SESSION = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")


class Cookies:
    """Reads and gives the cookie. Where it is not `enabled`, nobody has one and nobody gets one."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def session(self, request: falcon.Request) -> str | None:
        """The id of the session that the cookie names; None where there is none, or what is there can't be one."""
        sent = request.env.get("HTTP_COOKIE") if self.enabled else None
        return None if sent is None else session_in(sent)

    def sign_in(self, request: falcon.Request) -> str | None:
        """What the browser has kept of a sign-in at a provider; None where it has kept none, or more than one."""
        return _named(request.env.get("HTTP_COOKIE", ""), SIGN_IN)

    def keep_sign_in(self, request: falcon.Request, response: falcon.Response, value: str, seconds: int) -> None:
        """Has the browser keep it for so long, and send it when it comes back from the provider's site."""
        _set(request, response, value, f"; Max-Age={seconds}", name=SIGN_IN, below=BELOW, same_site="Lax")

    def forget_sign_in(self, request: falcon.Request, response: falcon.Response) -> None:
        """Has the browser forget it."""
        self.keep_sign_in(request, response, "", 0)

    def mark(self, request: falcon.Request, response: falcon.Response, uid: str) -> None:
        """Has the page's browser know for whom it keeps what it is sent; "": for nobody whom the proxy vouches for."""
        if not self.is_page(request):
            return
        had = _named(request.env.get("HTTP_COOKIE", ""), MARK) or ""
        wanted = blake2b(uid.encode(), digest_size=12).hexdigest() if uid else ""
        if had != wanted:
            _set(request, response, wanted, "" if uid else "; Max-Age=0", name=MARK)

    def is_page(self, request: falcon.Request) -> bool:
        """Whether the page asks: what it gets is the cookie, and never a session's id."""
        return self.enabled and request.env.get("HTTP_X_DARKROOM") == PAGE

    def require_page(self, request: falcon.Request) -> None:
        """Raises Forbidden where the request may have been sent by a page of another site."""
        if request.env.get("HTTP_X_DARKROOM") != PAGE:
            raise Forbidden(
                f"A browser changes nothing without a session that is named by apisid, or the header {HEADER}: {PAGE}."
            )

    def give(self, request: falcon.Request, response: falcon.Response, apisid: str) -> None:
        """Has the browser keep a session for as long as it runs."""
        _set(request, response, apisid)

    def remove(self, request: falcon.Request, response: falcon.Response) -> None:
        """Has the browser forget it."""
        _set(request, response, "", "; Max-Age=0")


def session_in(cookies: str) -> str | None:
    """The session that a Cookie header names.

    None where it names two: another port or a subdomain can add one, and nobody could tell which is ours.
    """
    found = _named(cookies, NAME)
    return found if found is not None and SESSION.fullmatch(found) else None


def _named(cookies: str, name: str) -> str | None:
    """The value that a Cookie header gives that name; None where it gives none, or two."""
    found = GIVEN[name].findall(cookies)
    return found[0].strip() if len(found) == 1 else None


def _set(
    request: falcon.Request,
    response: falcon.Response,
    value: str,
    more: str = "",
    *,
    name: str = NAME,
    below: str = "",
    same_site: str = "Strict",
) -> None:
    # Behind a proxy that is trusted, the scheme is the one that the browser used, and so is the path.
    secure, path = "; Secure" if request.scheme == "https" else "", request.env["SCRIPT_NAME"] + below or "/"
    response.append_header("Set-Cookie", f"{name}={value}; Path={path}; HttpOnly; SameSite={same_site}{secure}{more}")
