"""The gallery page's session: a cookie that no script can read, and no page of another site can have sent.

Whoever calls by the cookie alone may read. What changes something needs a header beside it, which a browser lets only
pages of this very origin send (`cors.py` allows it to no other), also where SameSite is not known or not enough:
another port of this host is the same site.
"""

import re

import falcon

from catalog.errors import Forbidden
from catalog.people.sessions import LENGTH

NAME = "darkroom"
HEADER = "X-Darkroom"
PAGE = "page"  # what the header says
READING = frozenset({"GET", "HEAD", "OPTIONS"})

GIVEN = re.compile(rf"(?:^|;)[ \t]*{NAME}=([^;]*)")
SESSION = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")


class Cookies:
    """Reads and gives the cookie. Where it is not `enabled`, nobody has one and nobody gets one."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def session(self, request: falcon.Request) -> str | None:
        """The id of the session that the cookie names; None where there is none, or what is there can't be one."""
        sent = request.env.get("HTTP_COOKIE") if self.enabled else None
        return None if sent is None else session_in(sent)

    def is_page(self, request: falcon.Request) -> bool:
        """Whether the page asks: what it gets is the cookie, and never a session's id."""
        return self.enabled and request.env.get("HTTP_X_DARKROOM") == PAGE

    def require_page(self, request: falcon.Request) -> None:
        """Raises Forbidden where the request may have been sent by a page of another site."""
        if not self.is_page(request):
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
    found = GIVEN.findall(cookies)
    return found[0].strip() if len(found) == 1 and SESSION.fullmatch(found[0].strip()) else None


def _set(request: falcon.Request, response: falcon.Response, value: str, more: str = "") -> None:
    # Behind a proxy that is trusted, the scheme is the one that the browser used, and so is the path.
    secure, path = "; Secure" if request.scheme == "https" else "", request.env["SCRIPT_NAME"] or "/"
    response.append_header("Set-Cookie", f"{NAME}={value}; Path={path}; HttpOnly; SameSite=Strict{secure}{more}")
