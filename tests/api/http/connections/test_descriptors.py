"""How many descriptors, and how many connections those are."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.connections import descriptors

RAISE = """
import resource, sys
from api.http.connections import descriptors
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
print(descriptors.raised(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(("soft", "hard"), [(256, 1000), (1000, 1000), (100, 100)])
def test_as_many_as_are_allowed(soft: int, hard: int) -> None:
    said = subprocess.run(
        [sys.executable, "-c", RAISE, str(soft), str(hard)], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == [str(hard)] * 3


@pytest.mark.parametrize(
    ("allowed", "threads", "connections"),
    [(1024, 128, 288), (20_000, 128, 9776), (4096, 128, 1824), (256, 128, 16), (64, 4, 16), (1024, 4, 474)],
)
def test_connections_leave_room_for_what_else_there_is(allowed: int, threads: int, connections: int) -> None:
    assert descriptors.connections(allowed, threads) == connections


@given(st.integers(descriptors.FEWEST, 10**6), st.integers(1, 10**4))
def test_as_many_as_they_need_is_enough_and_less_is_not(connections: int, threads: int) -> None:
    needed = descriptors.needed(connections, threads)
    assert descriptors.connections(needed, threads) == connections
    assert descriptors.connections(needed - 1, threads) < max(connections, descriptors.FEWEST + 1)
