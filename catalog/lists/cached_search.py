"""Searches, of which the one that everybody begins with is remembered: all photos there are to see."""

import os
from collections.abc import Callable
from functools import partial

from catalog.generations import Generations, Memo
from catalog.people.access import parsed
from catalog.search.patience import Patience
from catalog.search.sql import Search, Sort
from catalog.search.tree import Everything, Node, has_patterns
from catalog.search.turns import Turns

REMEMBERED = 4  # answers, for callers of different filters and in different orders: 16 MB each of a million photos
PLACES = 16  # for searches of either sort that wait, where nothing else is said

Filters = tuple[str, ...] | None


class CachedSearch:
    """Finds photos as `Search` does. All photos in an order are looked up once, until photos change.

    Few search at once, as each takes a core. Those that look through the texts of all photos, for their patterns, have
    turns of their own: whoever searches by words waits for none of them.
    """

    def __init__(self, search: Search, generations: Generations, places: int = PLACES) -> None:
        self._search = search
        self._generations = generations
        self._everything = Memo(lambda: generations.photos, self._find_everything, REMEMBERED)
        cores = os.cpu_count() or 1
        self.turns = Turns(max(2, cores), places)
        self.turns_of_patterns = Turns(max(1, cores // 2), places)

    def find(self, node: Node, filters: Filters = None, sort: Sort = "date", patience: Patience | None = None) -> bytes:
        """The ids of the photos, as `Search.find` gives them; `filters` are those of `Rights`.

        Raises:
            TryLater: whoever asks has no patience left, or too many search already. Without any, no turn is taken.
        """
        if isinstance(node, Everything) and sort != "random":
            self._generations.look()  # whoever has just seen a scan end finds what it brought
            key = filters, sort
            # Others who waited for the same find it remembered when it is their turn.
            ask = partial(self._everything, key, partial(self._find_everything, patience=patience))
            return self._everything.remembered(key) or self._in_turn(node, filters, patience, ask)
        return self._in_turn(node, filters, patience, partial(self._search.find, node, parsed(filters), sort, patience))

    def _in_turn(self, node: Node, filters: Filters, patience: Patience | None, ask: Callable[[], bytes]) -> bytes:
        if patience is None:
            return ask()
        long = any(map(has_patterns, (node, *(parsed(filters) or ()))))
        with (self.turns_of_patterns if long else self.turns).taken(patience):
            return ask()

    def _find_everything(self, key: tuple[Filters, Sort], patience: Patience | None = None) -> bytes:
        filters, sort = key
        return self._search.find(Everything(), parsed(filters), sort, patience)
