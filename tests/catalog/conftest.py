"""Fixtures of the catalogue's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Two empty photo roots and an empty catalogue."""
    made = Library(tmp_path)
    yield made
    made.engine.dispose()
