"""hit: requests a second, and the 99th of 100, of one cached tile, beside a constant and plain files."""

from bench.clients import wrk
from bench.clients.sequential import Asker
from bench.data.library import copies, photos
from bench.measures.measure import BOXES, DISTRIBUTED, EMBEDDED, Plan, in_turn
from bench.peers.constant import Constant
from bench.peers.darkroom import Darkroom
from bench.peers.nginx import Static
from bench.peers.peer import Peer, at_hand, running, scratch
from bench.peers.thumbor import Thumbor
from bench.reporting.results import Case, Measured, Row, rounded

CONNECTIONS = (1, 16, 64)
TILE = "tile.jpg"


def measure(plan: Plan) -> Measured:
    """Rows of requests a second and milliseconds, by connections."""
    two = Darkroom(f"{DISTRIBUTED}, 2 front ends", distributed=True, processes=2)
    servers, said = at_hand([Darkroom(EMBEDDED), two, Thumbor()])
    ceilings, more = at_hand([Constant(), Static()])
    photo, size = photos()[1], BOXES["256x256"]
    with scratch() as folder, running(servers, copies([photo], folder / "photos", 1), folder) as bases:
        asked = [peer.url(f"0/{photo.name}", size) for peer in servers]
        tiles = folder / "tiles"
        tiles.mkdir()
        (tiles / TILE).write_bytes(Asker(bases[0]).get(asked[0], size).jpeg)
        (folder / "ceilings").mkdir()
        with running(ceilings, tiles, folder / "ceilings"):
            every: list[tuple[Peer, str]] = list(zip(servers, asked, strict=True))
            every += [(peer, peer.url(TILE, size)) for peer in ceilings]
            weighs = {peer.name: len(Asker(url).get(url, size).jpeg) for peer, url in every}
            loads = _loads(every, plan)
    case: Case = {"photo": photo.name, "size": "256x256"}
    rows = [
        Row(
            name,
            case | {"connections": connections, "bytes": weighs[name]},
            {
                "requests/s": rounded([each.rate for each in measured]),
                "p50 ms": rounded([each.p50 for each in measured]),
                "p99 ms": rounded([each.p99 for each in measured]),
            },
        )
        for (name, connections), measured in loads.items()
    ]
    return Measured(rows, said + more)


def _loads(every: list[tuple[Peer, str]], plan: Plan) -> dict[tuple[str, int], list[wrk.Load]]:
    for _, url in every:
        wrk.load(url, max(CONNECTIONS), 1)  # warms all of a server's processes
    loads: dict[tuple[str, int], list[wrk.Load]] = {}
    for turn in range(plan.turns):
        for connections in CONNECTIONS:
            for peer, url in in_turn(every, turn):
                measured = wrk.load(url, connections, plan.load_seconds)
                loads.setdefault((peer.name, connections), []).append(measured)
        plan.say(f"turn {turn + 1} of {plan.turns}")
    return dict(sorted(loads.items(), key=lambda each: each[0][1]))
