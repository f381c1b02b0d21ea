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


def required_text(body: Mapping[str, object], name: str) -> str:
    """A field's text, that has to be there.

    Raises:
        RequestError: malformed: it is missing or empty.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise RequestError("malformed", f"The field {name} is missing.")
    return value


def texts(body: Mapping[str, object], name: str) -> list[str]:
    """A field's list of texts; none where it is not there.

    Raises:
        RequestError: malformed: something else is in it.
    """
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, str) and is_text(each) for each in value):
        raise RequestError("malformed", f"The field {name} is a list of texts.")
    return value


def is_text(value: str) -> bool:
    """Whether UTF-8 can hold it: JSON can bring half of a surrogate pair."""
    return not any("\ud800" <= each <= "\udfff" for each in value)
