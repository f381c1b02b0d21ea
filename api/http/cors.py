"""Which pages of other origins may read answers (CORS). None may use the session of the gallery page."""

from typing import Any

import falcon

from api.http.cookies import HEADER

EXPOSED = ["ETag", "Link", "Retry-After", "X-Darkroom-Damaged"]
ALLOWED = "Access-Control-Allow-Headers"
REFUSED = ("", "*", HEADER.lower())


class VaryByOrigin:
    """Middleware that tells caches that answers differ by who asks: what a page was given is no other page's."""

    def process_response(
        self, _request: falcon.Request, response: falcon.Response, _resource: object, _succeeded: bool
    ) -> None:
        """Falcon calls it at the end of each request."""
        response.append_header("Vary", "Origin")


class NotAsThePage:
    """Middleware that allows other origins any header but the one by which the gallery page is known.

    Nor are they allowed credentials, so that a browser sends no cookie for them. Either would do.
    """

    def process_response(
        self, _request: falcon.Request, response: falcon.Response, _resource: object, _succeeded: bool
    ) -> None:
        """Falcon calls it at the end of each request, after its own middleware has allowed what was asked for."""
        asked_for = [name.strip() for name in (response.get_header(ALLOWED) or "").split(",")]
        allowed = [name for name in asked_for if name.lower() not in REFUSED]
        response.delete_header(ALLOWED)
        if allowed:
            response.set_header(ALLOWED, ", ".join(allowed))


def cors(origins: str) -> list[Any]:
    """The middleware for these origins, with commas between; `*` is every one."""
    named = [each.strip() for each in origins.split(",")]
    allowed = "*" if "*" in named else named
    # The last of a list sees an answer first.
    return [NotAsThePage(), falcon.CORSMiddleware(allow_origins=allowed, expose_headers=EXPOSED), VaryByOrigin()]
