"""runQuery: photos by words, kept as a view."""

import falcon

from api.http.answers import answer
from api.http.cookies import Cookies
from api.http.errors import RequestError
from api.http.params import text
from api.identify import Identify
from api.limits.allowances import Allowances
from catalog.lists.cached_search import CachedSearch
from catalog.lists.views import Views
from catalog.people.access import SEARCH
from catalog.search import query
from catalog.search.sql import SORTS


class RunQuery:
    """`runQuery`."""

    def __init__(
        self, identify: Identify, search: CachedSearch, views: Views, cookies: Cookies, allowances: Allowances
    ) -> None:
        self._identify = identify
        self._allowances = allowances
        self._cookies = cookies
        self._search = search
        self._views = views

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the view's vid and how many photos are in it, of those that the caller may see."""
        params = self._identify.asked(request, response)
        caller = self._identify.caller(params, request.remote_addr, SEARCH)
        if "query" not in params:
            raise RequestError("malformed", "The parameter query is missing; an empty one finds every photo.")
        sort = text(params, "sort") or "date"
        if sort not in SORTS:
            raise RequestError("malformed", f"The parameter sort is one of {', '.join(SORTS)}.")
        wanted = query.parse(params["query"])
        self._allowances.query(self._identify.payer(params, request.remote_addr))
        found = self._search.find(wanted, caller.rights.filters, sort)
        apisid = self._identify.session(caller)
        vid, count = self._views.make(apisid, found)
        # Whoever comes by the cookie is not told what it holds: a script could take it elsewhere. Nor is whom the proxy
        # vouches for: the session would outlast its word.
        hidden = apisid == self._cookies.session(request) or self._identify.is_proxied(request)
        named = {} if hidden else {"apisid": apisid}
        answer(response, named | {"vid": vid, "count": count})
