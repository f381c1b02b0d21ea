"""Which sizes are common, and which somebody has asked for before: of a new one nobody may want the renders again."""

from collections import OrderedDict
from threading import Lock

from api.http.params import DEFAULT_QUALITY, Wanted
from workers.devices import Box, Devices

MOST_KNOWN = 4096
OF_THE_PAGE = (Box(160, 160), Box(256, 256), Box(512, 512), Box(1920, 1080))  # where the server names none like them


class Sizes:
    """The sizes that can be asked for: common ones, those that are known since somebody had one made, and new ones.

    A size is a width, a height and a quality as they are asked for. Common are those of `devices`, at the default
    quality, whichever side is named first, that of getThumbnail, and those that the page asks for where there are none
    of a kind. The photo's own size is none: there is one of each photo. Of `most` sizes is known that they were asked
    for; beyond, those are new again that nobody had made for longest.
    """

    def __init__(self, devices: Devices, thumbs_height: int, *, most: int = MOST_KNOWN) -> None:
        boxes = {*devices.named.values(), *devices.default, Box(None, thumbs_height), *OF_THE_PAGE}
        turned = {Box(box.height, box.width) for box in boxes if box.width and box.height}
        self._common = frozenset((box.width, box.height) for box in boxes | turned)
        self._most = most
        self._known: OrderedDict[Wanted, None] = OrderedDict()
        self._lock = Lock()

    def is_common(self, size: Wanted) -> bool:
        """Whether it is a common one, or the photo's own."""
        if size.width is None and size.height is None:
            return True
        return size.quality == DEFAULT_QUALITY and (size.width, size.height) in self._common

    def is_known(self, size: Wanted) -> bool:
        """Whether it is common, or somebody has had it made; it is then known for longer."""
        if self.is_common(size):
            return True
        with self._lock:
            known = size in self._known
            if known:
                self._known.move_to_end(size)
        return known

    def remember(self, size: Wanted) -> None:
        """From now on it is known."""
        with self._lock:
            self._known[size] = None
            if len(self._known) > self._most:
                self._known.popitem(last=False)
