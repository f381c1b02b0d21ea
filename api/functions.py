"""The Web API's functions under their one path, matched without regard to case."""

from collections.abc import Callable, Mapping

import falcon

from api.errors import RequestError

Function = Callable[[falcon.Request, falcon.Response], None]


class Functions:
    """`GET /picapportapi/1.0/{function}`."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = {name.lower(): (name, function) for name, function in functions.items()}

    def on_get(self, request: falcon.Request, response: falcon.Response, function: str) -> None:
        """Calls the function that the path names."""
        found = self._functions.get(function.lower())
        if found is None:
            raise RequestError("missing", "There is no function of that name.")
        request.context.function, call = found
        call(request, response)

    # Falcon leaves out the body of an answer to HEAD, and keeps its headers.
    on_head = on_get
