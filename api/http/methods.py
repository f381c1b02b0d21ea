"""Which methods a path answers: HEAD wherever GET is, and OPTIONS, which says which these are (RFC 9110, 9.3)."""

from collections.abc import Callable, Iterable
from typing import Any

import falcon
from falcon.routing import CompiledRouter

Responder = Callable[..., Any]


class Router(CompiledRouter):
    """Falcon's, for resources that say what they do on GET, and not once more on HEAD; what one does on a method that
    it does not name, it may say in `on_request`.

    Falcon leaves out the body of an answer to HEAD, and keeps its headers, `Content-Length` among them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.options.default_to_on_request = True

    def map_http_methods(self, resource: object, **kwargs: Any) -> dict[str, Any]:
        """As Falcon's: the resource's responders by method; with those of HEAD and OPTIONS."""
        responders: dict[str, Any] = super().map_http_methods(resource, **kwargs)
        if "GET" in responders:
            responders.setdefault("HEAD", responders["GET"])
        if "OPTIONS" not in responders:
            responders["OPTIONS"] = _options(responders)
        return responders


def allow(response: falcon.Response, methods: Iterable[str]) -> None:
    """Answers OPTIONS: 200, without a body, which methods there are."""
    response.set_header("Allow", ", ".join(sorted({*methods, "OPTIONS"})))
    response.data = b""


def _options(methods: Iterable[str]) -> Responder:
    allowed = tuple(methods)

    def on_options(_: falcon.Request, response: falcon.Response, **__: str) -> None:
        allow(response, allowed)

    return on_options
