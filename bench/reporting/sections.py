"""The page's sections, a function for each measure: from its rows to Markdown."""

import statistics
from collections.abc import Callable, Sequence

from bench.reporting.compare import mean_of, median_of, nearer, ratios, values, where, whos
from bench.reporting.results import Results, Row
from bench.reporting.verdicts import OURS, SERVERS

SUM = "sum"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figure(value: float) -> str:
    """A figure with as many digits as are worth reading."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def miss(results: Results) -> str:
    """Milliseconds by size, and how the peers stand to Darkroom over all photos."""
    rows = results.rows("miss")
    sizes = values(rows, "size")
    medians = [
        [who, *(figure(median_of(found, "ms")) if (found := where(rows, who, size=size)) else "" for size in sizes)]
        for who in whos(rows)
    ]
    counted = [row for row in rows if "CPU ms" in row.samples]
    used = [
        [
            who,
            *(figure(mean_of(found, "CPU ms")) if (found := where(counted, who, size=size)) else "" for size in sizes),
        ]
        for who in whos(counted)
    ]
    beside = []
    for who in whos(rows):
        if who != OURS:
            each = [ratios(rows, who, OURS, "ms", size=size) for size in sizes]
            cells = [f"{one.mean:.2f} ({one.ahead} of {len(one.each)})" if one else "" for one in each]
            beside.append([who, *cells])
    return "\n\n".join(
        [
            "Milliseconds from HTTP to HTTP, the median over all photos of each photo's median:",
            table(["", *sizes], medians),
            "How many times as long they take as Darkroom, geometric mean over all photos (in brackets: for how many "
            "photos Darkroom is faster):",
            table(["", *sizes], beside),
            "Milliseconds of CPU over all of a server's processes, mean over all photos; where that is more than the "
            "time above, several cores work at once:",
            table(["", *sizes], used),
            "`djpeg` is the floor: libjpeg-turbo's decode at the scale at which Darkroom decodes, nothing after it. "
            "ipx and image_filter keep no renders; Darkroom and thumbor write theirs to disk.",
        ]
    )


def hit(results: Results) -> str:
    """Requests a second and the 99th of 100."""
    rows = results.rows("hit")
    connections = values(rows, "connections")
    header = ["", *(f"{each} connection{'s' if each != '1' else ''}" for each in connections)]
    parts = []
    for name, sentence in (("requests/s", "Requests a second:"), ("p99 ms", "Milliseconds, the 99th of 100:")):
        lines = [
            [who, *(figure(where(rows, who, connections=each)[0].median(name)) for each in connections)]
            for who in whos(rows)
        ]
        parts += [sentence, table(header, lines)]
    parts.append(
        "One tile of 256x256 from the cache. The constant app is Falcon on waitress, one process, answering the same "
        "bytes from a constant: what these two cost by themselves. Darkroom's own app is asked but "
        "once (`server.remember`). thumbor and nginx have a process for each core."
    )
    return "\n\n".join(parts)


def storm(results: Results) -> str:
    """Hits, idle and in the storm."""
    rows = results.rows("storm")
    lines = []
    for who in whos(rows):
        idle, stormy = where(rows, who, when="idle")[0], where(rows, who, when="storm")[0]
        kept = stormy.median("requests/s") / idle.median("requests/s")
        names = ("requests/s", "p99 ms", "failed", "misses answered", "misses refused")
        cells = [figure(stormy.median(name)) for name in names]
        lines.append([who, figure(idle.median("requests/s")), figure(idle.median("p99 ms")), *cells, f"{kept:.0%}"])
    header = ["", "idle, requests/s", "p99 ms", "storm, requests/s", "p99 ms", "failed"]
    header += ["misses answered", "misses refused", "throughput kept"]
    return "\n\n".join(
        [
            "Hits of one tile over 16 connections, while 200 clients ask for 300 other sizes a second, several times "
            "what two cores can render. A refusal is a 503 with Retry-After, at once. Where no hit was answered, its "
            "time stands as that of the turn, which it is longer than.",
            table(header, lines),
        ]
    )


def stampede(results: Results) -> str:
    """Renders, and the last answer."""
    rows = results.rows("stampede")
    lines = [[row.who, *(figure(row.median(name)) for name in ("renders", "last s", "refused"))] for row in rows]
    case = rows[0].case
    return "\n\n".join(
        [
            f"{case['clients']} clients ask at the same moment for {case['size']} of {case['photo']}, which nobody was "
            "asked for before. Whoever is refused (503) asks again when Retry-After says so.",
            table(["", "renders made", "seconds until the last had it", "refusals"], lines),
        ]
    )


def prerender(results: Results) -> str:
    """Milliseconds a photo."""
    rows = results.rows("prerender")
    lines = [[str(row.case["way"]), figure(row.median("ms"))] for row in rows]
    return "\n\n".join(
        [f"Sizes: {rows[0].case['sizes']}; quality 70.", table(["way", "ms a photo, all seven sizes"], lines)]
    )


def quality(results: Results) -> str:
    """Bytes, PSNR and SSIM at one quality, and PSNR at the same bytes."""
    rows = results.rows("quality")
    sizes = values(rows, "size")
    at = where(rows, quality=results.quality)
    parts = []
    names: tuple[tuple[str, str, Callable[[float], str]], ...] = (
        ("bytes", f"Bytes at quality {results.quality}, mean over all photos:", figure),
        ("dB", "PSNR in dB against a full decode and Lanczos, mean:", lambda value: f"{value:.2f}"),
        ("SSIM", "SSIM of brightness, mean:", lambda value: f"{value:.4f}"),
    )
    for name, sentence, text in names:
        lines = [[who, *(text(_mean(where(at, who, size=size), name)) for size in sizes)] for who in whos(at)]
        parts += [sentence, table(["", *sizes], lines)]
    lines = []
    for peer in (who for who in whos(rows) if who in SERVERS):
        found = nearer(rows, OURS, peer, results.quality)
        cells = [[by for (_, each), by in found.items() if each == size] for size in sizes]
        lines.append([peer, *(f"{statistics.mean(each):+.2f} ({min(each):+.2f})" if each else "" for each in cells)])
    parts += [
        "By how many dB Darkroom is nearer to the photo than they would be at the same bytes, between their renders at "
        "qualities 60, 70, 80 and 90; mean (and the photo that is worst for Darkroom):",
        table(["", *sizes], lines),
    ]
    return "\n\n".join(parts)


def scale(results: Results) -> str:
    """Hits and misses by how many photos there are."""
    rows = results.rows("scale")
    counts = values(rows, "count")
    rates, costs = [], []
    for tier in values(rows, "tier"):
        for way in (each for each in values(rows, "way") if each != "miss"):
            found = [where(rows, way=way, tier=tier, count=count)[0] for count in counts]
            name = f"hit by {way}, from {tier}"
            rate = [row.median("requests/s") for row in found]
            cost = [row.median("CPU µs") for row in found]
            rates.append([name, *map(figure, rate), f"{rate[0] / rate[-1]:.2f}"])
            costs.append([name, *map(figure, cost), f"{cost[-1] / cost[0]:.2f}"])
    missed = [where(rows, way="miss", count=count)[0].median("ms") for count in counts]
    header = ["", *(f"{int(count):,} photos" for count in counts)]
    return "\n\n".join(
        [
            "Each photo record has a render in the cache. Microseconds of the server's CPU for a hit, and how many "
            "times as much it is at the most photos as at the fewest:",
            table([*header, "times as much"], costs),
            "Requests a second, and how many times as long a hit takes; of servers asked by turns, on cores that "
            "others use too:",
            table([*header, "times as long"], rates),
            "A miss, milliseconds:",
            table([*header, "times as long"], [["miss", *map(figure, missed), f"{missed[-1] / missed[0]:.2f}"]]),
        ]
    )


def memory(results: Results) -> str:
    """Megabytes of each process."""
    rows = results.rows("memory")
    lines = [[row.who, str(row.case["when"]), figure(row.median(SUM)), _processes(row)] for row in rows]
    return "\n\n".join(
        [
            "The most that each process ever held (VmHWM), in MB, on a fresh start. Memory that processes share counts "
            "in each. What a process has started is numbered.",
            table(["", "after", "sum", "each process"], lines),
        ]
    )


def _processes(row: Row) -> str:
    return ", ".join(f"{name} {row.median(name):.0f}" for name in row.samples if name != SUM)


def _mean(rows: Sequence[Row], name: str) -> float:
    return statistics.mean(row.median(name) for row in rows) if rows else 0.0
