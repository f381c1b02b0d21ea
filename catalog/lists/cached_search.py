"""Searches, of which the one that everybody begins with is remembered: all photos there are to see."""

from catalog.generations import Generations, Memo
from catalog.people.access import parsed
from catalog.search.sql import Search, Sort
from catalog.search.tree import Everything, Node

REMEMBERED = 4  # answers, for callers of different filters and in different orders: 16 MB each of a million photos

Filters = tuple[str, ...] | None


class CachedSearch:
    """Finds photos as `Search` does. All photos in an order are looked up once, until photos change."""

    def __init__(self, search: Search, generations: Generations) -> None:
        self._search = search
        self._generations = generations
        self._everything = Memo(lambda: generations.photos, self._find_everything, REMEMBERED)

    def find(self, node: Node, filters: Filters = None, sort: Sort = "date") -> bytes:
        """The ids of the photos, as `Search.find` gives them; `filters` are those of `Rights`."""
        if not isinstance(node, Everything) or sort == "random":
            return self._search.find(node, parsed(filters), sort)
        self._generations.look()  # whoever has just seen a scan end finds what it brought
        return self._everything((filters, sort))

    def _find_everything(self, key: tuple[Filters, Sort]) -> bytes:
        filters, sort = key
        return self._search.find(Everything(), parsed(filters), sort)
