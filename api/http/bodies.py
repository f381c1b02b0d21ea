"""The bodies of requests: one JSON object, with nothing in it but what the function knows."""

import json
from collections.abc import Mapping

import falcon

from api.http.errors import RequestError

LARGEST_BODY = 1_000_000  # bytes
NAMES = {int: "whole number", str: "text", bool: "true or false", list: "list"}


def json_object(request: falcon.Request, types: Mapping[str, type]) -> Mapping[str, object]:
    """The JSON object that was sent; `types` has the type of each field, any of which may be missing or null.

    Raises:
        RequestError: malformed: it is none, or a field is not known or of another type; the sentence names it.
    """
    raw = request.bounded_stream.read(LARGEST_BODY + 1)
    if len(raw) > LARGEST_BODY:
        raise RequestError("malformed", f"The body is larger than {LARGEST_BODY} bytes.")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise RequestError("malformed", "The body is no JSON.") from None
    if not isinstance(body, dict):
        raise RequestError("malformed", "The body is a JSON object.")
    for name, value in body.items():
        kind = types.get(name)
        if kind is None:
            raise RequestError("malformed", f"There is no field {name[:40]!r}; there are {', '.join(types)}.")
        if value is not None and not is_a(value, kind):
            raise RequestError("malformed", f"The field {name} is a {NAMES[kind]}.")
    return body


def is_a(value: object, kind: type) -> bool:
    """Whether a value of JSON has that type; true and false are no numbers."""
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))
