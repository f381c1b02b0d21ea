"""scale: hits by all three ways to identify a photo, and misses, at up to a million photos and renders.

How much CPU a hit takes says more than how many there are in a second: two servers that are asked by turns meet
different neighbours on their cores.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from bench.clients import wrk
from bench.clients.sequential import Asker, Wrong
from bench.data.library import copies, photos, warm
from bench.data.scale_data import COUNTS, ENTRIES, QUALITY, ROOTS, SIDE, cache_of, made
from bench.measures.measure import EMBEDDED, Plan, in_turn
from bench.peers.darkroom import API, Darkroom
from bench.peers.peer import scratch
from bench.reporting.results import Measured, Row, Samples, rounded
from bench.tools.processes import cpu
from workers.sizing import Size

ASKED = 1000  # photos asked for by turns, evenly spread over all
CONNECTIONS = 16
MISSES = 5  # in a turn
QUIET_BY = 150.0  # seconds
BUSY = 30.0  # milliseconds of CPU a second that a server at rest may use
TILE = Size(SIDE, SIDE)
NOTE = (
    "By vid and by sid the server also looks whether the next photos are there: of 1,000 photos those are some of the "
    "same, of more they are others, which it has to look up first."
)
TIERS = {"memory": {}, "disk": {"CACHE_MEMORY_BYTES": "0"}}


@dataclass(frozen=True, slots=True)
class _Hits:
    """A load of hits, and the microseconds of CPU that each took."""

    load: wrk.Load
    cpu: float


class Scaled:
    """A Darkroom over `count` photos; hits come from one tier."""

    def __init__(self, count: int, tier: str) -> None:
        self.count, self.tier = count, tier
        self._folder = made(count)
        settings = {"DATA_DIR": str(self._folder / "data"), "CACHE_DISK_ENTRIES": str(ENTRIES), "CACHE_DISK_FREE": "0"}
        self.darkroom = Darkroom(EMBEDDED, settings=settings | ROOTS | TIERS[tier])
        self.base = ""
        self.scripts: dict[str, Path] = {}

    def start(self, library: Path, folder: Path) -> None:
        """Starts it; the real photos of `library` are not in its cache."""
        own = folder / f"{self.count}-{self.tier}"
        own.mkdir()
        self.base = self.darkroom.start(library, own)
        self._scripts(own)

    def forget(self, names: Sequence[str]) -> None:
        """Drops the renders of real photos from the disk."""
        tier = cache_of(self._folder)
        for name in names:
            tier.drop_photo(self.darkroom.photoid(name))
        tier.close()

    def _scripts(self, folder: Path) -> None:
        """What wrk asks for, by the way to identify a photo."""
        view = httpx.get(f"{self.base}{API}/runQuery?query=dirall:@photos or dirall:@archive", timeout=300).json()
        sid = self._shared()
        # All ways lead to the same photos, however many there are: else the server has more of them in memory.
        spread = [index * self.count // ASKED for index in range(ASKED)]
        photoids = [self._photoid(view, index) for index in spread]
        size = f"width={SIDE}&height={SIDE}&quality={QUALITY / 100}"
        asked = {
            "photoid": [f"photoid={quote(each, safe='')}" for each in photoids],
            "vid, index": [f"apisid={view['apisid']}&vid={view['vid']}&index={index}" for index in spread],
            "sid, index": [f"sid={sid}&index={index}" for index in spread],
        }
        for way, each in asked.items():
            own = folder / way.split(",")[0]
            own.mkdir()
            paths = [f"{API}/getPhoto?{by}&{size}" for by in each]
            asker = Asker(self.base)
            for path in paths[:: ASKED // 10]:
                asker.get(f"{self.base}{path}", TILE)
            self.scripts[way] = wrk.script(own, paths)

    def _photoid(self, view: Mapping[str, object], index: int) -> str:
        place = f"apisid={view['apisid']}&vid={view['vid']}&index={index}"
        return str(httpx.get(f"{self.base}{API}/getPhotoMetadata?{place}").json()["photoID"])

    def _shared(self) -> str:
        """The sid of a gallery of all made photos, which is made once."""
        file = self._folder / "sid"
        if not file.exists():
            query = "dirall:@photos or dirall:@archive"
            file.write_text(self.darkroom.command("catalog", "share", "add", "--query", query).strip())
        return file.read_text()


def measure(plan: Plan) -> Measured:
    """Rows of requests a second, and of milliseconds of a miss, by how many photos and renders there are."""
    every = [Scaled(count, tier) for tier in TIERS for count in COUNTS]
    photo = photos()[1]
    warm([photo])
    names = [f"{number}/{photo.name}" for number in range((plan.turns + 1) * MISSES)]
    seconds = max(1, plan.load_seconds - 2)
    hits: dict[tuple[str, str, int], list[_Hits]] = {}
    missed: dict[int, list[float]] = {count: [] for count in COUNTS}
    with scratch() as folder, ExitStack() as stack:
        library = copies([photo], folder / "photos", len(names))
        for each in every:
            stack.callback(each.darkroom.stop)
            each.start(library, folder)
            plan.say(f"{each.count} photos, hits from {each.tier}")
        for each in every[: len(COUNTS)]:
            each.forget(names)
        for each in every:
            for lua in each.scripts.values():
                wrk.load_many(each.base, lua, CONNECTIONS, 1)
        _until_quiet(every)
        for turn in range(-1, plan.turns):
            for each in in_turn(every[: len(COUNTS)], turn):
                took = _misses(each, names[(turn + 1) * MISSES :][:MISSES])
                missed[each.count] += took if turn >= 0 else []
            if turn < 0:
                continue
            for each in in_turn(every, turn):
                for way, lua in each.scripts.items():
                    hits.setdefault((way, each.tier, each.count), []).append(_hits(each, lua, seconds))
            plan.say(f"turn {turn + 1} of {plan.turns}")
    rows = [
        Row(EMBEDDED, {"way": way, "tier": tier, "count": count}, _samples(found))
        for (way, tier, count), found in hits.items()
    ]
    rows += [Row(EMBEDDED, {"way": "miss", "count": count}, {"ms": rounded(took)}) for count, took in missed.items()]
    return Measured(rows, [f"Hits are of {ASKED} photos, evenly spread; misses of {photo.name}, {SIDE}x{SIDE}.", NOTE])


def _until_quiet(every: Sequence[Scaled]) -> None:
    """Waits until the servers have done what they do after a start: each compares its cache with its index.

    Raises:
        SystemExit: they go on for minutes.
    """
    end = time.monotonic() + QUIET_BY
    pids = [pid for each in every for pid in each.darkroom.pids().values()]
    while True:
        before = cpu(pids)
        time.sleep(1.0)
        if cpu(pids) - before < BUSY * len(pids):
            return
        if time.monotonic() > end:
            raise SystemExit("bench: the servers still have work of their own, minutes after they were started")


def _misses(scaled: Scaled, names: Sequence[str]) -> list[float]:
    """Milliseconds of each.

    Raises:
        Wrong: one was in the cache.
    """
    asker = Asker(scaled.base)
    before = scaled.darkroom.renders()
    took = [asker.get(scaled.darkroom.url(name, TILE, QUALITY), TILE).milliseconds for name in names]
    if scaled.darkroom.renders() - before != len(names):
        raise Wrong("what was to be a miss was in the cache")
    asker.close()
    return took


def _hits(scaled: Scaled, lua: Path, seconds: int) -> _Hits:
    """Asks for what a script says; with it, the CPU of all that the server has started."""
    pids = list(scaled.darkroom.pids().values())
    before = cpu(pids)
    load = wrk.load_many(scaled.base, lua, CONNECTIONS, seconds)
    return _Hits(load, (cpu(pids) - before) * 1000 / load.count)


def _samples(hits: Sequence[_Hits]) -> Samples:
    return {
        "requests/s": rounded([each.load.rate for each in hits]),
        "p99 ms": rounded([each.load.p99 for each in hits]),
        "CPU µs": rounded([each.cpu for each in hits]),
    }
