"""Which pages of other origins may read answers (CORS)."""

from typing import Any

import falcon

EXPOSED = ["ETag", "Link", "Retry-After"]


class VaryByOrigin:
    """Middleware that tells caches that answers differ by who asks: what a page was given is no other page's."""

    def process_response(
        self, _request: falcon.Request, response: falcon.Response, _resource: object, _succeeded: bool
    ) -> None:
        """Falcon calls it at the end of each request."""
        response.append_header("Vary", "Origin")


def cors(origins: str) -> list[Any]:
    """The middleware for these origins, with commas between; `*` is every one."""
    named = [each.strip() for each in origins.split(",")]
    allowed = "*" if "*" in named else named
    return [falcon.CORSMiddleware(allow_origins=allowed, expose_headers=EXPOSED), VaryByOrigin()]
