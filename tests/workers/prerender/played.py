"""A library of small photos, a cache, and a dispatcher whose worker is played by the test."""

from collections.abc import Iterable
from dataclasses import replace

from cache.disk import Budget, DiskTier
from cache.key import RenderKey
from cache.render_cache import RenderCache
from catalog.damages import Damages
from catalog.jobs.jobs import Job, Jobs, JobSpec, Origin
from catalog.jobs.progress import JobProgress
from catalog.lists.snapshots import joined
from catalog.photos import Photo, Photos
from catalog.render_failures import RenderFailures
from catalog.scan.scan import refresh
from config import Settings
from tests.catalog.library import Library, jpeg, put
from workers.devices import Box
from workers.flights.registry import DONE, Completion
from workers.prerender.missing import MissingRenders, Pending, keys_of
from workers.prerender.order_dispatcher import WINDOW, Inbox, OrderDispatcher, Unreachable
from workers.prerender.run import RunComponents

BOXES = (Box(8, 8), Box(None, 4))
RENDER = b"\xff\xd8" + bytes(996) + b"\xff\xd9"


class PlayedDispatcher(OrderDispatcher):
    """Holds what was sent, until the test says what came of it."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[Pending, Inbox]] = {}
        self.history: list[str] = []
        self.down = False
        self.alone = False

    @property
    def room(self) -> int:
        return WINDOW - len(self.sent)

    @property
    def busy(self) -> bool:
        return bool(self.sent)

    @property
    def silent(self) -> bool:
        return self.alone

    def send(self, name: str, pending: Pending, inbox: Inbox) -> None:
        if self.down:
            raise Unreachable("down")
        self.sent[name] = (pending, inbox)
        self.history.append(name)

    def look(self) -> None:
        """Nothing is lost by itself."""

    def forget(self, name: str) -> None:
        self.sent.pop(name, None)

    def read(self) -> None:
        """Nothing."""

    def say(self, name: str, outcome: str = DONE, reason: str = "") -> None:
        """Says what came of an order, as a worker says it."""
        self.sent[name][1].append(Completion(name, outcome, reason))


class House:
    """Photos of `count` colours, scanned, and all that a run works with."""

    def __init__(self, library: Library, count: int = 5) -> None:
        self.library = library
        for number in range(count):
            put(library.a / f"{number:03}.jpg", jpeg(size=(12 + number, 8)))
        library.scan()
        self.engine = library.engine
        self.settings: Settings = library.settings
        self.cache = RenderCache([DiskTier(library.folder / "renders", Budget(free=0))])
        library.closing.callback(self.cache.close)
        self.missing = MissingRenders(
            Photos(self.engine), RenderFailures(self.engine), self.cache, max_side=8192, thumbs_height=160
        )
        self.jobs, self.progress, self.dispatcher = Jobs(self.engine), JobProgress(self.engine), PlayedDispatcher()

    @property
    def photos(self) -> list[Photo]:
        """All of them, in order."""
        return list(self.library.photos().values())

    def photoids(self) -> bytes:
        """Their ids."""
        return joined(photo.photoid for photo in self.photos)

    def components(self, *, in_process: bool = False) -> RunComponents:
        def refreshed(photo: Photo) -> Photo | None:
            return refresh(self.engine, self.settings, photo)

        known = (self.missing, RenderFailures(self.engine), Damages(self.engine))
        return RunComponents(self.jobs, self.progress, *known, self.dispatcher, refreshed, in_process)

    def job(self, need: int = 1000, room: int = 10**9) -> Job:
        """A job over all of them in BOXES."""
        spec = JobSpec(Origin.ASKED, "*", tuple(map(str, BOXES)), need, room)
        return self.jobs.make(spec, "", self.photoids())

    def keys(self, photo: Photo) -> tuple[RenderKey, ...]:
        """The keys of what a job wants of a photo."""
        return keys_of(photo, BOXES, 8192, 160)

    def render(self, photos: Iterable[Photo]) -> None:
        """Has the cache hold what a job wants of them."""
        for photo in photos:
            for key in self.keys(photo):
                self.cache.put(key, RENDER)

    def work(self, name: str) -> None:
        """Plays a worker that makes an order."""
        self.render([self.dispatcher.sent[name][0].photo])
        self.dispatcher.say(name)

    def limited(self, size: int) -> Settings:
        """The settings with so many bytes for the disk cache."""
        return replace(self.settings, cache_disk_bytes=type(self.settings.cache_disk_bytes)(size))
