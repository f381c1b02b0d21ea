"""What is met and what is missed."""

from dataclasses import replace

from bench.reporting.results import Measured, Results
from bench.reporting.verdicts import verdicts
from tests.bench.samples import hits, miss, results, scaled


def test_each_wish_is_judged() -> None:
    found = {each.wish: (each.met, each.figures) for each in verdicts(results())}
    assert found == {
        "misses: Darkroom ahead of thumbor at every size and photo": (
            False,
            "ahead in 1 of 2 cases, 1.41 times as fast on average; at worst 2.00 times as long (fog, 256x256)",
        ),
        "hits: at least 5, 8 times those of thumbor": (True, "8.00 at 1, 8.00 at 16 connections"),
        "hits: at least 2, 4 times those of the constant app": (False, "0.75 at 1, 0.75 at 16 connections"),
        "PSNR at the same bytes: not below thumbor by more than 0.2 dB": (
            False,
            "-0.50 dB on average; below by more in 1 of 1 cases, at worst 0.50 dB (sea, 1920x1080)",
        ),
        "hits from memory at 1,000,000 photos: CPU within 1.1 times of that at 1,000": (True, "1.04 by photoid"),
        "hits from disk at 1,000,000 photos: CPU within 1.1 times of that at 1,000": (False, "2.00 by photoid"),
    }


def test_what_was_not_measured_is_not_judged() -> None:
    assert verdicts(Results()) == []
    alone = {"miss": [miss("Darkroom", "sea", "256x256", 1)], "hit": hits("Darkroom", 1)}
    alone["scale"] = scaled("photoid", "memory", {1000: 1.0})
    assert verdicts(Results(quality=80, measures={name: Measured(rows) for name, rows in alone.items()})) == []


def test_at_the_limit_it_is_met() -> None:
    measured = Measured([*hits("Darkroom", 8.0), *hits("thumbor", 1.0)])
    assert [each.met for each in verdicts(replace(results(), measures={"hit": measured}))] == [True]
