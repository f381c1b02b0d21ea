"""`python -m bench.report`: makes docs/performance.md and its plots of bench/results.json.

The page holds nothing that is not in the results, but for what is true of any. Plots need bench/.peers/plots.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.reporting import results, sections
from bench.reporting.better import better
from bench.reporting.results import Measured, Results
from bench.reporting.sections import table
from bench.reporting.verdicts import verdicts

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs/performance.md"
DRAWS = PROJECT / "bench/.peers/plots/bin/python"
SECTIONS: Mapping[str, tuple[str, Callable[[Results], str]]] = {
    "miss": ("A miss", sections.miss),
    "hit": ("A hit", sections.hit),
    "storm": ("Hits in a storm of misses", sections.storm),
    "stampede": ("A stampede", sections.stampede),
    "prerender": ("Seven sizes in advance", sections.prerender),
    "quality": ("Quality", sections.quality),
    "scale": ("A thousand photos and a million", sections.scale),
    "memory": ("Memory", sections.memory),
}
HEAD = """# Performance

Made by `python -m bench.report` of `bench/results.json`, which holds every sample; not written by hand.

## To repeat it
```
make bench              # everything, at most 40 minutes: sets up the peers, measures, writes this page
make bench ONLY=hit     # one measure, at most 5 minutes; the others stay as they were
```
It needs Debian, two cores, and a machine that does nothing else. The peers are set up in `bench/.peers` by
`bench/setup`; their settings stand in `bench/settings` and `bench/peers`. Each has a process for each core and its
caches on; none chooses WebP or AVIF by itself. Photos are those of Debian's packages lomiri-wallpapers-16.04 and
lomiri-wallpapers-20.04, and the same as a camera writes them (baseline, 4:2:2, quality 95). All servers render at
libjpeg quality {quality}, but for measures that say otherwise, and are asked by turns in one run, with files in the
page cache; figures are medians of {turns} samples. Each answer is looked at: a JPEG of the size that was asked for.
The photos and the peers are fetched once (a minute), and a million photo records and renders are made once (half an
hour, 6 GB of disk): neither is in the times above.
"""


def main() -> int:
    """Writes the page and the plots; gives the exit code: 1 where nothing was measured so far."""
    found = results.read()
    if not found.measures:
        print("bench: there are no results: python -m bench", file=sys.stderr)
        return 1
    plots = _draw()
    PAGE.write_text(page(found, plots))
    print(f"bench: {PAGE.relative_to(PROJECT)} is written", file=sys.stderr)
    return 0


def page(found: Results, plots: list[str]) -> str:
    """The whole page; `plots` are the names of files beside it, of which it shows those of its sections."""
    turns = sorted({measured.turns for measured in found.measures.values()})
    parts = [HEAD.format(quality=found.quality, turns=" to ".join(map(str, dict.fromkeys((turns[0], turns[-1])))))]
    parts += [_machine(found), _wishes(found), _better(found)]
    for name, (title, section) in SECTIONS.items():
        if name in found.measures:
            shown = [f"![{title}]({plot})" for plot in plots if plot.startswith(f"performance-{name}.")]
            parts.append("\n\n".join([f"## {title}", *shown, section(found), _said(name, found.measures[name])]))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _machine(found: Results) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in found.machine.items())
    versions = ", ".join(f"{name} {value}" for name, value in found.versions.items())
    return f"## Where it was measured\n{machine}.\n\n{versions}."


def _wishes(found: Results) -> str:
    rows = [[each.wish, "met" if each.met else "**missed**", each.figures] for each in verdicts(found)]
    return "## What it should show\n" + table(["wish", "", "figures"], rows)


def _better(found: Results) -> str:
    lines = [f"- {sentence}" for sentence in better(found)] or ["- Nowhere in these measures."]
    return "## Where others are better\n" + "\n".join(lines)


def _said(name: str, measured: Measured) -> str:
    taken = f"`make bench ONLY={name}`, {measured.date} UTC, {measured.seconds:.0f} s."
    return " ".join([*measured.said, taken])


def _draw() -> list[str]:
    """Draws, where matplotlib is; gives the names of all plots that are there."""
    if DRAWS.exists():
        subprocess.run([str(DRAWS), "-m", "bench.reporting.plots"], cwd=PROJECT, check=True)
    else:
        print(
            "bench: matplotlib is not in bench/.peers/plots (bench/setup puts it there): no new plots", file=sys.stderr
        )
    return sorted(file.name for file in PAGE.parent.glob("performance-*.svg"))


if __name__ == "__main__":
    sys.exit(main())
