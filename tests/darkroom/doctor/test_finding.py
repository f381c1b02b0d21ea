"""Lines of findings: marks, sentences, JSON, and what a terminal can't show."""

import json
import sys
from types import SimpleNamespace

import pytest

from darkroom.doctor.finding import apart, lines, well, wrong

ALL = (well("port", "is free"), wrong("clock", "is slow", "set it"), apart("Redis", "not here"), wrong("x", "ill"))


@pytest.mark.parametrize(
    ("encoding", "marks"), [("utf-8", "✓✗-✗"), ("ascii", "+x-x"), ("latin-1", "+x-x"), ("no-such", "+x-x")]
)
def test_lines_for_people(monkeypatch: pytest.MonkeyPatch, encoding: str, marks: str) -> None:
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding=encoding))
    shown = list(lines(ALL, as_json=False))
    assert shown == [
        f"{marks[0]} port: is free",
        f"{marks[1]} clock: is slow: set it",
        f"{marks[2]} Redis: not here",
        f"{marks[3]} x: ill",
    ]


def test_an_object_a_line_for_programs() -> None:
    shown = [json.loads(line) for line in lines(ALL, as_json=True)]
    assert shown[1] == {"what": "clock", "state": "wrong", "says": "is slow", "todo": "set it"}
    assert [each["state"] for each in shown] == ["ok", "wrong", "apart", "wrong"]


def test_names_that_steer_a_terminal() -> None:
    (line,) = lines([well("photo root a", "/x\x1b[31m\ny\udcff")], as_json=False)
    assert line.endswith("/x\\x1b[31m\\ny\\xff")
