"""`POST /api/prefetch`: a client says which photos will be looked at soon, and in which sizes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial

import falcon

from api.http.answers import answer
from api.http.bodies import is_a, json_object
from api.http.errors import RequestError
from api.http.params import DEFAULT_QUALITY, Params, Wanted, required
from api.identify import Identify
from api.render_responder import Paying, RenderResponder
from catalog.errors import Forbidden, Missing, PhotoMissing
from catalog.photos import Photo
from workers.dispatch import Prefetched

TYPES: Mapping[str, type] = {"sid": str, "vid": int, "photoids": list, "first": int, "count": int, "sizes": list}
SIZE_FIELDS = ("width", "height", "quality")
COUNT = 20
MOST = 1000  # renders that one request may ask for


class PrefetchResource:
    """`POST /api/prefetch`. `max_side` is the longest side of a render in pixels."""

    def __init__(self, identify: Identify, responder: RenderResponder, max_side: int) -> None:
        self._identify = identify
        self._responder = responder
        self._max_side = max_side

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Queues the renders and waits for none: 202, and what comes of them."""
        given = self._identify.asked(request, response)
        caller = {"apisid": required(given, "apisid")} if "apisid" in given else {}
        body = json_object(request, TYPES)
        sizes = _sizes(body.get("sizes"), self._max_side)
        first, count = _number(body, "first", 0, 0), _number(body, "count", COUNT, 1)
        if count * len(sizes) > MOST:
            raise RequestError(
                "malformed", f"The fields count and sizes ask for {count * len(sizes)} renders: {MOST} are the most."
            )
        paying = partial(self._identify.payer, given, request.remote_addr)
        for size in sizes:
            self._responder.require_size(size, paying)
        photos = list(self._photos(caller, request.remote_addr, body, range(first, first + count)))
        came = Counter(self._prefetch(photo, size, paying) for photo in photos for size in sizes)
        response.status = 202
        answer(response, {each.value: came[each] for each in Prefetched})

    def _prefetch(self, photo: Photo | None, size: Wanted, paying: Paying) -> Prefetched:
        return Prefetched.REFUSED if photo is None else self._responder.prefetch(photo, size, paying)

    def _photos(
        self, caller: Params, address: str, body: Mapping[str, object], places: range
    ) -> Iterator[Photo | None]:
        """The photos that are meant, as getPhoto finds them; None for one of a view or a gallery that it does not show.

        Raises:
            RequestError, CatalogProblem: as getPhoto does, of a photo that is named by its id, and of the whole list.
        """
        named = [name for name in ("sid", "vid", "photoids") if body.get(name) is not None]
        if len(named) != 1:
            raise RequestError("malformed", "Which photos? Name one of the fields sid, vid and photoids.")
        if named == ["photoids"]:
            for photoid in _photoids(body["photoids"])[places.start : places.stop]:
                yield self._identify.photo({**caller, "photoid": photoid}, address)
            return
        params = {**caller, named[0]: str(body[named[0]])}
        for index in places[: max(0, self._identify.listed(params, address).count - places.start)]:
            try:
                yield self._identify.photo({**params, "index": str(index)}, address)
            except (Forbidden, Missing, PhotoMissing):
                yield None


def _photoids(listed: object) -> list[str]:
    if not isinstance(listed, list) or not all(isinstance(each, str) and each for each in listed):
        raise RequestError("malformed", "The field photoids is a list of photo ids.")
    return listed


def _number(body: Mapping[str, object], name: str, default: int, low: int) -> int:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or not low <= value < 10**9:
        raise RequestError("malformed", f"The field {name} is a whole number, {low} or more, and below {10**9}.")
    return value


def _sizes(listed: object, max_side: int) -> list[Wanted]:
    if not isinstance(listed, list) or not listed:
        raise RequestError("malformed", "The field sizes is a list of one size or more.")
    if len(listed) > MOST:
        raise RequestError("malformed", f"The field sizes has more than {MOST} sizes.")
    return [_size(each, f"sizes[{number}]", max_side) for number, each in enumerate(listed)]


def _size(given: object, name: str, max_side: int) -> Wanted:
    """One of the sizes; `name` is what it is called in sentences."""
    if not isinstance(given, dict):
        raise RequestError("malformed", f"The field {name} is an object with {', '.join(SIZE_FIELDS)}.")
    for field in given:
        if field not in SIZE_FIELDS:
            raise RequestError(
                "malformed", f"There is no field {field[:40]!r} in {name}; there are {', '.join(SIZE_FIELDS)}."
            )
    width, height = given.get("width"), given.get("height")
    for side, value in (("width", width), ("height", height)):
        if value is not None and not (is_a(value, int) and 1 <= value <= max_side):
            raise RequestError("malformed", f"The field {name}.{side} is a whole number of pixels, 1 to {max_side}.")
    if width is None and height is None:
        # Most photos in their own size are their own file, for which nothing has to be made.
        raise RequestError("malformed", f"The field {name} has neither width nor height.")
    return Wanted(width, height, _quality(given.get("quality"), f"{name}.quality"))


def _quality(value: object, name: str) -> int:
    """libjpeg's quality, as `params.quality` reads it from a parameter."""
    if value is None:
        return DEFAULT_QUALITY
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise RequestError("malformed", f"The field {name} is a number from 0.0 to 1.0.")
    return int(Decimal(repr(value)) * 100 + Decimal("0.5"))
