"""Fixtures of the front door's tests."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.api.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Two photos and five people."""
    with ExitStack() as closing:
        yield House(tmp_path, closing)
