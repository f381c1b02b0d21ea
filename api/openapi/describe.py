"""The words in which functions are described: each makes a piece of OpenAPI 3.1. Pure functions."""

from collections.abc import Mapping
from typing import Any

from api.http.problems import PROBLEM, WORTH_ANOTHER_TRY

Described = dict[str, Any]

JSON = "application/json"

SAID = {
    400: "A parameter is missing, malformed or out of range; the detail says which, of a query also where.",
    403: "There is no session, a right is missing, or the Web API is switched off.",
    404: "There is no such photo, view, gallery or place in one, or the file is gone.",
    405: "The function is not asked by this method.",
    409: "It has ended already, there is one of that name, or it would lock its caller out.",
    416: "None of the range is in the file.",
    429: "The caller has had as much as one may have for now (limits.*): again after Retry-After.",
    500: "The photo's file is damaged.",
    501: "This server does not serve that.",
    502: "The answer of the OpenID Connect provider can't be believed.",
    503: "Too busy or too slow at the moment: the same request works later, after Retry-After.",
}
ALWAYS = (400, 403, 405, 429, 503)
"""What any function of the Web API may answer."""


def string(description: str, **more: Any) -> Described:
    """The schema of a text."""
    return {"type": "string", "description": description, **more}


def integer(description: str, **more: Any) -> Described:
    """The schema of a whole number."""
    return {"type": "integer", "description": description, **more}


def boolean(description: str) -> Described:
    """The schema of true or false."""
    return {"type": "boolean", "description": description}


def nullable(schema: Described) -> Described:
    """A schema that null fits too."""
    return schema | {"type": [schema["type"], "null"]}


def array(each: Described, description: str = "") -> Described:
    """The schema of a list."""
    return {"type": "array", "items": each} | ({"description": description} if description else {})


def obj(properties: Mapping[str, Described], optional: tuple[str, ...] = ()) -> Described:
    """The schema of an object; whatever is not optional is always there."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
    }


def parameter(name: str, schema: Described, *, required: bool = False, where: str = "query") -> Described:
    """A parameter of a request."""
    return {"name": name, "in": where, "required": required, "schema": schema}


def ref(name: str) -> Described:
    """A schema from `components`."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_answer(schema: Described, description: str = "Here it is.") -> Described:
    """An answer in JSON."""
    return {"description": description, "content": {JSON: {"schema": schema}}}


def problems(*statuses: int) -> Described:
    """Answers that say what went wrong."""
    body = {"content": {PROBLEM: {"schema": ref("Problem")}}}
    retry = {"headers": {"Retry-After": {"required": True, "schema": integer("seconds", minimum=0)}}}
    return {
        str(status): {"description": SAID[status], **body, **(retry if status in WORTH_ANOTHER_TRY else {})}
        for status in sorted(statuses)
    }


def operation(
    summary: str, answers: Described, errors: tuple[int, ...] = (), parameters: tuple[Described, ...] = (), **more: Any
) -> Described:
    """What one method of one path does."""
    described = {"summary": summary, "responses": answers | problems(*errors), **more}
    return described | ({"parameters": list(parameters)} if parameters else {})
