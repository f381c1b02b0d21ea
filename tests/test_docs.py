"""The documentation names every setting and every command there is."""

import re
import subprocess
from pathlib import Path

import config

PROJECT = Path(__file__).parents[1]


def test_every_setting_is_in_the_docs() -> None:
    text = (PROJECT / "docs/running.md").read_text()
    missing = [row.name for row, _ in config.every_setting() if f"`{row.name}`" not in text]
    assert missing == []


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def test_every_command_of_the_makefile_is_in_the_docs() -> None:
    rows = [line.split("|")[1] for line in (PROJECT / "docs/running.md").read_text().splitlines() if line[:1] == "|"]
    assert set(re.findall(r"`make ([a-z]+)`", " ".join(rows))) == targets()


def test_make_by_itself_names_every_command_in_a_line() -> None:
    said = subprocess.run(["make", "-s"], cwd=PROJECT, capture_output=True, text=True, check=True)
    lines = [line.split(maxsplit=2) for line in said.stdout.splitlines()]
    assert {name for _, name, _ in lines} == targets()
    assert [make for make, _, _ in lines] == ["make"] * len(targets())


def test_a_file_of_a_target_s_name_does_not_hide_it() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == targets()
