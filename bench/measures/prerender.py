"""prerender: seven sizes of each photo made in advance, against asking for them one by one; and both without server."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bench.clients.sequential import Asker, prove
from bench.data.library import MAX_SIDE, PHOTOS, Photo, copies, photos, warm
from bench.ladder import SIZES
from bench.measures.measure import EMBEDDED, Plan
from bench.peers.darkroom import Darkroom
from bench.peers.peer import running, scratch
from bench.reporting.results import Case, Measured, Row, rounded
from bench.tools.processes import PROJECT
from catalog.database import FILE
from workers.pipeline.render import render, render_ladder
from workers.sizing import Size, output_size

MOST_PHOTOS = 20
QUALITY = 70  # that of a request that names none, for which photos are rendered in advance
COMMAND = ("workers", "prerender")


def measure(plan: Plan) -> Measured:
    """Rows of milliseconds a photo."""
    some, said = photos()[: min(plan.photos, MOST_PHOTOS)], list[str]()
    warm(some)
    with scratch() as folder:
        library = copies(some, folder / "photos", 1)
        darkroom = Darkroom(EMBEDDED)
        with running([darkroom], library, folder):
            catalogue = folder / "catalogue"
            darkroom.command("catalog", "backup", str(catalogue))
        ways: dict[str, Callable[[Path], float]] = {
            "asked one by one": partial(_asked, some, library, 1),
            "asked two at a time": partial(_asked, some, library, 2),
            "without a server, each alone": lambda _: _timed(lambda: _alone(some)),
            "without a server, from one decode": lambda _: _timed(lambda: _ladders(some)),
        }
        if _has_command():
            ways = {"python -m workers prerender": partial(_in_advance, some, darkroom)} | ways
        else:
            said.append("This Darkroom has no `python -m workers prerender`.")
        took: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(plan.turns):
            for number, (way, run) in enumerate(ways.items()):
                own = folder / f"turn-{turn}-{number}"
                (own / "peer-0/data").mkdir(parents=True)
                shutil.copyfile(catalogue, own / "peer-0/data" / FILE)
                took[way].append(run(own) * 1000 / len(some))
            plan.say(f"turn {turn + 1} of {plan.turns}")
    case: Case = {"photos": len(some), "sizes": ", ".join(f"{width}x{height}" for width, height in SIZES)}
    said.append(f"{len(some)} photos; the start of the command is in its time, that of a server is not.")
    return Measured([Row(EMBEDDED, case | {"way": way}, {"ms": rounded(each)}) for way, each in took.items()], said)


def _in_advance(some: Sequence[Photo], darkroom: Darkroom, own: Path) -> float:
    """Seconds of the command, over a catalogue without any renders."""
    data = own / "peer-0/data"
    darkroom.environ |= {"DATA_DIR": str(data)}
    sizes = ",".join(f"{width}x{height}" for width, height in SIZES)
    took = _timed(lambda: darkroom.command(*COMMAND, "--sizes", sizes))
    _look_at_all(data, some)
    return took


def _look_at_all(data: Path, some: Sequence[Photo]) -> None:
    """Whether each size of each photo is there, and a JPEG of that size.

    Raises:
        Wrong: one is not what its name says.
        SystemExit: some are missing.
    """
    renders = list((data / "renders").rglob("*.jpg"))
    wanted = sum(len(_sizes(photo)) for photo in some)
    if len(renders) != wanted:
        raise SystemExit(f"bench: {len(renders)} renders were made in advance, and not {wanted}")
    for file in renders:
        width, height = file.name.split(".")[2].split("x")
        prove(file.read_bytes(), Size(int(width), int(height)), file.name)


def _asked(some: Sequence[Photo], library: Path, clients: int, own: Path) -> float:
    """Seconds until so many clients have asked a new server for every size of every photo."""
    darkroom = Darkroom(EMBEDDED)
    with running([darkroom], library, own), ThreadPoolExecutor(clients) as pool:
        return _timed(lambda: list(pool.map(partial(_ask, darkroom), [some[part::clients] for part in range(clients)])))


def _ask(darkroom: Darkroom, some: Sequence[Photo]) -> None:
    asker: Asker | None = None
    for photo in some:
        for size in _sizes(photo):
            url = darkroom.url(f"0/{photo.name}", size, QUALITY)
            asker = asker or Asker(url)
            asker.get(url, size)


def _alone(some: Sequence[Photo]) -> None:
    for photo in some:
        for size in _sizes(photo):
            render(PHOTOS / photo.name, size, QUALITY)


def _ladders(some: Sequence[Photo]) -> None:
    for photo in some:
        for _ in render_ladder(PHOTOS / photo.name, _sizes(photo), QUALITY):
            pass


def _sizes(photo: Photo) -> list[Size]:
    """The seven sizes; of two that come out as the same, one."""
    each = (output_size(photo.size, width, height, MAX_SIDE) for width, height in SIZES)
    return list(dict.fromkeys(each))


def _has_command() -> bool:
    command = [sys.executable, "-m", *COMMAND, "--help"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, check=False).returncode == 0


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
