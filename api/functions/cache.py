"""`GET /api/cache`: how full the cache is, and how often it helps, for admins."""

from collections.abc import Callable, Sequence

import falcon

from api.http.answers import answer
from api.identify import Identify
from cache.summary import Summary


class CacheResource:
    """The tiers, the fastest first; `summaries` says how they stand."""

    def __init__(self, identify: Identify, summaries: Callable[[], Sequence[Summary]]) -> None:
        self._identify = identify
        self._summaries = summaries

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Each tier with its fill, its bounds, its hits and misses."""
        self._identify.admin(request, response, "The cache is")
        answer(response, {"tiers": [_shown(each) for each in self._summaries()]})


def _shown(tier: Summary) -> dict[str, object]:
    return {
        "name": tier.name,
        "entries": tier.figures and tier.figures.entries,
        "bytes": tier.figures and tier.figures.bytes,
        "mostEntries": tier.most_entries,
        "mostBytes": tier.most_bytes,
        "hits": tier.hits,
        "misses": tier.misses,
    }
