"""`python -m tests.stress`: looks for tests that hang on the clock, or on what runs beside them.

Every test file is run again and again, a handful of files at a time, with their tests in random order, while busy loops
take the cores from them. What falls is told by its seed, which puts the same tests into the same order again:
`python -m pytest -p tests.stress --seed SEED -n 4 FILE …`.

Exit codes: 0 nothing fell; 1 something did; 130 interrupted.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.busy import busy

PROJECT = Path(__file__).parents[1]
TALLY = Path("stress.jsonl")
HANDFUL = 16  # files at a time: to start four processes takes longer than the tests of a small file
RAN = (0, 1, 5)  # exit codes of pytest: all passed, some fell, no test was chosen


@dataclass(frozen=True)
class Run:
    """Test files that were run at once, by their paths in the project, and the ids of the tests that fell."""

    seed: int
    files: list[str]
    seconds: float
    fell: list[str]


class Tally:
    """The runs so far, a line each in a file, so that another start goes on where this one has ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.runs = [Run(**json.loads(line)) for line in lines]

    def add(self, run: Run) -> None:
        self.runs.append(run)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(run)) + "\n")

    def runs_of(self) -> Counter[str]:
        """How often each file was run."""
        return Counter(file for run in self.runs for file in run.files)

    def table(self) -> str:
        """A line for each file: its runs, how many of them fell, and each test that did, with its seed."""
        ran, fallen = self.runs_of(), Counter[str]()
        tests: dict[str, list[str]] = {}
        for run in self.runs:
            fallen.update({_file_of(test) for test in run.fell})
            for test in run.fell:
                tests.setdefault(_file_of(test), []).append(f"    {test}  seed {run.seed}")
        lines = [f"{'file':<64} {'runs':>5} {'falls':>5}"]
        for file in sorted({*ran, *fallen}):
            lines += [f"{file:<64} {ran[file]:>5} {fallen[file]:>5}", *tests.get(file, [])]
        return "\n".join([*lines, f"{'all':<64} {ran.total():>5} {fallen.total():>5}"])


def next_files(files: Sequence[str], ran: Counter[str], wanted: int | None, draw: random.Random) -> list[str]:
    """A handful of those that were run least often, by chance; none where each has its `wanted` runs."""
    left = [file for file in files if wanted is None or ran[file] < wanted]
    draw.shuffle(left)
    return sorted(left, key=lambda file: ran[file])[:HANDFUL]


def shuffled(items: Sequence[pytest.Item], seed: int) -> list[pytest.Item]:
    """The files in random order, and the tests in each: the same order wherever the seed and the tests are the same."""
    draw = random.Random(seed)
    files: dict[Path, list[pytest.Item]] = {}
    for item in sorted(items, key=lambda item: item.nodeid):
        files.setdefault(item.path, []).append(item)
    order = list(files)
    draw.shuffle(order)
    for path in order:
        draw.shuffle(files[path])
    return [item for path in order for item in files[path]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=0, help="puts the tests into the random order of this number")
    parser.addoption("--falls", type=Path, default=None, help="a file for the ids of the tests that fall")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In every process alike, as xdist wants it. Comes first: pytest itself then brings those together again that share
    an expensive fixture.
    """
    items[:] = shuffled(items, config.getoption("--seed"))


def pytest_configure(config: pytest.Config) -> None:
    falls = config.getoption("--falls")
    if falls is not None and not hasattr(config, "workerinput"):  # what xdist's workers see, it tells this one
        config.pluginmanager.register(_Falls(falls))


class _Falls:
    """Writes down what falls, as it does."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed:
            with self._path.open("a") as file:
                file.write(f"{report.nodeid}\n")


def run_tests(files: Sequence[str], seed: int, output: Path) -> Run:
    """Runs the tests of these files in four processes; what pytest says is left in `output` where any of them fell."""
    with tempfile.TemporaryDirectory() as folder, output.open("w") as said:
        falls = Path(folder) / "falls"
        options = ["-p", "tests.stress", "--seed", str(seed), "--falls", str(falls), "-n", "4"]
        options += ["-q", "-m", "not soak", "--no-loadscope-reorder", "--color=no"]
        began = time.monotonic()
        code = _ran([sys.executable, "-m", "pytest", *options, *files], said.fileno())
        fell = sorted({*falls.read_text().splitlines()}) if falls.exists() else []
    if code not in RAN and not fell:
        fell = [f"{file}::pytest ended with {code}" for file in files]
    if not fell:
        output.unlink()
    return Run(seed, list(files), round(time.monotonic() - began, 1), fell)


def _ran(command: list[str], output: int) -> int:
    """The exit code; an interrupt is handed on to all that was started, and its end waited for, a second one kills."""
    process = subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait()  # tests stop what they have started, which on busy cores takes its time
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        raise


def _test_files(paths: Sequence[Path]) -> list[str]:
    """The test files that are these or lie in them, by their paths in the project."""
    found = {file for path in paths for file in ([path] if path.is_file() else path.rglob("test_*.py"))}
    return sorted(file.resolve().relative_to(PROJECT).as_posix() for file in found)


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def stress(files: Sequence[str], tally: Tally, wanted: int | None, end: float, path: Path) -> None:
    """Goes round until each file has its `wanted` runs in the tally, or it is `end` by the monotonic clock."""
    draw = random.SystemRandom()
    while time.monotonic() < end and (handful := next_files(files, tally.runs_of(), wanted, draw)):
        seed = draw.randrange(10**6)
        output = path.with_name(f"{path.name}.{seed}.txt")
        run = run_tests(handful, seed, output)
        tally.add(run)
        names = " ".join(Path(file).stem.removeprefix("test_") for file in handful)
        print(f"{time.strftime('%H:%M:%S')} seed {seed:>6} {run.seconds:>6.1f} s  {names}", flush=True)
        for test in run.fell:
            print(f"    fell: {test}  ({output})", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.stress", description=__doc__)
    parser.add_argument("--runs", type=int, default=None, help="of each file (default: as many as the minutes allow)")
    parser.add_argument("--minutes", type=float, default=60.0, help="to begin other runs in (%(default)s)")
    parser.add_argument("--busy", type=int, default=3, help="processes that take the cores (%(default)s)")
    parser.add_argument("--only", nargs="+", type=Path, default=[PROJECT / "tests"], help="files or folders of tests")
    parser.add_argument("--tally", type=Path, default=TALLY, help="the runs so far, gone on with (%(default)s)")
    given = parser.parse_args(arguments)
    tally = Tally(given.tally)
    code = 0
    try:
        with busy(given.busy):
            files = _test_files(given.only)
            stress(files, tally, given.runs, time.monotonic() + given.minutes * 60, given.tally)
    except KeyboardInterrupt:
        code = 130
    print(tally.table())
    print(f"the runs are in {given.tally}")
    return code or int(any(run.fell for run in tally.runs))


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM):  # also where it was started in the background, with Ctrl-C ignored
        signal.signal(each, signal.default_int_handler)
    sys.exit(main())
