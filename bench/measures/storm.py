"""storm: hits of a cached tile, idle and while misses flood, on a server started anew for each turn."""

from pathlib import Path

from bench.clients import wrk
from bench.clients.sequential import Asker
from bench.clients.wrk import Load
from bench.data.library import Photo, copies, photos, warm
from bench.measures.measure import BOXES, DISTRIBUTED, EMBEDDED, Plan, in_turn
from bench.measures.storm_load import CONNECTIONS, Misses, misses, storm
from bench.peers.darkroom import Darkroom
from bench.peers.peer import Peer, at_hand, running, scratch
from bench.peers.thumbor import Thumbor
from bench.reporting.results import Measured, Row, Samples, rounded

PHOTOS = 12
PATIENCE = 0.5  # seconds after which those who still wait hang up: thumbor would render for half a minute more


def measure(plan: Plan) -> Measured:
    """Rows of requests a second and milliseconds, idle and in the storm; and of the misses, answered and refused."""
    peers, said = at_hand([Darkroom(EMBEDDED), Darkroom(DISTRIBUTED, distributed=True), Thumbor()])
    some = photos()[:PHOTOS]
    warm(some)
    idle: dict[str, list[Load]] = {}
    stormy: dict[str, list[tuple[Load, Misses]]] = {}
    for turn in range(plan.turns):
        for peer in in_turn(peers, turn):
            with scratch() as folder:
                before, within = _turn(peer, some, folder, plan.load_seconds)
            idle.setdefault(peer.name, []).append(before)
            stormy.setdefault(peer.name, []).append(within)
        plan.say(f"turn {turn + 1} of {plan.turns}")
    rows = []
    for name, loads in stormy.items():
        rows.append(Row(name, {"when": "idle"}, _hits(idle[name], plan.load_seconds)))
        rows.append(
            Row(name, {"when": "storm"}, _hits([load for load, _ in loads], plan.load_seconds) | _misses(loads))
        )
    return Measured(rows, said)


def _turn(peer: Peer, some: list[Photo], folder: Path, seconds: int) -> tuple[Load, tuple[Load, Misses]]:
    size = BOXES["256x256"]
    with running([peer], copies(some, folder / "photos", 1), folder):
        hit = peer.url(f"0/{some[0].name}", size)
        Asker(hit).get(hit, size)
        wrk.load(hit, CONNECTIONS, 1)
        before = wrk.load(hit, CONNECTIONS, seconds)
        return before, storm(hit, misses(peer, some, "0/"), seconds, PATIENCE)


def _hits(loads: list[Load], seconds: int) -> Samples:
    """Where nothing was answered, wrk gives no time: it is longer than the turn."""
    return {
        "requests/s": rounded([each.rate for each in loads]),
        "p50 ms": rounded([each.p50 or seconds * 1000.0 for each in loads]),
        "p99 ms": rounded([each.p99 or seconds * 1000.0 for each in loads]),
        "failed": [each.failed for each in loads],
    }


def _misses(loads: list[tuple[Load, Misses]]) -> Samples:
    told = [each for _, each in loads]
    return {
        "misses answered": [each.statuses[200] for each in told],
        "misses refused": [each.statuses[503] for each in told],
        "misses otherwise": [each.statuses.total() - each.statuses[200] - each.statuses[503] for each in told],
        "slowest miss s": rounded([each.slowest for each in told]),
    }
