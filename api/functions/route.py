"""The Web API's functions under their one path, matched without regard to case."""

from collections.abc import Callable, Mapping

import falcon

from api.http.errors import RequestError
from catalog.errors import Forbidden

Function = Callable[[falcon.Request, falcon.Response], None]

NOT_OURS = ("upload", "removePhoto", "checkPhotoId")
"""Functions of the vendor's that change a library: Darkroom never writes to photo roots."""


class Functions:
    """`GET /picapportapi/1.0/{function}`; 403 for all of them where the Web API is switched off."""

    def __init__(self, functions: Mapping[str, Function], *, enabled: bool = True) -> None:
        every = {**functions, **dict.fromkeys(NOT_OURS, _not_ours)}
        self._functions = {name.lower(): (name, function) for name, function in every.items()}
        self._enabled = enabled

    def on_get(self, request: falcon.Request, response: falcon.Response, function: str) -> None:
        """Calls the function that the path names."""
        request.context.function, call = self._named(function)
        call(request, response)

    # Falcon leaves out the body of an answer to HEAD, and keeps its headers.
    on_head = on_get

    def on_post(self, request: falcon.Request, response: falcon.Response, function: str) -> None:
        """Clients post what they upload; every other function is asked with GET."""
        request.context.function, call = self._named(function)
        if call is not _not_ours:
            raise falcon.HTTPMethodNotAllowed(["GET", "HEAD"])
        call(request, response)

    def _named(self, function: str) -> tuple[str, Function]:
        if not self._enabled:
            raise Forbidden("The Web API is switched off here (webapi.enabled).")
        found = self._functions.get(function.lower())
        if found is None:
            raise RequestError("missing", "There is no function of that name.")
        return found


def _not_ours(_request: falcon.Request, _response: falcon.Response) -> None:
    raise RequestError("unsupported", "This server only shows photos: it takes none, removes none and checks none.")
