"""What a wheel of Darkroom needs, by the files of pinned requirements: hatchling asks for it as it builds one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PROJECT = Path(__file__).parents[1]


class Requirements(MetadataHookInterface):  # type: ignore[misc]  # hatchling is there only while it builds
    """Fills in the dependencies, and those of each extra: the files in `requirements/`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """As hatchling calls it."""
        metadata["dependencies"] = list(pins(PROJECT / "requirements.txt"))
        metadata["optional-dependencies"] = {
            file.stem: list(pins(file)) for file in sorted((PROJECT / "requirements").glob("*.txt"))
        }


def pins(file: Path) -> Iterator[str]:
    """The requirements that a file lists."""
    for line in file.read_text("utf-8").splitlines():
        requirement = line.partition("#")[0].strip()
        if requirement:
            yield requirement
