"""memory: the most that each process ever held (VmHWM), for the largest photo and in a storm, each on a fresh start."""

from collections.abc import Callable, Sequence

from bench.clients.sequential import Asker
from bench.data.library import Photo, copies, photos, warm
from bench.measures.measure import BOXES, DISTRIBUTED, EMBEDDED, Plan, in_turn, largest
from bench.measures.storm_load import misses, storm
from bench.peers.darkroom import Darkroom
from bench.peers.ipx import Ipx
from bench.peers.nginx import ImageFilter
from bench.peers.peer import Peer, at_hand, running, scratch
from bench.peers.thumbor import Thumbor
from bench.reporting.results import Measured, Row
from bench.tools.processes import peaks

STORM_PHOTOS = 12
STORM_SECONDS = 2
SUM = "sum"

Use = Callable[[Peer, Sequence[Photo]], None]


def measure(plan: Plan) -> Measured:
    """Rows of megabytes, a sample list for each process and one for their sum."""
    servers: list[Peer] = [Darkroom(EMBEDDED), Darkroom(DISTRIBUTED, distributed=True), Thumbor()]
    all_peers, said = at_hand([*servers, Ipx(), ImageFilter()])
    stormy = [peer for peer in all_peers if peer in servers]
    every = photos()
    large = largest(every)
    warm(every)
    held: dict[tuple[str, str], list[dict[str, float]]] = {}
    for turn in range(plan.turns):
        for peer in in_turn(all_peers, turn):
            held.setdefault((peer.name, "largest photo"), []).append(_held(peer, [large], _ask))
        for peer in in_turn(stormy, turn):
            held.setdefault((peer.name, "storm"), []).append(_held(peer, every[:STORM_PHOTOS], _rage))
        plan.say(f"turn {turn + 1} of {plan.turns}")
    rows = [Row(name, {"when": when}, _by_process(each)) for (name, when), each in held.items()]
    said.append(f"The largest photo is {large.name}, {large.size.width}x{large.size.height}, asked for in three sizes.")
    return Measured(rows, said)


def _held(peer: Peer, some: Sequence[Photo], use: Use) -> dict[str, float]:
    """Megabytes by process after a server was used; what it has started is numbered."""
    with scratch() as folder, running([peer], copies(some, folder / "photos", 1), folder):
        use(peer, some)
        held: dict[str, float] = {}
        for name, pid in peer.pids().items():
            for number, kilobytes in enumerate(peaks(pid)):
                held[f"{name} {number}" if number else name] = round(kilobytes / 1000, 1)
        return held | {SUM: round(sum(held.values()), 1)}


def _ask(peer: Peer, some: Sequence[Photo]) -> None:
    for photo in some:
        for box in BOXES.values():
            if size := photo.fitted(box):
                url = peer.url(f"0/{photo.name}", size)
                Asker(url).get(url, size)


def _rage(peer: Peer, some: Sequence[Photo]) -> None:
    size = BOXES["256x256"]
    hit = peer.url(f"0/{some[0].name}", size)
    Asker(hit).get(hit, size)
    storm(hit, misses(peer, some, "0/"), STORM_SECONDS, 0.0)


def _by_process(turns: list[dict[str, float]]) -> dict[str, list[float]]:
    return {name: [turn[name] for turn in turns if name in turn] for name in turns[0]}
