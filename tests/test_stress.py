"""What looks for tests that fall now and then: the order it puts them in, what it runs next, and what it counts."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.stress import HANDFUL, PROJECT, Run, Tally, main, next_files, shuffled

TWO_RUNS = [
    Run(1, ["tests/a.py", "tests/b.py"], 2.0, ["tests/a.py::test_x", "tests/a.py::test_y"]),
    Run(2, ["tests/a.py"], 1.0, []),
]


def items(*names: str) -> list[pytest.Item]:
    return [
        cast("pytest.Item", SimpleNamespace(nodeid=name, path=Path(name.partition("::")[0])))  # what is looked at
        for name in names
    ]


def order(found: list[pytest.Item], seed: int) -> list[str]:
    return [item.nodeid for item in shuffled(found, seed)]


def test_one_seed_is_one_order_however_the_tests_were_found() -> None:
    found = items(*(f"{file}.py::test_{number}" for file in "abcd" for number in range(5)))
    orders = {tuple(order(found, seed)) for seed in range(20)}
    assert len(orders) == 20
    assert all(sorted(each) == sorted(item.nodeid for item in found) for each in orders)
    assert order(found[::-1], 7) == order(found, 7)


def test_the_tests_of_a_file_stay_together() -> None:
    found = items(*(f"{file}.py::test_{number}" for file in "abcd" for number in range(5)))
    files = [name.partition("::")[0] for name in order(found, 1)]
    assert all(files[first : first + 5] == [files[first]] * 5 for first in range(0, 20, 5))


def test_what_was_run_least_comes_first_and_what_has_its_runs_no_more() -> None:
    files = [f"tests/test_{number:02}.py" for number in range(HANDFUL + 4)]
    ran = Counter(dict.fromkeys(files[:4], 2) | dict.fromkeys(files[4:8], 1))
    handful = next_files(files, ran, 2, random.Random(1))
    assert sorted(handful) == files[4:]
    assert handful[-4:] == sorted(handful[-4:], key=lambda file: file in files[4:8])
    assert next_files(files, Counter(dict.fromkeys(files, 2)), 2, random.Random(1)) == []
    assert len(next_files(files, Counter(dict.fromkeys(files, 2)), None, random.Random(1))) == HANDFUL


def test_a_tally_is_gone_on_with(tmp_path: Path) -> None:
    first = Tally(tmp_path / "tally")
    for run in TWO_RUNS:
        first.add(run)
    again = Tally(tmp_path / "tally")
    assert again.runs == TWO_RUNS
    assert again.runs_of() == {"tests/a.py": 2, "tests/b.py": 1}


def test_the_table_says_what_fell_by_which_seed(tmp_path: Path) -> None:
    tally = Tally(tmp_path / "tally")
    for run in TWO_RUNS:
        tally.add(run)
    lines = [line.split() for line in tally.table().splitlines()]
    assert lines == [
        ["file", "runs", "falls"],
        ["tests/a.py", "2", "1"],
        ["tests/a.py::test_x", "seed", "1"],
        ["tests/a.py::test_y", "seed", "1"],
        ["tests/b.py", "1", "0"],
        ["all", "3", "1"],
    ]


def test_nothing_left_to_run_and_nothing_fell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tally"
    Tally(path).add(Run(3, ["tests/test_breaker.py"], 1.0, []))
    only = ["--only", str(PROJECT / "tests/test_breaker.py"), "--runs", "1", "--busy", "0", "--tally", str(path)]
    assert main(only) == 0
    Tally(path).add(Run(4, ["tests/test_breaker.py"], 1.0, ["tests/test_breaker.py::test_x"]))
    assert main(only) == 1
    assert "tests/test_breaker.py::test_x  seed 4" in capsys.readouterr().out


def test_pytest_writes_down_what_fell(tmp_path: Path) -> None:
    falls = tmp_path / "falls"
    (tmp_path / "test_two.py").write_text("def test_stands(): pass\ndef test_falls(): assert 0\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.stress", "-q", "-c", str(PROJECT / "pyproject.toml")]
    command += ["--rootdir", str(tmp_path), "--seed", "1", "--falls", str(falls), str(tmp_path / "test_two.py")]
    assert subprocess.run(command, cwd=PROJECT, capture_output=True, check=False).returncode == 1
    assert falls.read_text() == "test_two.py::test_falls\n"
