"""What a wheel of Darkroom needs, by the files of pinned requirements: hatchling asks for it as it builds one.

A wheel says names and versions; hashes have no place in it.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PROJECT = Path(__file__).parents[1]

EXTRAS = {
    "raw": ("requirements/raw.txt",),
    "heif": ("requirements/heif.txt",),
    "tiff": ("requirements/tiff.txt",),
    "test": ("requirements/test.txt", "requirements/dist.txt"),
}


class Requirements(MetadataHookInterface):
    """Fills in the dependencies, and those of each extra."""

    def update(self, metadata: dict[str, Any]) -> None:
        """As hatchling calls it."""
        metadata["dependencies"] = needs("requirements.txt")
        metadata["optional-dependencies"] = {extra: needs(*files) for extra, files in EXTRAS.items()} | {
            "bench": ["darkroom[test]"]  # what measures needs what tests, and installs its peers by itself
        }


def needs(*files: str) -> list[str]:
    """The requirements that these files list."""
    return [pin.text for file in files for pin in _beside("requirements").pins(PROJECT / file)]


def _beside(name: str) -> ModuleType:
    """A module of this folder: where hatchling has the hook from is not where Python looks for modules."""
    spec = importlib.util.spec_from_file_location(f"_darkroom_{name}", Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(f"bin/{name}.py is missing", name=name)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
