"""What was measured, each sample of it, as bench/results.json keeps it."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "results.json"

Case = dict[str, str | int]
Samples = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """The samples of one case: `who` was measured, `case` tells it from others, `samples` are by their unit or name,
    in the order in which they were taken."""

    who: str
    case: Case
    samples: Samples

    def median(self, name: str) -> float:
        """The median of the samples of that name."""
        return statistics.median(self.samples[name])


@dataclass(frozen=True, slots=True)
class Measured:
    """All of a measure: its rows, and sentences about what was left out or chosen. `date` is UTC, `seconds` what it
    took, `turns` how many samples were wanted of each."""

    rows: Sequence[Row]
    said: Sequence[str] = ()
    date: str = ""
    seconds: float = 0.0
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Results:
    """All measures by name, on one machine, and the versions of what was measured."""

    machine: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    quality: int = 0
    measures: Mapping[str, Measured] = field(default_factory=dict)

    def plus(self, name: str, measured: Measured) -> "Results":
        """With a measure in the place of an older one."""
        return replace(self, measures={**self.measures, name: measured})

    def rows(self, name: str) -> Sequence[Row]:
        """The rows of a measure; none where it was not taken."""
        return self.measures[name].rows if name in self.measures else ()


def read(file: Path = FILE) -> Results:
    """The results in a file; empty where there is none."""
    if not file.exists():
        return Results()
    found = json.loads(file.read_text())
    measures = {name: _measured(each) for name, each in found.pop("measures").items()}
    return Results(measures=measures, **found)


def write(results: Results, file: Path = FILE) -> None:
    """Writes them, a row a line, so that two runs can be compared."""
    whole = asdict(results)
    measures = whole.pop("measures")
    lines = ["{"]
    lines += [f" {json.dumps(name)}: {json.dumps(value, indent=1)}," for name, value in whole.items()]
    lines.append(' "measures": {')
    for number, (name, measured) in enumerate(measures.items()):
        rows = measured.pop("rows")
        lines.append(f"  {json.dumps(name)}: {{")
        lines += [f"   {json.dumps(key)}: {json.dumps(value)}," for key, value in measured.items()]
        lines.append('   "rows": [')
        lines.append(",\n".join(f"    {json.dumps(row)}" for row in rows))
        lines.append("   ]")
        lines.append("  }" + ("," if number + 1 < len(measures) else ""))
    lines += [" }", "}"]
    new = file.with_suffix(".new")
    new.write_text("\n".join(lines) + "\n")
    new.replace(file)


def rounded(samples: Sequence[float]) -> list[float]:
    """Samples to five figures: what is beyond them is noise."""
    return [float(f"{each:.5g}") for each in samples]


def _measured(found: Mapping[str, Any]) -> Measured:
    return Measured(**{**found, "rows": [Row(**row) for row in found["rows"]]})
