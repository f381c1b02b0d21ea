"""`python -m bench.fuzz` spoils photos at random and has all that reads a photo's file read them, in a confined
process. What is no answer is a finding: its file is kept, with a line that says what it did, and the exit code is 1.
Whoever mends it makes a test of the file.

  --minutes 10            how long
  --seeds FOLDER          what is spoilt: photos, small ones; several times for several folders
                          (without: those of tests/cases/files, and those that REAL_PHOTOS names)
  --first N               the number of the first try: each number spoils the same seeds in the same way
  --findings FOLDER       where the files of findings go (bench/.findings)
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.fuzz.confined import SECONDS, Confined
from bench.fuzz.mutate import mutated
from bench.fuzz.readers import Finding
from bench.tools.processes import PROJECT

EVERY = 10.0  # seconds between lines of progress
MOST_FINDINGS = 20  # of as many others nobody would want to hear
LARGEST_SEED = 1_000_000  # bytes: of larger ones too few can be tried


def main(arguments: Sequence[str] | None = None) -> int:
    """Tries; gives the exit code: 0 where nothing was found, 1 where something was, 2 for what can't be tried."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seeds", type=Path, action="append")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--findings", type=Path, default=PROJECT / "bench/.findings")
    parser.add_argument("--readers", default="", help=argparse.SUPPRESS)  # for tests: others, as module:name
    parser.add_argument("--seconds", type=float, default=SECONDS, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    real = os.environ.get("REAL_PHOTOS")
    folders = chosen.seeds or [PROJECT / "tests/cases/files", *([Path(real)] if real else [])]
    names = [path for folder in folders for path in _seeds(folder)]
    if not names:
        print(
            f"fuzz: there is no file of at most {LARGEST_SEED:,} bytes in {', '.join(map(str, folders))}",
            file=sys.stderr,
        )
        return 2
    print(f"fuzz: {len(names)} seeds, {chosen.minutes:g} min, from number {chosen.first} on", flush=True)
    confined = Confined(chosen.readers, seconds=chosen.seconds)
    try:
        return _run(chosen, names, confined)
    finally:
        confined.close()


def _seeds(folder: Path) -> Iterator[Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return (path for path in files if 0 < path.stat().st_size <= LARGEST_SEED)


def _run(chosen: argparse.Namespace, names: list[Path], confined: Confined) -> int:
    seeds = [path.read_bytes() for path in names]
    began = time.monotonic()
    end, line = began + 60 * chosen.minutes, began + EVERY
    number, found = chosen.first, set[str]()
    with TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "photo"
        while time.monotonic() < end and len(found) < MOST_FINDINGS:
            which, data = mutated(seeds, number)
            path.write_bytes(data)
            for finding in confined.findings(path):
                kind = f"{finding.reader}: {finding.what}"
                if kind not in found:
                    found.add(kind)
                    kept = _keep(chosen.findings, number, names[which], data, finding)
                    print(f"fuzz: {number}, {kind} ({names[which].name}; kept as {kept})", flush=True)
            number += 1
            if time.monotonic() >= line:
                _say(number - chosen.first, began, found)
                line = time.monotonic() + EVERY
    _say(number - chosen.first, began, found)
    return 1 if found else 0


def _keep(folder: Path, number: int, seed: Path, data: bytes, finding: Finding) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{number}{seed.suffix}"
    kept.write_bytes(data)
    kept.with_suffix(".txt").write_text(f"{finding.reader}: {finding.what}\n{seed.name}\n")
    return kept


def _say(count: int, began: float, found: set[str]) -> None:
    rate = count / max(time.monotonic() - began, 0.001)
    print(f"fuzz: {count:,} files, {rate:.0f} a second, findings: {len(found)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
