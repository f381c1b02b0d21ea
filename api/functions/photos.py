"""getPhoto and getThumbnail."""

from collections.abc import Callable, Mapping
from functools import partial

import falcon

from api.functions.links import next_link
from api.http.errors import LimitReached
from api.http.params import DEFAULT_QUALITY, Params, Wanted, wanted
from api.http.server import REMEMBER, Recipe
from api.identify import Identify
from api.read_ahead import ReadAhead
from api.render_responder import RenderResponder
from catalog.errors import Forbidden
from catalog.people.access import METADATA
from workers.queue.app import INTERACTIVE, PREFETCH


class GetPhoto:
    """`getPhoto` and its like: `size` says which size the parameters ask for."""

    def __init__(
        self,
        identify: Identify,
        responder: RenderResponder,
        read_ahead: ReadAhead,
        size: Callable[[Params], Wanted] = wanted,
    ) -> None:
        self._identify = identify
        self._responder = responder
        self._read_ahead = read_ahead
        self._size = size

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the JPEG; of a photo in a view or a gallery, also with where the following one is, and has the
        next ones made, unless this one is itself asked for in advance.
        """
        params, address = self._identify.asked(request, response), request.remote_addr
        meant = self._identify.meant(params, address)
        place = meant.place
        size = self._size(params)
        if is_prefetch(request.env):
            queue, seen = PREFETCH, None
        else:
            queue, seen = INTERACTIVE, place
        if place is not None:
            link = next_link(request.env["SCRIPT_NAME"] + request.path, request.query_string, place)
            if link is not None:
                response.set_header("Link", link)
        paying = partial(self._identify.payer, params, address)
        try:
            self._responder.answer(
                meant.photo,
                size,
                request,
                response,
                paying,
                dated=meant.rights.may(METADATA),
                version=params.get("version"),
                queue=queue,
            )
        except (LimitReached, Forbidden):
            seen = None  # what this one may not have is not made of the next ones either
            raise
        else:
            recipe: Recipe | None = request.env.get(REMEMBER)
            if recipe is not None and recipe.body is not None:
                self._identify.remember(params, address, recipe, request)
                if seen is not None:
                    recipe.again.append(partial(self._read_ahead.seen, params, address, size, seen))
        finally:
            if seen is not None:  # whoever meets a photo that can't be shown goes on too
                self._read_ahead.seen(params, address, size, seen)


def thumbnail(height: int) -> Callable[[Params], Wanted]:
    """The size of `getThumbnail`, whatever else is given: that height in pixels. Nobody who asks for it has named a
    size: so there is one of every photo, however long.
    """
    size = Wanted(None, height, DEFAULT_QUALITY, fits=True)
    return lambda _: size


def is_prefetch(environ: Mapping[str, object]) -> bool:
    """Whether a browser asks in advance: `Sec-Purpose: prefetch`, maybe with parameters (`prefetch;prerender`), or the
    older `Purpose`.
    """
    purpose = environ.get("HTTP_SEC_PURPOSE") or environ.get("HTTP_PURPOSE")
    return purpose is not None and str(purpose).partition(";")[0].strip().lower() == "prefetch"
