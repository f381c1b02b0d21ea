"""The cache's figures, for admins."""

import pytest

from api.functions.cache import CacheResource
from cache.summary import Summary
from cache.tier import Figures
from tests.api.house import Asking, House

TIERS = (
    Summary("memory", Figures(2, 300), None, 64_000, 5, 7),
    Summary("disk", None, 1000, 10_000_000, 3, 4, "The disk is ill, below /srv."),
)


@pytest.fixture
def ask(house: House) -> Asking:
    """`GET /api/cache`."""
    return house.ask(CacheResource(house.identify, lambda: TIERS).on_get)


def test_figures(ask: Asking) -> None:
    answer = ask(apisid="root")
    assert answer.json == {
        "tiers": [
            {
                "name": "memory",
                "entries": 2,
                "bytes": 300,
                "mostEntries": None,
                "mostBytes": 64_000,
                "hits": 5,
                "misses": 7,
            },
            {
                "name": "disk",
                "entries": None,
                "bytes": None,
                "mostEntries": 1000,
                "mostBytes": 10_000_000,
                "hits": 3,
                "misses": 4,
            },
        ]
    }


@pytest.mark.parametrize("apisid", [None, "sailor", "nonsense"])
def test_they_are_for_admins(ask: Asking, apisid: str | None) -> None:
    answer = ask(apisid=apisid)
    assert (answer.status_code, answer.json["title"]) == (403, "Forbidden")
