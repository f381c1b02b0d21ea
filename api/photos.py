"""getPhoto and getThumbnail: a photo in the size that is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import falcon

from api.conditional import cache_control, entity_tag, matches
from api.errors import RequestError
from api.identify import Identify
from api.params import DEFAULT_QUALITY, Params, Wanted, parse, wanted
from cache.key import RenderKey
from cache.tiers import RenderCache
from catalog.photos import Photo
from workers.dispatch import Dispatcher
from workers.errors import SourceChanged
from workers.sizing import Size, output_size
from workers.tasks import key_version

# Where no size is asked for, `quality` plays no part; this much loses nothing that can be seen.
UNSCALED_QUALITY = 95

REMEMBERED = 8192  # photos and sizes whose key need not be worked out again

Refresh = Callable[[Photo], Photo | None]


@dataclass(frozen=True, slots=True)
class Render:
    """What is asked for, as the cache and as HTTP name it."""

    key: RenderKey
    tag: str


class Renders:
    """Answers with renders. `refresh` brings the catalogue up to date on one photo; None where it is gone."""

    def __init__(
        self, cache: RenderCache, dispatcher: Dispatcher, refresh: Refresh, *, max_side: int, max_age: int
    ) -> None:
        self._cache = cache
        self._dispatcher = dispatcher
        self._refresh = refresh
        self._max_side = max_side
        self._cache_control = cache_control(max_age)
        self._render = lru_cache(REMEMBERED)(self._worked_out)

    def answer(self, photo: Photo, size: Wanted, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the photo in that size: from the cache at once, else as soon as a worker has made it."""
        try:
            self._answer(photo, size, request, response)
        except SourceChanged:
            # Edited since the last scan. Whatever was set on the response so far, this sets anew.
            current = self._refresh(photo)
            if current is None:
                raise RequestError("missing", "The photo's file is gone.") from None
            self._answer(current, size, request, response)

    def _answer(self, photo: Photo, size: Wanted, request: falcon.Request, response: falcon.Response) -> None:
        render = self._render(photo, size)
        if matches(request.get_header("If-None-Match"), render.tag):
            response.status = 304
        else:
            # waitress says whether the client has hung up; other servers don't.
            gone = request.env.get("waitress.client_disconnected", bool)
            response.data = self._cache.get(render.key) or self._dispatcher.render(photo, render.key, gone)
            response.content_type = "image/jpeg"
        response.set_header("ETag", render.tag)
        response.set_header("Cache-Control", self._cache_control)

    def _worked_out(self, photo: Photo, size: Wanted) -> Render:
        """What the parameters ask of the photo, as one render: equal requests have equal keys."""
        unscaled = size.width is None and size.height is None
        quality = UNSCALED_QUALITY if unscaled else size.quality
        output = output_size(Size(photo.width, photo.height), size.width, size.height, self._max_side)
        key = RenderKey(photo.photoid, key_version(photo.version), output.width, output.height, quality)
        return Render(key, entity_tag(key))


class GetPhoto:
    """`getPhoto` and its like: `size` says which size the parameters ask for."""

    def __init__(self, identify: Identify, renders: Renders, size: Callable[[Params], Wanted] = wanted) -> None:
        self._identify = identify
        self._renders = renders
        self._size = size

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the JPEG."""
        params = parse(request.query_string)
        photo = self._identify.photo(params, request.remote_addr)
        self._renders.answer(photo, self._size(params), request, response)


def thumbnail(height: int) -> Callable[[Params], Wanted]:
    """The size of `getThumbnail`, whatever else is given: that height in pixels."""
    size = Wanted(None, height, DEFAULT_QUALITY)
    return lambda _: size
