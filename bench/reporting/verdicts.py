"""What the measurements must show, and whether they do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.reporting.compare import Cell, nearer, ratios, values, where, whos
from bench.reporting.results import Results, Row

OURS = "Darkroom"
SERVERS = ("thumbor", "ipx", "image_filter")
OF_THUMBOR = {"1": 5, "16": 8, "64": 6}  # times as many hits, by connections
OF_CONSTANT = {"1": 2, "16": 4, "64": 4}
DECIBELS = 0.2
FLAT = 1.1


@dataclass(frozen=True, slots=True)
class Verdict:
    """A wish, whether it is met, and the figures that say so."""

    wish: str
    met: bool
    figures: str


def verdicts(results: Results) -> list[Verdict]:
    """Of each wish that was measured."""
    return [*_misses(results.rows("miss")), *_hits(results.rows("hit")), *_quality(results), *_scale(results)]


def _misses(rows: Sequence[Row]) -> Iterator[Verdict]:
    """Each way of Darkroom against each peer."""
    for ours in (who for who in whos(rows) if who.startswith(OURS)):
        for peer in (who for who in SERVERS if who in whos(rows)):
            found = ratios(rows, peer, ours, "ms")
            if found is None:
                continue
            (photo, size), worst = found.worst
            figures = f"ahead in {found.ahead} of {len(found.each)} cases, {found.mean:.2f} times as fast on average"
            if found.ahead < len(found.each):
                figures += f"; at worst {1 / worst:.2f} times as long ({photo}, {size})"
            yield Verdict(f"misses: {ours} ahead of {peer} at every size and photo", worst > 1, figures)


def _hits(rows: Sequence[Row]) -> Iterator[Verdict]:
    """One front end against thumbor with a process for each core, and against the constant app."""
    for other, wanted in (("thumbor", OF_THUMBOR), ("constant app", OF_CONSTANT)):
        each = {
            connections: ours[0].median("requests/s") / theirs[0].median("requests/s")
            for connections in values(rows, "connections")
            if (ours := where(rows, OURS, connections=connections))
            and (theirs := where(rows, other, connections=connections))
        }
        if each:
            figures = ", ".join(f"{ratio:.2f} at {connections}" for connections, ratio in each.items())
            times = ", ".join(str(wanted[connections]) for connections in each)
            wish = f"hits: at least {times} times those of {'the ' if other != 'thumbor' else ''}{other}"
            met = all(ratio >= wanted[connections] for connections, ratio in each.items())
            yield Verdict(wish, met, f"{figures} connections")


def _quality(results: Results) -> Iterator[Verdict]:
    rows = results.rows("quality")
    for peer in (who for who in SERVERS if who in whos(rows)):
        found = nearer(rows, OURS, peer, results.quality)
        if not found:
            continue
        below = {cell: -by for cell, by in found.items() if by < -DECIBELS}
        mean = sum(found.values()) / len(found)
        figures = f"{mean:+.2f} dB on average"
        if below:
            (photo, size), by = max(below.items(), key=_second)
            figures += f"; below by more in {len(below)} of {len(found)} cases, at worst {by:.2f} dB ({photo}, {size})"
        wish = f"PSNR at the same bytes: not below {peer} by more than {DECIBELS} dB"
        yield Verdict(wish, not below, figures)


def _scale(results: Results) -> Iterator[Verdict]:
    rows = [row for row in results.rows("scale") if "tier" in row.case]
    counts = sorted(map(int, values(rows, "count")))
    if len(counts) < 2:
        return
    for tier in values(rows, "tier"):
        each = {
            way: where(rows, way=way, tier=tier, count=counts[-1])[0].median("CPU µs")
            / where(rows, way=way, tier=tier, count=counts[0])[0].median("CPU µs")
            for way in values(rows, "way")
        }
        wish = f"hits from {tier} at {counts[-1]:,} photos: CPU within {FLAT} times of that at {counts[0]:,}"
        figures = ", ".join(f"{ratio:.2f} by {way}" for way, ratio in each.items())
        yield Verdict(wish, max(each.values()) <= FLAT, figures)


def _second(pair: tuple[Cell, float]) -> float:
    return pair[1]
