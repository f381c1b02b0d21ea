"""`bench/.peers/plots/bin/python -m bench.reporting.plots`: draws bench/results.json into docs/.

The same samples make the same file.

Runs with a Python of its own, which has matplotlib and nothing of Darkroom.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from bench.reporting import results
from bench.reporting.compare import median_of, values, where, whos
from bench.reporting.results import Results, Row

mpl.use("svg")
mpl.rcParams |= {"svg.hashsalt": "darkroom", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}

from matplotlib import pyplot  # noqa: E402 - which it draws with has to be said before

DOCS = Path(__file__).parents[2] / "docs"
COLOURS = {
    "Darkroom": "#c1121f",
    "Darkroom, distributed": "#e5707a",
    "Darkroom, distributed, 2 front ends": "#e5707a",
    "thumbor": "#1b6ca8",
    "ipx": "#2a9d8f",
    "image_filter": "#e9a820",
    "constant app": "#8d99ae",
    "nginx static": "#2b2d42",
    "djpeg": "#adb5bd",
}


def main() -> None:
    """Draws what was measured."""
    found = results.read()
    for name, draw in DRAWINGS.items():
        rows = found.rows(name)
        if rows:
            figure = draw(found, rows)
            figure.savefig(DOCS / f"performance-{name}.svg", metadata={"Date": None}, bbox_inches="tight")
            pyplot.close(figure)


def _miss(_: Results, rows: Sequence[Row]) -> Any:
    figure, axes = pyplot.subplots(figsize=(8, 3.2))
    sizes = values(rows, "size")
    _bars(axes, sizes, whos(rows), lambda who, size: median_of(where(rows, who, size=size), "ms"))
    axes.set_ylabel("ms, median of photos")
    axes.set_title("A miss, HTTP to HTTP (lower is better)")
    return figure


def _hit(_: Results, rows: Sequence[Row]) -> Any:
    figure, axes = pyplot.subplots(figsize=(8, 3.2))
    connections = values(rows, "connections")
    _bars(axes, connections, whos(rows), lambda who, each: where(rows, who, connections=each)[0].median("requests/s"))
    axes.set_yscale("log")
    axes.set_ylabel("requests/s")
    axes.set_xlabel("connections")
    axes.set_title("A hit (higher is better; the scale is logarithmic)")
    return figure


def _storm(_: Results, rows: Sequence[Row]) -> Any:
    figure, axes = pyplot.subplots(figsize=(8, 2.8))
    _bars(axes, values(rows, "when"), whos(rows), lambda who, when: where(rows, who, when=when)[0].median("p99 ms"))
    axes.set_yscale("log")
    axes.set_ylabel("ms, the 99th of 100")
    axes.set_title("Hits, idle and while misses flood (lower is better; the scale is logarithmic)")
    return figure


def _quality(_: Results, rows: Sequence[Row]) -> Any:
    sizes = values(rows, "size")
    figure, every = pyplot.subplots(1, len(sizes), figsize=(9, 3.2), squeeze=False)
    for axes, size in zip(every[0], sizes, strict=True):
        for who in whos(rows):
            qualities = sorted(values(rows, "quality"), key=int)
            points = [where(rows, who, size=size, quality=quality) for quality in qualities]
            kilobytes = [sum(row.median("bytes") for row in each) / len(each) / 1000 for each in points]
            decibels = [sum(row.median("dB") for row in each) / len(each) for each in points]
            axes.plot(kilobytes, decibels, marker="o", markersize=3, color=COLOURS.get(who), label=who)
        axes.set_title(size)
        axes.set_xlabel("kB, mean of photos")
    every[0][0].set_ylabel("PSNR, dB")
    every[0][0].legend(frameon=False)
    return figure


def _scale(_: Results, rows: Sequence[Row]) -> Any:
    figure, axes = pyplot.subplots(figsize=(8, 3.0))
    hits = [row for row in rows if "tier" in row.case]
    counts = sorted(map(int, values(hits, "count")))
    for tier, style in zip(values(hits, "tier"), ("-", "--"), strict=False):
        for way in values(hits, "way"):
            rates = [where(hits, way=way, tier=tier, count=count)[0].median("requests/s") for count in counts]
            axes.plot(counts, rates, style, marker="o", markersize=3, label=f"{way}, from {tier}")
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("photos and renders")
    axes.set_ylabel("hits/s")
    axes.legend(frameon=False, fontsize=7)
    axes.set_title("Hits by how many photos there are")
    return figure


def _bars(axes: Any, groups: Sequence[str], names: Sequence[str], value: Callable[[str, str], float]) -> None:
    """A bar for each name in each group."""
    wide = 0.8 / len(names)
    for number, name in enumerate(names):
        at = [group + (number - (len(names) - 1) / 2) * wide for group in range(len(groups))]
        axes.bar(at, [value(name, group) for group in groups], wide * 0.92, color=COLOURS.get(name), label=name)
    axes.set_xticks(range(len(groups)), groups)
    axes.legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))


DRAWINGS: dict[str, Callable[[Results, Sequence[Row]], Any]] = {
    "miss": _miss,
    "hit": _hit,
    "storm": _storm,
    "quality": _quality,
    "scale": _scale,
}

if __name__ == "__main__":
    main()
