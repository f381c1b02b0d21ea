"""The files of pinned requirements: a pin at the beginning of a line, and below it a hash of each file of that version.

Needs the standard library alone, as the set-up reads them before anything is installed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]

SERVING = ("requirements.txt", "requirements/raw.txt", "requirements/heif.txt", "requirements/tiff.txt")
CHECKING = ("requirements/test.txt", "requirements/dist.txt")
TOGETHER = (*SERVING, *CHECKING)
"""What may be in one environment, each package once."""
BUILD = "requirements/build.txt"
APART = ("requirements/audit.txt", "bench/settings/thumbor-requirements.txt", "bench/settings/plots-requirements.txt")
"""Each for an environment of its own."""
FILES = (*TOGETHER, BUILD, *APART)

ENTRY = re.compile(r"^[A-Za-z0-9](?:.*\\\n)*.*", re.MULTILINE)
"""A pin, with the lines that go on behind a backslash."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A package in one version: `text` is the requirement as the file has it, `hashes` are SHA-256 of its files in hex.

    `only` is the condition under which it is installed, empty: always.
    """

    text: str
    name: str
    version: str
    only: str
    hashes: tuple[str, ...]


def pins(file: Path) -> Iterator[Pin]:
    """The pins of a file, in its order."""
    yield from map(pin, ENTRY.findall(file.read_text("utf-8")))


def pin(entry: str) -> Pin:
    """The pin that an entry says."""
    text, *hashes = re.split(r"\s+--hash=sha256:", re.sub(r"\s*\\\n", " ", entry).partition(" #")[0])
    requirement, _, only = text.partition(";")
    name, _, version = requirement.partition("==")
    return Pin(
        text.strip(), name.partition("[")[0].strip(), version.strip(), only.strip(), tuple(map(str.strip, hashes))
    )


def written(found: Pin) -> str:
    """A pin as a file has it, without a line's end behind."""
    return " \\\n    ".join([found.text, *(f"--hash=sha256:{each}" for each in found.hashes)])


def canonical(name: str) -> str:
    """A package's name as an index has it."""
    return re.sub(r"[-_.]+", "-", name).lower()
