"""Small results, as a run writes them."""

from bench.reporting.results import Case, Measured, Results, Row

QUALITY = 80


def miss(who: str, photo: str, size: str, *took: float) -> Row:
    """A row of misses."""
    return Row(who, {"photo": photo, "size": size}, {"ms": list(took), "CPU ms": [10.0, 0.0]})


def curve(who: str, photo: str, *points: tuple[int, float, float]) -> list[Row]:
    """Rows of one photo at several qualities: quality, bytes, dB."""
    rows = []
    for quality, weighs, decibels in points:
        case: Case = {"photo": photo, "size": "1920x1080", "quality": quality}
        rows.append(Row(who, case, {"bytes": [weighs], "dB": [decibels], "SSIM": [0.9]}))
    return rows


def hits(who: str, rate: float) -> list[Row]:
    """Rows of hits over 1 and 16 connections."""
    return [
        Row(who, {"connections": connections}, {"requests/s": [rate], "p50 ms": [1.0], "p99 ms": [2.0]})
        for connections in (1, 16)
    ]


def scaled(way: str, tier: str, costs: dict[int, float]) -> list[Row]:
    """Rows of hits, each with its microseconds of CPU, by how many photos there are."""
    samples = {"requests/s": [5000.0], "p99 ms": [1.0]}
    return [
        Row("Darkroom", {"way": way, "tier": tier, "count": count}, samples | {"CPU µs": [cost]})
        for count, cost in costs.items()
    ]


def stormy(who: str, rate: float, late: float) -> list[Row]:
    """Rows of hits, idle and in the storm."""
    samples = {"requests/s": [rate], "p50 ms": [1.0], "p99 ms": [late], "failed": [0.0]}
    more = {"misses answered": [9.0], "misses refused": [0.0]}
    return [Row(who, {"when": "idle"}, dict(samples)), Row(who, {"when": "storm"}, samples | more)]


def results() -> Results:
    """All eight measures: thumbor is slower but for one photo, and nearer to that at the same bytes."""
    measures = {
        "miss": [
            miss("Darkroom", "sea", "256x256", 9, 10, 11),
            miss("Darkroom", "fog", "256x256", 20, 20, 20),
            miss("thumbor", "sea", "256x256", 30, 40, 50),
            miss("thumbor", "fog", "256x256", 10, 10, 10),
        ],
        "hit": [*hits("Darkroom", 6000), *hits("thumbor", 750), *hits("constant app", 8000)],
        "storm": [*stormy("Darkroom", 3000, 20), *stormy("thumbor", 10, 3000)],
        "stampede": [
            Row(
                who,
                {"photo": "sea", "size": "1920x1080", "clients": 200},
                {"renders": [n], "last s": [n], "refused": [0]},
            )
            for who, n in (("Darkroom", 1.0), ("thumbor", 200.0))
        ],
        "prerender": [Row("Darkroom", {"way": "asked one by one", "sizes": "256x256"}, {"ms": [300.0]})],
        "quality": [
            *curve("Darkroom", "sea", (70, 900, 30.0), (80, 1000, 31.0), (90, 1500, 33.0)),
            *curve("thumbor", "sea", (70, 800, 30.0), (80, 1000, 31.5), (90, 1500, 33.5)),
        ],
        "scale": [
            *scaled("photoid", "memory", {1000: 200, 1_000_000: 208}),
            *scaled("photoid", "disk", {1000: 200, 1_000_000: 400}),
            *(Row("Darkroom", {"way": "miss", "count": count}, {"ms": [50.0]}) for count in (1000, 1_000_000)),
        ],
        "memory": [
            Row("Darkroom", {"when": "storm"}, {"web": [100.0], "web 1": [50.0], "sum": [150.0]}),
            Row("thumbor", {"when": "storm"}, {"thumbor": [90.0], "sum": [90.0]}),
        ],
    }
    signed = {name: Measured(rows, ["Said."], "2026-11-23 12:00:00", 12.3, 5) for name, rows in measures.items()}
    return Results({"cores": "2"}, {"thumbor": "7.8.0"}, QUALITY, signed)
