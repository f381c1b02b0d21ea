"""Gallery prefetching: whoever looks at one photo of a view or a gallery finds the next ones made."""

import logging
import threading
import time

from api.http.errors import RequestError
from api.http.params import Params, Wanted
from api.identify import Identify, Place
from api.render_responder import RenderResponder
from catalog.errors import CatalogProblem

GATHER = 0.05  # seconds between two looks at who went on: of a screen of tiles that load at once, the last one counts
AGAIN = 30.0  # seconds after which the same photo tells something new
REMEMBERED = 4096  # viewers whose last photo is known
MOST = 64  # viewers at a look; more are passed over

# Who looks at what: a view or a gallery, from where, in which size; and at which photo, which way, when.
Viewer = tuple[str, str, Wanted]
Last = tuple[int, int, float]

log = logging.getLogger("darkroom.api")


class ReadAhead:
    """Has the next `count` photos made in advance, on a thread of its own: no answer waits for it or fails by it.

    A hit pays for a look into a dictionary. Who goes on faster than the thread looks is followed from where he is then.
    """

    def __init__(self, identify: Identify, responder: RenderResponder, count: int) -> None:
        self._identify = identify
        self._responder = responder
        self._count = count
        self._last: dict[Viewer, Last] = {}
        self._moves: dict[Viewer, tuple[Params, Place, int]] = {}
        self._wakeup = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def close(self) -> None:
        """Ends it: what is being asked for is asked for, the rest is not."""
        self._closed.set()
        self._wakeup.set()
        if self._thread.is_alive():
            self._thread.join()

    def seen(self, params: Params, address: str, size: Wanted, place: Place) -> None:
        """Somebody looks at the photo in that place, by a request with these parameters."""
        if not self._count or (size.width is None and size.height is None):
            return
        viewer = (params.get("sid") or params["vid"], address, size)
        now = time.monotonic()
        index, step, at = self._last.get(viewer, (-1, 1, 0.0))
        if index == place.index:
            if now - at < AGAIN:
                return
        else:
            step = 1 if place.index > index else -1
        if len(self._last) >= REMEMBERED:
            # Rare, and cheaper than to keep an order of use: whoever goes backwards is taken to go forwards once.
            self._last.clear()
        self._last[viewer] = (place.index, step, now)
        if len(self._moves) < MOST or viewer in self._moves:
            self._moves[viewer] = (params, place, step)
            if not self._wakeup.is_set():
                self._wakeup.set()

    def _run(self) -> None:
        while self._wakeup.wait() and not self._closed.wait(GATHER):
            self._wakeup.clear()
            for viewer in list(self._moves):  # a copy: others go on meanwhile
                if self._closed.is_set():
                    return
                _, address, size = viewer
                try:
                    self._prefetch(address, size, *self._moves.pop(viewer))
                except Exception:
                    log.exception("photos could not be asked for in advance")

    def _prefetch(self, address: str, size: Wanted, params: Params, place: Place, step: int) -> None:
        """Asked as the viewer would ask: what is not for him is not made for him."""
        for index in range(place.index + step, place.index + step * (self._count + 1), step):
            if not 0 <= index < place.count:
                return
            try:
                photo = self._identify.photo({**params, "index": str(index)}, address)
                self._responder.prefetch(photo, size)
            except (RequestError, CatalogProblem):
                continue  # gone, or out of sight: should he ask for it, he hears why
