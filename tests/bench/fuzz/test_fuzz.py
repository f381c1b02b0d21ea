"""`python -m bench.fuzz` finds what a reader may not do, and keeps the file that did it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.fuzz.confined import Confined
from bench.fuzz.mutate import CHANGES, LARGEST, mutated
from tests.end_to_end.servers import PROJECT

READERS = "tests.bench.fuzz.faulty:FAULTY"


@pytest.fixture(scope="module")
def confined() -> Iterator[Confined]:
    made = Confined(READERS, seconds=60)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"nothing", []),
        (b"unreadable", []),
        (b"damaged", []),
        (b"value", ["ValueError: a fault"]),
        (b"killed", ["the process has ended (SIGSEGV)"]),
        (b"memory", ["MemoryError: "]),
        (b"logged", ["a traceback in the log: could not read it"]),
        (b"", []),
    ],
)
def test_what_is_found(confined: Confined, tmp_path: Path, data: bytes, found: list[str]) -> None:
    path = tmp_path / "a photo"
    path.write_bytes(data)
    assert [each.what for each in confined.findings(path)] == found


def test_what_does_not_end_is_found(tmp_path: Path) -> None:
    path = tmp_path / "endless"
    path.write_bytes(b"endless")
    confined = Confined(READERS, seconds=0.2)
    try:
        assert [each.what for each in confined.findings(path)] == ["no end within 0.2 s"]
    finally:
        confined.close()


def test_a_number_spoils_a_seed_always_in_the_same_way() -> None:
    seeds = [bytes(range(256)) * 20, b"a", b""]
    made = [mutated(seeds, number) for number in range(500)]
    assert made == [mutated(seeds, number) for number in range(500)]
    assert {which for which, _ in made} == {0, 1, 2}
    assert len({data for _, data in made}) > 400
    assert max(len(data) for _, data in made) <= LARGEST
    assert len(CHANGES) > 1


def fuzz(*arguments: str) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if name != "REAL_PHOTOS"}
    command = [sys.executable, "-m", "bench.fuzz", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)


def test_a_finding_is_kept_and_said(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/a.jpg").write_bytes(b"v" * 5000)
    folders = ("--seeds", str(tmp_path / "seeds"), "--findings", str(tmp_path / "found"))
    done = fuzz("--minutes", "0.02", "--readers", READERS, *folders)
    assert done.returncode == 1, done.stderr
    assert "ValueError: a fault (a.jpg; kept as " in done.stdout
    (kept,) = (tmp_path / "found").glob("*.jpg")
    assert kept.read_bytes()[:1] == b"v"
    assert "ValueError" in kept.with_suffix(".txt").read_text()


def test_without_seeds_nothing_is_tried(tmp_path: Path) -> None:
    done = fuzz("--seeds", str(tmp_path))
    assert (done.returncode, "there is no file" in done.stderr) == (2, True)


@pytest.mark.soak
def test_ten_minutes() -> None:
    """Nothing that reads a photo's file does what it may not, whatever is in it."""
    done = subprocess.run([sys.executable, "-m", "bench.fuzz", "--minutes", "10"], cwd=PROJECT, check=False)
    assert done.returncode == 0
