"""How fast a scan is: `python -m bench.scan --photos 3000`, and a second one that finds nothing new.

Makes that many files of the sample photos, each with bytes of its own behind its end, 500 in a folder, freshly written
and so in the page cache; then scans them in a process of its own, as a server does, several times without a change.
`--cut` leaves out pixels: for many files on a small disk.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from bench.exiftool import SAMPLES

PER_FOLDER = 500
SCAN_HEADER = b"\xff\xda"
LARGEST = 1_000_000  # bytes of a sample, whole
LARGEST_CUT = 20_000


def main() -> int:
    """Makes the files, scans, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", nargs="?", type=Path, default=SAMPLES, help=f"(default: {os.path.relpath(SAMPLES)})")
    parser.add_argument("--photos", type=int, default=3000, help="files to make (default 3,000)")
    parser.add_argument("--rounds", type=int, default=3, help="scans without a change (default 3)")
    parser.add_argument("--cut", action="store_true", help="headers only")
    chosen = parser.parse_args()
    samples = _samples(chosen.samples, chosen.cut)
    if not samples:
        print(f"bench: no JPEGs at {chosen.samples}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        size = _make(Path(folder) / "photos", samples, chosen.photos)
        print(f"{chosen.photos} files of {len(samples)} samples, {size / 2**20:.0f} MiB")
        first = _scan(Path(folder))
        again = sorted(_scan(Path(folder)) for _ in range(chosen.rounds))[chosen.rounds // 2]
    print("\n| scan | s | photos/s | CPU s | photos/CPU s |\n|---|---|---|---|---|")
    for name, (seconds, cpu) in (("first", first), ("nothing has changed (median)", again)):
        rates = chosen.photos / seconds, chosen.photos / cpu
        print(f"| {name} | {seconds:.1f} | {rates[0]:.0f} | {cpu:.1f} | {rates[1]:.0f} |")
    return 0


def _samples(folder: Path, cut: bool) -> list[bytes]:
    """The JPEGs, as they are or up to their pixels; the largest are left out."""
    found = [path.read_bytes() for path in sorted(folder.rglob("*.jp*g"))]
    if cut:
        # The last one: an embedded thumbnail has such a marker too.
        found = [content[: content.rfind(SCAN_HEADER) + 64] for content in found]
    return [content for content in found if len(content) <= (LARGEST_CUT if cut else LARGEST)]


def _make(folder: Path, samples: list[bytes], count: int) -> int:
    """Writes the files; gives their bytes."""
    size = 0
    for number, content in enumerate(islice(cycle(samples), count)):
        path = folder / f"{number // PER_FOLDER:04}" / f"IMG_{number:06}.jpg"
        if number % PER_FOLDER == 0:
            path.parent.mkdir(parents=True)
        size += path.write_bytes(content + number.to_bytes(8, "big"))
    return size


def _scan(folder: Path) -> tuple[float, float]:
    """Seconds of `python -m catalog scan`, its start included: by the clock and of CPU, which other programs' load
    leaves alone."""
    environment = {
        **os.environ,
        "DATA_DIR": str(folder / "data"),
        "ROBOT_ROOT_0_PATH": str(folder / "photos"),
        "DARKROOM_TOML": os.devnull,
    }
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "catalog", "scan", "--quiet"], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu


if __name__ == "__main__":
    raise SystemExit(main())
