"""What a look has found: that something is well, or what is wrong and what to do, or that it does not apply."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from config.arguments import printable

State = Literal["ok", "wrong", "apart"]
MARKS: dict[State, str] = {"ok": "✓", "wrong": "✗", "apart": "-"}
PLAIN: dict[State, str] = {"ok": "+", "wrong": "x", "apart": "-"}
"""Where the terminal's encoding has no such marks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is and, where something is wrong, what to do."""

    what: str
    state: State
    says: str
    todo: str = ""

    @property
    def sentence(self) -> str:
        """All of it but the mark."""
        return ": ".join(part for part in (self.what, self.says, self.todo) if part)


def well(what: str, says: str) -> Finding:
    """All is well."""
    return Finding(what, "ok", says)


def wrong(what: str, says: str, todo: str = "") -> Finding:
    """Something is not; `todo` says what to do."""
    return Finding(what, "wrong", says, todo)


def apart(what: str, says: str) -> Finding:
    """It does not apply here, or can't be wrong."""
    return Finding(what, "apart", says)


def lines(findings: Iterable[Finding], *, as_json: bool) -> Iterator[str]:
    """A line for each finding, for people or, as a JSON object, for programs."""
    marks = MARKS if _can_show(MARKS.values()) else PLAIN
    for each in findings:
        if as_json:
            yield json.dumps({"what": each.what, "state": each.state, "says": each.says, "todo": each.todo})
        else:
            yield printable(f"{marks[each.state]} {each.sentence}")


def _can_show(texts: Iterable[str]) -> bool:
    """Whether standard output's encoding has these characters."""
    try:
        "".join(texts).encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
