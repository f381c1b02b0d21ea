"""Answers in JSON, as every function gives them."""

import json
import os
from collections.abc import Mapping

import falcon


def answer(response: falcon.Response, body: Mapping[str, object]) -> None:
    """A JSON object in UTF-8, which nobody may keep: what it says is true now, and for this caller."""
    response.data = encoded(body)
    say_json(response)


def encoded(value: object) -> bytes:
    """JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def say_json(response: falcon.Response) -> None:
    """The headers of `answer`."""
    response.content_type = "application/json"
    response.set_header("Cache-Control", "no-store")


def readable(name: str) -> str:
    """A file's name as text: bytes that are no UTF-8 are shown as �."""
    return os.fsencode(name).decode("utf-8", "replace")
