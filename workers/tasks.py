"""What a worker runs. Thin: find the file, let the pipeline render it, keep the render, say so."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from celery import Celery

import metrics
from cache.key import RenderKey
from cache.render_cache import RenderCache
from cache.tier import PATIENT
from catalog.beneath.opening import CrossesLink, LeadsOut
from catalog.beneath.photo_files import NoRegularFile, PhotoFiles
from catalog.files import stored_mtime
from confine.processes import Closing
from workers.confined.outside import InProcess, Pipeline
from workers.errors import BRINGS_DOWN, Damaged, Failed, RenderError, SourceChanged, SourceMissing
from workers.flights.orders import MemoryOrders, Orders
from workers.flights.registry import DONE, DROPPED, Completion, Flights, FlightsDown, Start
from workers.housekeeping import sweep
from workers.memory_budget import MemoryBudget
from workers.pipeline.cost import cost
from workers.pipeline.limits import Limits
from workers.pipeline.source import GONE, unreadable
from workers.queue.app import BACKGROUND, INTERACTIVE, LADDER, PING, PREFETCH, RENDER, SWEEP
from workers.sizing import Size
from workers.versions import is_current

# Work in advance steps back for so many seconds while people wait, then makes one render: it never comes to a halt.
STEP_BACK = {PREFETCH: 2.0, BACKGROUND: 5.0}
LOOK_UP = 0.1

# A Redis that starts anew is back within seconds; a disk that is full stays so.
KEEPING_TRIES, KEEPING_PAUSE = 12, 0.5

FAILED = "The render failed; the server's log says why."

log = logging.getLogger("darkroom.worker")


@dataclass(frozen=True, slots=True)
class Landing:
    """How a flight ends: what is said, the render, and whether all who share the cache can see it there."""

    completion: Completion
    render: bytes | None = None
    kept: bool = True


class Renderer:
    """Makes the renders of one process. `roots` says where this host has the photo roots, by alias; `links` whether
    symbolic links are followed, wherever they lead; `orders` are what jobs have ordered; `budget` is the memory of all
    renders here; `patient` whether work in advance waits here while people wait, which it must not where it takes a
    place that they need; `pipeline` renders, in this process where it is None; `pause` waits for some seconds.
    """

    def __init__(
        self,
        roots: Mapping[str, Path],
        cache: RenderCache,
        flights: Flights,
        limits: Limits,
        *,
        links: bool = True,
        orders: Orders | None = None,
        budget: MemoryBudget | None = None,
        patient: bool = True,
        pipeline: Pipeline | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._files = PhotoFiles(roots, follow_links=links)
        self._cache = cache
        self._flights = flights
        self._limits = limits
        self._orders = orders or MemoryOrders()
        self._budget = budget or MemoryBudget()
        self._patient = patient
        self._pipeline = pipeline or InProcess()
        self._pause = pause

    def render(self, name: str, root: str, path: str, queue: str) -> None:
        """Makes the render whose key has this name, unless it is there.

        Nothing is done where another worker makes it; or where nobody waits for it any more or has it reserved, unless
        it is background work. Else the flight lands, however it goes: those who wait are told, and the render is
        counted before. What has begun is finished and kept, though those who waited may be gone by then.
        """
        began = time.monotonic()

        def made() -> Landing | None:
            key = RenderKey.parse(name)
            self._step_back(queue)
            if not self._begun(name, queue):
                return None
            render = self._cache.get(key, counted=False)
            if render is not None:
                return Landing(Completion(name, DONE), render)
            render, damage = self._made(key, root, path, queue)
            kept = self._cache.put(key, render)
            self._count(queue, "ok", began)
            return Landing(Completion(name, DONE, damage=damage), render, kept)

        with self._budget.place() if queue == INTERACTIVE else nullcontext():
            self._land(name, queue, path, made)

    def ladder(self, order: str, names: Sequence[str], root: str, path: str) -> None:
        """Makes those renders of one photo whose keys have these names, from one decode, as a job has ordered.

        Nothing is done where the order no longer stands. What a cache has, or another worker is at, is left out. Each
        render is announced as it is made, and the order when all of them are, or with the first error.
        """

        def made() -> Landing | None:
            damage = ""
            try:
                if not (self._orders.take(order) and self._begun(order, BACKGROUND)):
                    return None
                self._step_back(BACKGROUND)
                keys = [RenderKey.parse(name) for name in names]
                held = self._cache.held(keys)
                missing = [key for key in keys if key not in held]
                if missing:
                    damage = self._make_ladder(missing, root, path)
            except FlightsDown as error:
                log.warning("renders in advance are left for later: %s", error)
                return Landing(Completion(order, DROPPED))
            return Landing(Completion(order, DONE, damage=damage))

        self._land(order, BACKGROUND, path, made)

    def answer(self, name: str) -> None:
        """Says that this worker takes tasks and can be heard."""
        self._flights.land(Completion(name, DONE), None, kept=True)

    def sweep(self) -> None:
        """Removes what killed processes left in the cache."""
        sweep(self._cache)

    def _land(self, name: str, queue: str, path: str, make: Callable[[], Landing | None]) -> None:
        """Lands the flight of that name with what `make` gives, or with the error that it raises; None: it is none of
        this worker's.
        """
        began = time.monotonic()
        try:
            landing = make()
        except RenderError as error:
            self._count(queue, error.kind, began)
            landing = Landing(Completion(name, error.kind, str(error)))
        except Closing:  # whoever still wants it asks anew, and another worker makes it
            landing = Landing(Completion(name, DROPPED))
        except Exception:
            log.exception("rendering %r failed (%s)", path, name)
            self._count(queue, Failed.kind, began)
            landing = Landing(Completion(name, Failed.kind, FAILED))
        if landing is not None:
            self._flights.land(landing.completion, landing.render, kept=landing.kept)

    def _make_ladder(self, keys: Sequence[RenderKey], root: str, path: str) -> str:
        """Makes the renders of one photo under these keys, which differ in size alone; gives what damage it has."""
        by_size = {Size(key.width, key.height): key for key in keys}
        if len({(key.photoid, key.version, key.quality) for key in keys}) > 1 or keys[0].quality is None:
            raise ValueError("the keys of a ladder differ in more than size")
        begun: set[str] = set()
        damage = list[str]()

        def wanted(size: Size) -> bool:
            name = by_size[size].name
            if self._begun(name, BACKGROUND):
                begun.add(name)
            return name in begun

        try:
            with self._source(root, path) as source, ExitStack() as memory:
                self._check_version(keys[0], source)
                limits, quality = self._limits, keys[0].quality
                memory.enter_context(self._reserved(source, _around(by_size), BACKGROUND))
                began = time.monotonic()
                for size, render in self._pipeline.render_ladder(
                    source, by_size, quality, limits=limits, on_damage=damage.append, wanted=wanted
                ):
                    kept = self._kept(by_size[size], render)
                    self._count(BACKGROUND, "ok", began)
                    self._flights.land(Completion(by_size[size].name, DONE, damage="".join(damage)), render, kept=kept)
                    begun.discard(by_size[size].name)
                    began = time.monotonic()
                    if not kept:
                        raise Failed("No cache that others see has taken the render: is its disk full?")
        finally:
            for name in begun:  # whoever has come to wait for it asks for it by itself
                self._flights.land(Completion(name, DROPPED), None, kept=True)
        return "".join(damage)

    def _kept(self, key: RenderKey, render: bytes) -> bool:
        """Keeps a render for which nobody waits: a tier that is busy, or away for a moment, is asked again."""
        for _ in range(KEEPING_TRIES):
            if self._cache.put(key, render, patience=PATIENT):
                return True
            self._pause(KEEPING_PAUSE)
        return False

    def _begun(self, name: str, queue: str) -> bool:
        """Whether this worker is the one to make the render.

        Raises:
            Damaged: each worker that tried has died.
        """
        try:
            start = self._flights.begin(name, wanted=queue != BACKGROUND)
        except FlightsDown as error:
            log.warning("a render is made without asking whether somebody wants it: %s", error)
            return True
        if start is Start.POISON:
            raise Damaged(BRINGS_DOWN)
        return start is Start.BEGUN

    def _step_back(self, queue: str) -> None:
        """Waits while people do, where the queue is not theirs."""
        if not self._patient or queue not in STEP_BACK:
            return
        end = time.monotonic() + STEP_BACK[queue]
        try:
            while self._flights.waiting() and time.monotonic() < end:
                self._pause(LOOK_UP)
        except FlightsDown as error:
            log.warning("nobody says whether people wait: %s", error)

    def _made(self, key: RenderKey, root: str, path: str, queue: str) -> tuple[bytes, str]:
        """The render, and what damage its photo has, empty for none."""
        damage, limits = list[str](), self._limits
        size = None if key.quality is None else Size(key.width, key.height)
        with self._source(root, path) as source:
            self._check_version(key, source)
            whole = Size(key.width, key.height)
            with self._reserved(source, size, queue):
                if size is None or key.quality is None:
                    made = self._pipeline.unscaled(source, whole, limits=limits, on_damage=damage.append)
                else:
                    made = self._pipeline.render(source, size, key.quality, limits=limits, on_damage=damage.append)
        return made, "".join(damage)

    def _reserved(self, source: BinaryIO, largest: Size | None, queue: str) -> AbstractContextManager[None]:
        """The memory that the photo takes, as soon as there is room for it; its own time begins then."""
        bytes = cost(source, largest, self._limits)
        return self._budget.reserved(bytes, self._limits.max_seconds, ahead=queue != INTERACTIVE)

    @staticmethod
    def _check_version(key: RenderKey, source: BinaryIO) -> None:
        status = os.fstat(source.fileno())
        if not is_current(key.version, status.st_size, stored_mtime(status)):
            raise SourceChanged("The photo's file has changed since it was catalogued.")

    def _source(self, root: str, path: str) -> BinaryIO:
        """The photo's file, open. A message is not trusted to name a place inside its root."""
        file = self._files.of(root, path)
        if file is None:
            raise SourceMissing(f"This worker has no photo root {root!r}.")
        try:
            return file.open()
        except (CrossesLink, LeadsOut) as error:
            raise SourceMissing("The photo's path leads out of its root.") from error
        except NoRegularFile as error:
            raise SourceMissing(GONE) from error
        except OSError as error:
            raise unreadable(error) from error

    @staticmethod
    def _count(queue: str, result: str, began: float) -> None:
        metrics.renders.labels(queue, result).inc()
        metrics.render_seconds.labels(queue).observe(time.monotonic() - began)


def _around(sizes: Iterable[Size]) -> Size:
    """What is as wide as the widest, and as high as the highest."""
    widths, heights = zip(*((size.width, size.height) for size in sizes), strict=True)
    return Size(max(widths), max(heights))


def register(app: Celery, renderer: Callable[[], Renderer]) -> None:
    """Gives the app its tasks; `renderer` gives the process's own Renderer when the first of them runs.

    Front ends up to 0.2.0 say in a further argument by when, by their own clock; it is not looked at.
    """

    def render(name: str, root: str, path: str, queue: str, *_: object) -> None:
        renderer().render(name, root, path, queue)

    def ladder(order: str, names: Sequence[str], root: str, path: str, *_: object) -> None:
        renderer().ladder(order, names, root, path)

    def answer(name: str) -> None:
        renderer().answer(name)

    def sweep_cache() -> None:
        renderer().sweep()

    for name, run in ((RENDER, render), (LADDER, ladder), (PING, answer), (SWEEP, sweep_cache)):
        app.task(run, name=name, shared=False)
