"""Results outlive their file."""

import json
from pathlib import Path

from bench.reporting.results import Measured, Results, Row, read, rounded, write
from tests.bench.samples import results


def test_read_as_written(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write(results(), file)
    assert read(file) == results()
    rows = sum(len(measured.rows) for measured in results().measures.values())
    assert (
        file.read_text().count('{"who"')
        == rows
        == len([line for line in file.read_text().splitlines() if '"who"' in line])
    )


def test_nothing_measured_so_far(tmp_path: Path) -> None:
    assert read(tmp_path / "results.json") == Results()
    write(Results(), tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text())["measures"] == {}


def test_a_measure_takes_the_place_of_its_older_self() -> None:
    newer = Measured([Row("Darkroom", {}, {"ms": [1.0]})])
    found = results().plus("hit", newer)
    assert found.rows("hit") == newer.rows
    assert found.rows("miss") == results().rows("miss")
    assert found.rows("unheard of") == ()


def test_median_and_figures() -> None:
    assert Row("Darkroom", {}, {"ms": [9.0, 1.0, 2.0]}).median("ms") == 2.0
    assert rounded([1234567.0, 0.0012345678]) == [1234600.0, 0.0012346]
