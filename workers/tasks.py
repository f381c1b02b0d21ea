"""What a worker runs. Thin: find the file, let the pipeline render it, keep the render, say so."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from celery import Celery

import metrics
from cache.key import RenderKey
from cache.tiers import RenderCache
from catalog.files import stored_mtime
from catalog.photoid import source_version
from workers import pipeline
from workers.celery import BACKGROUND, PING, PREFETCH, RENDER, SWEEP
from workers.errors import BRINGS_DOWN, Damaged, Failed, RenderError, SourceChanged, SourceMissing
from workers.flights import DONE, DROPPED, Flights, FlightsDown, Start, Word
from workers.housekeeping import sweep
from workers.pipeline.limits import Limits
from workers.sizing import Size
from workers.versions import key_version

# Work in advance steps back for so many seconds while people wait, then makes one render: it never comes to a halt.
STEP_BACK = {PREFETCH: 2.0, BACKGROUND: 5.0}
LOOK_UP = 0.1

log = logging.getLogger("darkroom.worker")


class Renderer:
    """Makes the renders of one process. `roots` says where this host has the photo roots, by alias; `links` whether
    a symbolic link may lead out of them; `patient` whether work in advance waits here while people wait, which it must
    not where it takes a place that they need; `pause` waits for some seconds.
    """

    def __init__(
        self,
        roots: Mapping[str, Path],
        cache: RenderCache,
        flights: Flights,
        limits: Limits,
        *,
        links: bool = True,
        patient: bool = True,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._roots = roots
        self._cache = cache
        self._flights = flights
        self._limits = limits
        self._links = links
        self._patient = patient
        self._pause = pause

    def render(self, name: str, root: str, path: str, queue: str, deadline: float) -> None:
        """Makes the render whose key has this name, unless it is there or `deadline` (Unix time) has passed.

        Nothing is done where another worker makes it; or where nobody waits for it any more or has it reserved, unless
        it is background work. Else the flight lands, however it goes: those who wait are told, and the render is
        counted before.
        """
        began, kept = time.monotonic(), True
        left = deadline - time.time()
        render: bytes | None = None
        word = Word(name, DONE)
        try:
            key = RenderKey.parse(name)
            self._step_back(queue)
            if not self._begun(name, queue):
                return
            render = self._cache.get(key, counted=False)
            if render is None and left <= 0:
                word = Word(name, DROPPED)
            elif render is None:
                render = self._made(key, root, path, began + left)
                kept = self._cache.put(key, render)
                self._count(queue, "ok", began)
        except RenderError as error:
            self._count(queue, error.kind, began)
            word = Word(name, error.kind, str(error))
        except Exception:
            log.exception("rendering %r of root %s failed", path, root)
            self._count(queue, Failed.kind, began)
            word = Word(name, Failed.kind, "The render failed; the server's log says why.")
        self._flights.land(word, render, kept=kept)

    def answer(self, name: str) -> None:
        """Says that this worker takes tasks and can be heard."""
        self._flights.land(Word(name, DONE), None, kept=True)

    def sweep(self) -> None:
        """Removes what killed processes left in the cache."""
        sweep(self._cache)

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
        if start is Start.DEADLY:
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

    def _made(self, key: RenderKey, root: str, path: str, deadline: float) -> bytes:
        with self._source(root, path) as source:
            status = os.fstat(source.fileno())
            if key.version != key_version(source_version(status.st_size, stored_mtime(status))):
                raise SourceChanged("The photo's file has changed since it was catalogued.")
            size = Size(key.width, key.height)
            if key.quality is None:
                return pipeline.unscaled(source, limits=self._limits, deadline=deadline)
            return pipeline.render(source, size, key.quality, limits=self._limits, deadline=deadline)

    def _source(self, root: str, path: str) -> BinaryIO:
        """The photo's file, open. A message is not trusted to name a place inside its root."""
        folder = self._roots.get(root)
        if folder is None:
            raise SourceMissing(f"This worker has no photo root {root!r}.")
        if path.startswith("/") or ".." in PurePosixPath(path).parts:
            raise SourceMissing("The photo's path leads out of its root.")
        try:
            if not (self._links or (folder / path).resolve().is_relative_to(folder.resolve())):
                raise SourceMissing("The photo's path leads out of its root.")
            return open(folder / path, "rb", opener=_not_blocking)
        except (OSError, ValueError) as error:
            raise SourceMissing("The photo's file is gone, or can't be read.") from error

    @staticmethod
    def _count(queue: str, result: str, began: float) -> None:
        metrics.renders.labels(queue, result).inc()
        metrics.render_seconds.labels(queue).observe(time.monotonic() - began)


def _not_blocking(path: str, flags: int) -> int:
    """Opens what the name of a photo may have become since the scan: a pipe makes nobody wait for its writer."""
    return os.open(path, flags | os.O_NONBLOCK)


def register(app: Celery, renderer: Callable[[], Renderer]) -> None:
    """Gives the app its tasks; `renderer` gives the process's own Renderer when the first of them runs."""

    def render(name: str, root: str, path: str, queue: str, deadline: float) -> None:
        renderer().render(name, root, path, queue, deadline)

    def answer(name: str) -> None:
        renderer().answer(name)

    def sweep_cache() -> None:
        renderer().sweep()

    for name, run in ((RENDER, render), (PING, answer), (SWEEP, sweep_cache)):
        app.task(run, name=name, shared=False)
