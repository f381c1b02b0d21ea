"""Answers in JSON."""

import json
import os

import falcon
import pytest

from api.http.answers import answer, readable


@pytest.mark.parametrize("text", ["plain", "Zo\u00eb \N{CAMERA}", 'a"b\\c\n\x00', "</script>", "\u2028"])
def test_what_is_said_is_what_is_read(text: str) -> None:
    response = falcon.Response()
    answer(response, {"text": text, "number": 3, "none": None})
    assert json.loads(response.data or b"") == {"text": text, "number": 3, "none": None}
    assert (response.content_type, response.get_header("Cache-Control")) == ("application/json", "no-store")


def test_what_no_utf_8_can_hold_does_not_end_the_answer() -> None:
    response = falcon.Response()
    answer(response, {"text": "a\ud83d"})
    assert json.loads(response.data or b"") == {"text": "a?"}


@pytest.mark.parametrize(
    ("name", "shown"), [(b"a.jpg", "a.jpg"), ("\u00e4.jpg".encode(), "\u00e4.jpg"), (b"\xe4.jpg", "\ufffd.jpg")]
)
def test_readable(name: bytes, shown: str) -> None:
    assert readable(os.fsdecode(name)) == shown
