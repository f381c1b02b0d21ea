"""The documentation names every setting and every command there is."""

import re
from pathlib import Path

import config

PROJECT = Path(__file__).parents[1]


def test_every_setting_is_in_the_docs() -> None:
    text = (PROJECT / "docs/running.md").read_text()
    missing = [row.name for row, _ in config.every_setting() if f"`{row.name}`" not in text]
    assert missing == []


def test_every_command_of_the_makefile_is_in_the_docs() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert targets
    text = (PROJECT / "docs/running.md").read_text()
    assert [each for each in targets[1].split() if f"make {each}" not in text] == []
