"""The page is made of the results, and says where others are better."""

from dataclasses import replace

import pytest

from bench.report import SECTIONS, page
from bench.reporting.better import better
from bench.reporting.results import Results
from bench.reporting.sections import figure, table
from tests.bench.samples import results


def test_a_page_of_all_measures() -> None:
    text = page(results(), ["performance-miss.svg"])
    for title, _ in SECTIONS.values():
        assert f"\n## {title}\n" in text
    assert "![A miss](performance-miss.svg)" in text
    assert "| Darkroom | 15.0 |" in text
    assert "| thumbor | 1.41 (1 of 2) |" in text
    assert "| thumbor | 5.00 |" in text
    assert "| hit by photoid, from disk | 200 | 400 | 2.00 |" in text
    assert "quality 80" in text
    assert "**missed**" in text


@pytest.mark.parametrize("name", list(SECTIONS))
def test_a_page_of_one_measure(name: str) -> None:
    alone = replace(results(), measures={name: results().measures[name]})
    text = page(alone, ["performance-miss.svg", "performance-hit.svg"])
    titles = [title for title, _ in SECTIONS.values() if f"\n## {title}\n" in text]
    assert titles == [SECTIONS[name][0]]
    assert f"`make bench ONLY={name}`, 2026-11-23 12:00:00 UTC, 12 s." in text


def test_where_others_are_better() -> None:
    assert better(results()) == [
        "Misses at 256x256: thumbor is faster than Darkroom for 1 of 2 photos, at best 2.00 times as fast (fog).",
        "Hits over 1 connections: constant app gives out 1.33 times as many a second.",
        "Hits over 16 connections: constant app gives out 1.33 times as many a second.",
        "Quality at 1920x1080: at the same bytes thumbor is nearer to the photo for 1 of 1 photos, by 0.50 dB at most.",
        "Memory (storm): thumbor holds 90 MB where Darkroom holds 150.",
    ]


def test_where_nobody_is_better() -> None:
    assert better(Results()) == []
    assert "- Nowhere in these measures." in page(
        replace(results(), measures={"prerender": results().measures["prerender"]}), []
    )


def test_table_and_figures() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert [figure(value) for value in (12345.6, 99.96, 12.34, 1.234, 0.0)] == [
        "12,346",
        "100.0",
        "12.3",
        "1.23",
        "0.00",
    ]
