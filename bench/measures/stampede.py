"""stampede: 200 clients ask at once for a size that nobody was asked for before."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.clients.crowd import Answer, Client
from bench.clients.sequential import prove
from bench.data.library import copies, photos, warm
from bench.measures.measure import BOXES, DISTRIBUTED, EMBEDDED, Plan, in_turn, largest
from bench.peers.darkroom import Darkroom
from bench.peers.peer import at_hand, running, scratch
from bench.peers.thumbor import Thumbor
from bench.reporting.results import Case, Measured, Row, rounded
from bench.tools.statsd import counting

CLIENTS = 200
BOX = "1920x1080"
MISS = b"result_storage.miss:1|c"


@dataclass(frozen=True, slots=True)
class Stampede:
    """What came of each: renders made, seconds until the last client had its photo, and how often clients were refused
    with 503, after which they ask again when Retry-After says so."""

    renders: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)


def measure(plan: Plan) -> Measured:
    """Rows of renders, seconds and refusals."""
    photo = largest(photos())
    size = photo.fitted(BOXES[BOX])
    assert size  # noqa: S101 - it is the largest
    warm([photo])
    with counting(MISS) as (port, missed), scratch() as folder:
        thumbor = Thumbor(statsd=port)
        peers, said = at_hand([Darkroom(EMBEDDED), Darkroom(DISTRIBUTED, distributed=True), thumbor])
        made: dict[str, Callable[[], float]] = {peer.name: peer.renders for peer in peers if isinstance(peer, Darkroom)}
        made[thumbor.name] = missed
        found = {peer.name: Stampede() for peer in peers}
        with running(peers, copies([photo], folder / "photos", plan.turns + 1), folder):
            for peer in peers:  # the first one imports what it needs
                asyncio.run(_all([peer.url(f"{plan.turns}/{photo.name}", size)]))
            for turn in range(plan.turns):
                for peer in in_turn(peers, turn):
                    url = peer.url(f"{turn}/{photo.name}", size)
                    before, began = made[peer.name](), time.perf_counter()
                    answers = asyncio.run(_all([url] * CLIENTS))
                    found[peer.name].last.append(time.perf_counter() - began)
                    for answer, _ in answers:
                        prove(answer.body, size, url)
                    found[peer.name].renders.append(made[peer.name]() - before)
                    found[peer.name].refused.append(sum(refused for _, refused in answers))
                plan.say(f"turn {turn + 1} of {plan.turns}")
    case: Case = {"photo": photo.name, "size": BOX, "clients": CLIENTS}
    rows = [
        Row(name, case, {"renders": each.renders, "last s": rounded(each.last), "refused": each.refused})
        for name, each in found.items()
    ]
    return Measured(rows, [*said, "thumbor's renders are the misses of its result storage, as it tells statsd."])


async def _all(urls: list[str]) -> list[tuple[Answer, int]]:
    return await asyncio.gather(*map(_until_answered, urls))


async def _until_answered(url: str) -> tuple[Answer, int]:
    """The photo, and how often it was refused before."""
    client, refused = Client(url), 0
    try:
        while (answer := await client.get(f"/{url.split('/', 3)[3]}")).status == 503:
            refused += 1
            await asyncio.sleep(float(answer.headers["retry-after"]))
        return answer, refused
    finally:
        client.hang_up()
