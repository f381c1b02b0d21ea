"""Which site's page has had a browser send a request: what changes something by GET is for our own, and for nobody's.

An `<img>` of any page sends a GET from the browser of whoever looks at it, and who calls by an address or by no session
at all is then taken for him. Browsers say so by `Sec-Fetch-Site` (Fetch Metadata) where they came by https or to this
very machine; elsewhere, and older ones, by `Origin` where a script asks. Who sends neither is no page, or can't be told
from a program.
"""

from collections.abc import Callable

import falcon

from catalog.errors import Forbidden

OWN = ("same-origin", "none")  # "none": by hand, as an address that is typed
ANY = "*"

Function = Callable[[falcon.Request, falcon.Response], None]


class Sites:
    """Tells pages of other sites from our own. Those of `origins` (commas between; `*`: any) may call as ours may."""

    def __init__(self, origins: str) -> None:
        self._origins = frozenset(each.strip().lower() for each in origins.split(",") if each.strip())

    def require_own(self, request: falcon.Request) -> None:
        """Raises Forbidden where a page of another site, or of another port of this host, has sent it."""
        site, origin = request.env.get("HTTP_SEC_FETCH_SITE"), request.env.get("HTTP_ORIGIN")
        if site is not None:
            own = site.strip().lower() in OWN
        else:
            own = origin is None or origin.lower().partition("://")[2] == request.netloc.lower()
        if not own and ANY not in self._origins and (origin is None or origin.lower() not in self._origins):
            raise Forbidden(
                "A page of another site has asked for this, which changes something here: "
                "server.cors.origins names those that may."
            )

    def guarded(self, function: Function) -> Function:
        """The function, for our own pages and those of `origins` alone, and for whoever is no page."""

        def call(request: falcon.Request, response: falcon.Response) -> None:
            self.require_own(request)
            function(request, response)

        return call
