"""runQuery: photos by words, kept as a view."""

import falcon

from api.http.answers import answer
from api.http.cookies import Cookies
from api.http.errors import RequestError
from api.http.params import Params, text
from api.identify import Identify
from api.limits.allowances import Allowances
from api.limits.patience import SECONDS, patience_of
from catalog.lists.cached_search import CachedSearch
from catalog.lists.views import Views
from catalog.people.access import METADATA, SEARCH
from catalog.search import query
from catalog.search.sql import SORTS, Sort
from catalog.search.tree import without_metadata

OFFERED: tuple[Sort, ...] = tuple(each for each in SORTS if each != "id")


class RunQuery:
    """`runQuery`."""

    def __init__(
        self,
        identify: Identify,
        search: CachedSearch,
        views: Views,
        cookies: Cookies,
        allowances: Allowances,
        seconds: float = SECONDS,
    ) -> None:
        self._identify = identify
        self._allowances = allowances
        self._cookies = cookies
        self._search = search
        self._views = views
        self._seconds = seconds

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the view's vid and how many photos are in it, of those that the caller may see.

        Whoever may not see metadata finds photos by their ids alone, in an order that tells nothing.
        """
        params = self._identify.asked(request, response)
        caller = self._identify.caller(params, request.remote_addr, SEARCH)
        if "query" not in params:
            raise RequestError("malformed", "The parameter query is missing; an empty one finds every photo.")
        sort = _sort(params)
        node = query.parse(params["query"], query.PATTERNS)
        self._allowances.query(self._identify.payer(params, request.remote_addr))
        if not caller.rights.may(METADATA):
            node, sort = without_metadata(node), sort if sort == "random" else "id"
        with patience_of(request, self._seconds) as patience:
            found = self._search.find(node, caller.rights.filters, sort, patience)
        apisid = self._identify.session(caller)
        vid, count = self._views.make(apisid, found)
        # Whoever comes by the cookie is not told what it holds: a script could take it elsewhere. Nor is whom the proxy
        # vouches for: the session would outlast its word.
        hidden = apisid == self._cookies.session(request) or self._identify.is_proxied(request)
        named = {} if hidden else {"apisid": apisid}
        answer(response, named | {"vid": vid, "count": count})


def _sort(params: Params) -> Sort:
    given = text(params, "sort") or "date"
    for each in OFFERED:
        if each == given:
            return each
    raise RequestError("malformed", f"The parameter sort is one of {', '.join(OFFERED)}.")
