"""What is said of limits that are on, and of those that are off."""

from dataclasses import replace

import pytest

from config import Settings
from darkroom.doctor.callers import limits
from tests.darkroom.doctor.told import told

FREE = "anybody may have photos in any size"
COMMON = "who is not signed in gets photos in common sizes alone"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, f"✓ limits of callers: {FREE}; all limits are on"),
        ({"render_sizes": "common"}, f"✓ limits of callers: {COMMON}; all limits are on"),
        (
            {"limits_misses": 0, "limits_originals": 0},
            f"✓ limits of callers: {FREE}; limits.misses, limits.originals off, on this machine alone",
        ),
        (
            {"limits_queries": 0, "server_host": "0.0.0.0"},  # noqa: S104 - nothing listens
            f"- limits of callers: limits.queries is off, and others can call; {FREE}",
        ),
        (
            {"limits_queries": 0, "limits_sessions": 0, "server_host": "::"},
            f"- limits of callers: limits.queries, limits.sessions are off, and others can call; {FREE}",
        ),
        ({"server_host": "::"}, f"✓ limits of callers: {FREE}; all limits are on"),
    ],
)
def test_what_is_said_of_limits(settings: dict[str, object], says: str) -> None:
    assert told(limits(replace(Settings(), **settings))) == [says]  # type: ignore[arg-type]
