"""Gallery prefetching: whoever looks at one photo of a view or a gallery finds the next ones made."""

import time
from collections.abc import Sequence

from api.aside import Aside
from api.errors import RequestError
from api.identify import Identify, Place
from api.params import Params, Wanted
from api.renders import Renders
from catalog.errors import CatalogProblem

REMEMBERED = 4096  # viewers whose last photo is known
AGAIN = 30.0  # seconds after which the same photo tells something new

# Who looks at what: a view or a gallery, from where, in which size; and at which photo, which way, when.
Viewer = tuple[str, str, Wanted]
Last = tuple[int, int, float]


class Following:
    """Has the next `count` photos made in advance, on `aside`: no answer waits for it, and none fails by it."""

    def __init__(self, identify: Identify, renders: Renders, aside: Aside, count: int) -> None:
        self._identify = identify
        self._renders = renders
        self._aside = aside
        self._count = count
        self._last: dict[Viewer, Last] = {}

    def seen(self, params: Params, address: str, size: Wanted, place: Place) -> None:
        """Somebody looks at the photo in that place, by a request with these parameters."""
        if not self._count or (size.width is None and size.height is None):
            return
        viewer = (params.get("sid") or params["vid"], address, size)
        now = time.monotonic()
        index, step, at = self._last.get(viewer, (-1, 1, 0.0))
        if index == place.index:
            if now - at < AGAIN:  # asked again and again: it must cost nothing
                return
        else:
            step = 1 if place.index > index else -1
        if len(self._last) >= REMEMBERED:
            # Rare, and cheaper than to keep an order of use: whoever goes backwards is taken to go forwards once.
            self._last.clear()
        self._last[viewer] = (place.index, step, now)
        places = range(place.index + step, place.index + step * (self._count + 1), step)
        indexes = [each for each in places if 0 <= each < place.count]
        if indexes:
            self._aside.later(lambda: self._prefetch(params, address, size, indexes))

    def _prefetch(self, params: Params, address: str, size: Wanted, indexes: Sequence[int]) -> None:
        """Asked as the viewer would ask: what is not for him is not made for him."""
        for index in indexes:
            try:
                photo = self._identify.photo({**params, "index": str(index)}, address)
                self._renders.prefetch(photo, size)
            except (RequestError, CatalogProblem):
                continue  # gone, or out of sight: should he ask for it, he hears why
