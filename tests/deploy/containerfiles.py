"""What a Containerfile says, instruction by instruction."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One of its instructions: `RUN` and what stands behind it, on one line."""

    name: str
    text: str


def stages(file: Path) -> list[list[Instruction]]:
    """The instructions of each stage, each of which begins with FROM; before the first stand those that precede it."""
    lines = [
        line for line in file.read_text("utf-8").splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    found: list[list[Instruction]] = [[]]
    for line in re.sub(r"\\\n", "", "\n".join(lines)).splitlines():
        name, _, text = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, re.sub(r" +", " ", text)))
    return found


def said(stage: list[Instruction], name: str) -> list[str]:
    """All that a stage says by that instruction."""
    return [each.text for each in stage if each.name == name]
