"""What looks tell, as tests compare it."""

from collections.abc import Iterable

from darkroom.doctor.finding import Finding


def told(findings: Iterable[Finding]) -> list[str]:
    """The findings as lines."""
    marks = {"ok": "✓", "wrong": "✗", "apart": "-"}
    return [f"{marks[each.state]} {each.sentence}" for each in findings]


def one(findings: Iterable[Finding]) -> str:
    """The only finding, as a line; what is wrong also says what to do."""
    (finding,) = findings
    assert finding.todo or finding.state != "wrong"
    return told([finding])[0]
