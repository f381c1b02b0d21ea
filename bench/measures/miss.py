"""miss: from HTTP to HTTP, for each photo in three sizes, beside every peer; and the floor, djpeg's decode alone."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from bench.clients.sequential import Asker
from bench.data.library import PHOTOS, Photo, copies, photos, warm
from bench.measures.measure import BOXES, DISTRIBUTED, EMBEDDED, Plan, in_turn
from bench.peers.darkroom import Darkroom
from bench.peers.ipx import Ipx
from bench.peers.nginx import ImageFilter
from bench.peers.peer import Peer, at_hand, running, scratch
from bench.peers.thumbor import Thumbor
from bench.reporting.results import Case, Measured, Row, rounded
from bench.tools.processes import cpu
from workers.pipeline.decode import draft_scale
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened, orientation
from workers.pipeline.work import begin
from workers.sizing import Size

FLOOR = "djpeg"


def measure(plan: Plan) -> Measured:
    """Rows of milliseconds and of those of CPU, by photo and size. Photos are taken until the time is over."""
    peers, said = at_hand(
        [Darkroom(EMBEDDED), Darkroom(DISTRIBUTED, distributed=True), Thumbor(), Ipx(), ImageFilter()]
    )
    some, rows, taken = photos()[: plan.photos], list[Row](), list[Photo]()
    warm(some)
    with scratch() as folder, running(peers, copies(some, folder / "photos", plan.turns + 1), folder) as urls:
        askers = list(zip(peers, map(Asker, urls), strict=True))
        for peer, asker in askers:  # the first ones open connections and import what they need
            asker.get(peer.url(f"{plan.turns}/{some[0].name}", BOXES["256x256"]), BOXES["256x256"])
        for photo in some:
            if not plan.goes_on():
                break
            for name, box in BOXES.items():
                size = photo.fitted(box)
                if size:
                    rows += _photo(askers, photo, name, size, plan.turns)
            taken.append(photo)
            plan.say(f"{len(taken)} photos of {len(some)}")
    if shutil.which("djpeg") is None:
        said.append("djpeg: libjpeg-turbo-progs is not installed")
    said.append(
        f"{len(taken)} of {len(some)} photos, from {min(each.pixels for each in taken) / 1e6:.1f} to "
        f"{max(each.pixels for each in taken) / 1e6:.1f} megapixels: as many as there was time for. Sizes above a "
        "photo's own are left out."
    )
    return Measured(rows, said)


def _photo(askers: Sequence[tuple[Peer, Asker]], photo: Photo, name: str, size: Size, turns: int) -> list[Row]:
    took: dict[str, list[float]] = {peer.name: [] for peer, _ in askers}
    used: dict[str, list[float]] = {peer.name: [] for peer, _ in askers}
    weighs: dict[str, int] = {}
    decode = _djpeg(photo, size)
    if decode:
        took[FLOOR] = []
    for turn in range(turns):
        for peer, asker in in_turn(askers, turn):
            before = cpu(peer.pids().values())
            got = asker.get(peer.url(f"{turn}/{photo.name}", size), size)
            took[peer.name].append(got.milliseconds)
            used[peer.name].append(cpu(peer.pids().values()) - before)
            weighs[peer.name] = len(got.jpeg)
        if decode:
            began = time.perf_counter()
            subprocess.run(decode, check=True)
            took[FLOOR].append((time.perf_counter() - began) * 1000)
    case: Case = {"photo": photo.name, "size": name, "width": size.width, "height": size.height, "pixels": photo.pixels}
    return [
        Row(
            who,
            case | ({"bytes": weighs[who]} if who in weighs else {}),
            {"ms": rounded(each)} | ({"CPU ms": used[who]} if who in used else {}),
        )
        for who, each in took.items()
    ]


def _djpeg(photo: Photo, size: Size) -> list[str]:
    """The command that decodes the photo at the scale at which Darkroom does; none where it is not here."""
    program, file = shutil.which("djpeg"), PHOTOS / photo.name
    if program is None:
        return []
    return [program, "-scale", f"1/{_scale(file, size)}", "-outfile", "/dev/null", str(file)]


def _scale(file: Path, size: Size) -> int:
    with opened(file, Limits()) as image:
        return draft_scale(begin(image, orientation(image), size, 0))
