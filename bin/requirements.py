"""What a wheel of Darkroom needs, by the files of pinned requirements: hatchling asks for it as it builds one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PROJECT = Path(__file__).parents[1]


EXTRAS = ("raw", "heif", "tiff", "test")
"""Each a file in `requirements/`."""


class Requirements(MetadataHookInterface):
    """Fills in the dependencies, and those of each extra."""

    def update(self, metadata: dict[str, Any]) -> None:
        """As hatchling calls it."""
        metadata["dependencies"] = list(pins(PROJECT / "requirements.txt"))
        metadata["optional-dependencies"] = {
            extra: list(pins(PROJECT / "requirements" / f"{extra}.txt")) for extra in EXTRAS
        } | {"bench": ["darkroom[test]"]}  # what measures needs what tests, and installs its peers by itself


def pins(file: Path) -> Iterator[str]:
    """The requirements that a file lists."""
    for line in file.read_text("utf-8").splitlines():
        requirement = line.partition("#")[0].strip()
        if requirement:
            yield requirement
