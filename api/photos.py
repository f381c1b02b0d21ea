"""getPhoto: a photo in the size that is asked for."""

from collections.abc import Callable

import falcon

from api.conditional import cache_control, entity_tag, matches
from api.errors import RequestError
from api.identify import Identify
from api.params import Params, parse, quality, side
from cache.key import RenderKey
from cache.tiers import RenderCache
from catalog.photos import Photo
from workers.dispatch import Dispatcher
from workers.errors import SourceChanged
from workers.sizing import Size, output_size
from workers.tasks import key_version

# Where no size is asked for, `quality` plays no part; this much loses nothing that can be seen.
UNSCALED_QUALITY = 95

Refresh = Callable[[Photo], Photo | None]


class GetPhoto:
    """`getPhoto`. `refresh` brings the catalogue up to date on one photo, and gives None where it is gone."""

    def __init__(
        self,
        identify: Identify,
        cache: RenderCache,
        dispatcher: Dispatcher,
        refresh: Refresh,
        *,
        max_side: int,
        max_age: int,
    ) -> None:
        self._identify = identify
        self._cache = cache
        self._dispatcher = dispatcher
        self._refresh = refresh
        self._max_side = max_side
        self._cache_control = cache_control(max_age)

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the render: from the cache at once, else as soon as a worker has made it."""
        params = parse(request.query_string)
        photo = self._identify(params)
        try:
            self._answer(photo, params, request, response)
        except SourceChanged:
            # Edited since the last scan. Whatever was set on the response so far, this sets anew.
            current = self._refresh(photo)
            if current is None:
                raise RequestError("missing", "The photo's file is gone.") from None
            self._answer(current, params, request, response)

    def _answer(self, photo: Photo, params: Params, request: falcon.Request, response: falcon.Response) -> None:
        key = self._key(photo, params)
        tag = entity_tag(key)
        if matches(request.get_header("If-None-Match"), tag):
            response.status = 304
        else:
            response.data = self._cache.get(key) or self._dispatcher.render(photo, key)
            response.content_type = "image/jpeg"
        response.set_header("ETag", tag)
        response.set_header("Cache-Control", self._cache_control)

    def _key(self, photo: Photo, params: Params) -> RenderKey:
        """What the parameters ask of the photo, as one render: equal requests have equal keys."""
        width, height = side(params, "width"), side(params, "height")
        wanted = quality(params)
        if width is None and height is None:
            wanted = UNSCALED_QUALITY
        size = output_size(Size(photo.width, photo.height), width, height, self._max_side)
        return RenderKey(photo.photoid, key_version(photo.version), size.width, size.height, wanted)
