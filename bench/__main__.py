"""`python -m bench [--only hit,miss]`: takes the measures, and writes bench/results.json after each.

`bench/setup` makes what it needs; `python -m bench.report` makes docs/performance.md of it. A measure that was taken
before stays in the file until it is taken again, unless that was on another machine.
"""

import argparse
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from bench.data.library import PHOTOS
from bench.data.scale_data import make_all
from bench.measures import hit, memory, miss, prerender, quality, scale, stampede, storm
from bench.measures.machine import machine, versions
from bench.measures.measure import Measure, Plan
from bench.peers.peer import QUALITY
from bench.reporting import results
from bench.reporting.results import Measured, Results

MEASURES: dict[str, Measure] = {
    "miss": miss.measure,
    "hit": hit.measure,
    "storm": storm.measure,
    "stampede": stampede.measure,
    "prerender": prerender.measure,
    "quality": quality.measure,
    "scale": scale.measure,
    "memory": memory.measure,
}


def main() -> int:
    """Measures; gives the exit code: 2 where there are no photos."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"with commas, of {', '.join(MEASURES)} (default: all)")
    parser.add_argument("--turns", type=int, default=5, help="samples of each (%(default)s)")
    parser.add_argument("--seconds", type=int, default=3, help="under load, for each sample (%(default)s)")
    parser.add_argument("--photos", type=int, default=1000, help="at most so many (all)")
    chosen = parser.parse_args()
    wanted = [each for each in chosen.only.split(",") if each] or list(MEASURES)
    if unknown := set(wanted) - MEASURES.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    if not PHOTOS.exists():
        _say("there are no photos: bench/setup fetches them")
        return 2
    if "scale" in wanted:
        make_all()
    found = _fresh(results.read())
    for name in wanted:
        _say(f"{name} …")
        plan = Plan(chosen.turns, chosen.seconds, photos=chosen.photos, say=_say)
        began = time.monotonic()
        measured = MEASURES[name](plan)
        found = found.plus(name, _signed(measured, time.monotonic() - began, plan))
        results.write(found)
        for sentence in measured.said:
            _say(sentence)
        _say(f"{name}: {time.monotonic() - began:.0f} s")
    return 0


def _fresh(older: Results) -> Results:
    """What may stay of older results: all where the machine is the same, and the quality that is asked for."""
    here = machine()
    stays = older.machine == here and older.quality == QUALITY
    if older.measures and not stays:
        _say("the results that were there are of another machine or quality, and go")
    kept = {name: older.measures[name] for name in MEASURES if name in older.measures} if stays else {}
    return Results(here, versions(), QUALITY, kept)


def _signed(measured: Measured, seconds: float, plan: Plan) -> Measured:
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return replace(measured, date=date, seconds=round(seconds, 1), turns=plan.turns)


def _say(sentence: str) -> None:
    print(f"bench: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
