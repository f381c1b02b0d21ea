"""Answers with a photo in the size that is asked for: from the cache, from a worker, or from its own file."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import falcon

from api.http.conditional import CacheControl, Validators, entity_tag
from api.http.delivery import GONE, Files, send
from api.http.errors import LimitReached, RequestError
from api.http.params import Wanted
from api.http.server import CACHED, REMEMBER, Recipe
from api.limits.allowances import Allowances, Payer
from api.limits.patience import client_of
from api.negative_cache import NegativeCache
from cache.key import RenderKey
from cache.render_cache import RenderCache
from catalog.damages import Damages
from catalog.files import stored_mtime
from catalog.kinds.formats import too_long
from catalog.photoid import is_version_of
from catalog.photos import Photo
from workers.dispatch import Dispatcher, Prefetched
from workers.errors import SourceChanged, TooLarge, Unsupported
from workers.flights.waits import Client
from workers.pipeline.limits import Limits
from workers.pipeline.lossless.strip import Plan, deliverable
from workers.queue.app import INTERACTIVE
from workers.sizing import Size, output_size
from workers.versions import key_version

DAMAGED = "X-Darkroom-Damaged"  # with a word of `catalog.kinds.damage`
REMEMBERED = 8192  # photos and sizes whose key need not be worked out again

Refresh = Callable[[Photo], Photo | None]
Paying = Callable[[], Payer]  # who pays: asked only where something costs


@dataclass(frozen=True, slots=True)
class Render:
    """What is asked for, as the cache and as HTTP name it: to who may hear the photo's date, and to who may not."""

    key: RenderKey
    validators: Validators
    undated: Validators


@dataclass(frozen=True, slots=True)
class _Planned:
    """How a photo's own file is delivered, None: not so; and when the system had last changed anything about it."""

    plan: Plan | None
    ctime_ns: int


class RenderResponder:
    """Answers with renders. `refresh` brings the catalogue up to date on one photo; None where it is gone."""

    def __init__(
        self,
        cache: RenderCache,
        dispatcher: Dispatcher,
        negative_cache: NegativeCache,
        damages: Damages,
        refresh: Refresh,
        files: Files,
        allowances: Allowances,
        *,
        limits: Limits,
        max_side: int,
        max_age: int,
    ) -> None:
        self._cache = cache
        self._dispatcher = dispatcher
        self._negative_cache = negative_cache
        self._damages = damages
        self._refresh = refresh
        self._files = files
        self._allowances = allowances
        self._limits = limits
        self._max_side = max_side
        self._cache_control = CacheControl(max_age)
        self._render = lru_cache(REMEMBERED)(self._worked_out)
        self._plans: dict[Photo, _Planned] = {}

    def answer(
        self,
        photo: Photo,
        size: Wanted,
        request: falcon.Request,
        response: falcon.Response,
        paying: Paying,
        *,
        dated: bool,
        version: str | None = None,
        queue: str = INTERACTIVE,
    ) -> None:
        """Answers with the photo in that size: from the cache at once, else as soon as a worker has made it, who serves
        that queue. `dated` says whether the caller may hear when the photo's file was changed; `version` is the one
        that the URL names.

        Raises:
            LimitReached: it costs something, and the caller has had as much as one may have for now.
            Forbidden: the caller may have common sizes alone.
        """
        self._allowances.require_size(size, paying)
        try:
            self._answer(photo, size, request, response, paying, version, queue, dated=dated)
        except SourceChanged:
            # Edited since the last scan. Whatever was set on the response so far, this sets anew.
            try:
                current = self._refresh(photo)
            except OSError as error:  # a disk, or a network, that gives it no longer
                raise RequestError("missing", GONE) from error
            if current is None:
                raise RequestError("missing", "The photo's file is gone.") from None
            self._answer(current, size, request, response, paying, version, queue, dated=dated)

    def prefetch(self, photo: Photo, size: Wanted, paying: Paying | None = None) -> Prefetched:
        """Has the photo's render in that size made in advance, and waits for nothing; refused where it can't be, or
        where it is more than who pays may have for now. Nobody pays for what the server makes by itself.
        """
        try:
            key = self._render(photo, size).key
        except (TooLarge, Unsupported):
            return Prefetched.REFUSED
        if self._cache.has(key):  # asked before the catalogue, which takes longer
            return Prefetched.CACHED
        if key.quality is None or self._negative_cache.has(photo):
            return Prefetched.REFUSED
        if paying is not None:
            try:
                self._allowances.miss(paying(), size)
            except LimitReached:
                return Prefetched.REFUSED
        return self._dispatcher.prefetch(photo, key)

    def require_size(self, size: Wanted, paying: Paying) -> None:
        """Raises Forbidden where the caller may have common sizes alone, and this is none."""
        self._allowances.require_size(size, paying)

    def _answer(
        self,
        photo: Photo,
        size: Wanted,
        request: falcon.Request,
        response: falcon.Response,
        paying: Paying,
        version: str | None,
        queue: str,
        *,
        dated: bool,
    ) -> None:
        render = self._render(photo, size)
        validators = render.validators if dated else render.undated
        response.set_header("Cache-Control", self._cache_control.of(version, render.key.version))
        if render.key.quality is None and self._delivered(photo, validators, request, response, paying):
            return
        header = request.env.get  # a tenth of what Falcon's own way costs
        now = time.time()
        body: Callable[[], bytes | None] | None = None  # of an answer that may be given again
        if validators.are_those_of(header("HTTP_IF_NONE_MATCH"), header("HTTP_IF_MODIFIED_SINCE"), now):
            response.status = 304
            request.env[CACHED] = True
            body = bytes
        else:
            cached = self._cache.get(render.key)
            if cached is None:
                cached = self._made(photo, size, render.key, paying(), client_of(request), queue)
            else:
                request.env[CACHED] = True
                body = partial(self._cache.at_hand, render.key)
            response.data = cached
            response.content_type = "image/jpeg"
        validators.tell(response.set_header, now)
        damage = self._damages.of(photo)  # the worker's word is heard before its render
        if damage:
            response.set_header(DAMAGED, damage)
        recipe: Recipe | None = request.env.get(REMEMBER)
        if recipe is not None and body is not None and validators.are_settled(now):
            recipe.body = body
            recipe.holds.append(partial(self._damages.is_still, photo, damage))
            if response.data is not None:
                recipe.again.append(self._cache.hit_at_hand)

    def _made(self, photo: Photo, size: Wanted, key: RenderKey, payer: Payer, client: Client, queue: str) -> bytes:
        """A render that no tier has. A photo that failed once is not tried again, and costs nothing."""
        if key.quality is None:
            self._limits.check_output(Size(key.width, key.height))
        with self._negative_cache.recording(photo):
            self._allowances.miss(payer, size)
            return self._dispatcher.render(photo, key, client, queue=queue, caller=payer.name)

    def _delivered(
        self, photo: Photo, validators: Validators, request: falcon.Request, response: falcon.Response, paying: Paying
    ) -> bool:
        """Answers with the photo's own file less its metadata; False where that takes a worker.

        Raises:
            SourceChanged: the file is not the one that the catalogue knows.
        """
        known = self._plans.get(photo)
        if known is not None and known.plan is None:
            return False
        file = self._files.opened(photo)
        try:
            status = os.fstat(file.fileno())
            if not is_version_of(photo.version, status.st_size, stored_mtime(status)):
                raise SourceChanged("The photo's file has changed since it was catalogued.")
            # It may have been edited under the same size and time, of which the next scan will tell.
            if known is None or known.ctime_ns != status.st_ctime_ns:
                with self._negative_cache.recording(photo):
                    known = _Planned(deliverable(file), status.st_ctime_ns)
                if len(self._plans) >= REMEMBERED:
                    self._plans.clear()
                self._plans[photo] = known
            plan = known.plan
        except BaseException:
            file.close()
            raise
        if plan is None:
            file.close()
            return False
        if plan.damage:
            self._damages.hear(photo, plan.damage)
            response.set_header(DAMAGED, plan.damage)
        charge = partial(self._charge, paying)
        send(request, response, file, plan.parts, "image/jpeg", validators, charge)
        return True

    def _charge(self, paying: Paying, size: int) -> None:
        self._allowances.original(paying(), size)

    def _worked_out(self, photo: Photo, size: Wanted) -> Render:
        """What the parameters ask of the photo, as one render: equal requests have equal keys.

        Raises:
            Unsupported: no render can have a name that is of such a size.
            TooLarge: the result would be.
        """
        if why := too_long(photo.width, photo.height):
            raise Unsupported(why)
        quality = None if size.width is None and size.height is None else size.quality
        output = output_size(Size(photo.width, photo.height), size.width, size.height, self._max_side, fits=size.fits)
        key = RenderKey(photo.photoid, key_version(photo.version), output.width, output.height, quality)
        validators = Validators.of(entity_tag(key), photo.mtime_ns)
        return Render(key, validators, validators.undated())
