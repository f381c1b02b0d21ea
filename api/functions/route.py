"""The Web API's functions under their one path, matched without regard to case."""

from collections.abc import Callable, Mapping

import falcon

from api.http.errors import RequestError
from api.http.methods import allow
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

    def on_options(self, request: falcon.Request, response: falcon.Response, function: str) -> None:
        """Which methods the function is asked by: a page of another origin asks that first."""
        request.context.function, call = self._named(function)
        allow(response, _methods(call))

    def on_request(self, request: falcon.Request, response: falcon.Response, function: str) -> None:
        """Clients post what they upload; every other function is asked with GET."""
        request.context.function, call = self._named(function)
        if request.method not in _methods(call):
            raise falcon.HTTPMethodNotAllowed([*_methods(call), "OPTIONS"])
        call(request, response)

    def _named(self, function: str) -> tuple[str, Function]:
        if not self._enabled:
            raise Forbidden("The Web API is switched off here (webapi.enabled).")
        found = self._functions.get(function.lower())
        if found is None:
            raise RequestError("missing", "There is no function of that name.")
        return found


def _methods(call: Function) -> tuple[str, ...]:
    return ("GET", "HEAD", "POST") if call is _not_ours else ("GET", "HEAD")


def _not_ours(_request: falcon.Request, _response: falcon.Response) -> None:
    raise RequestError("unsupported", "This server only shows photos: it takes none, removes none and checks none.")
