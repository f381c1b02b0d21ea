"""How long a client may take: times and bytes are told."""

import pytest

from api.http.connections.pace import Pace, Patience, Phase, Sight

PATIENCE = Patience(receive=10, send=30, idle=120, rate=1000)


@pytest.mark.parametrize(
    ("phase", "looks", "too_slow"),
    [  # (seconds since the first look, bytes that had moved by then)
        (Phase.IDLE, [(119, 0)], False),
        (Phase.IDLE, [(119, 0), (120, 0)], True),
        (Phase.IDLE, [(60, 9**9), (120, 9**9)], True),
        (Phase.HEAD, [(9, 0)], False),
        (Phase.HEAD, [(5, 60_000), (10, 64_000)], True),
        (Phase.BODY, [(9, 0)], False),
        (Phase.BODY, [(10, 9_999)], True),
        (Phase.BODY, [(10, 10_000)], False),
        (Phase.BODY, [(10, 10_000), (19, 10_001)], False),
        (Phase.BODY, [(10, 900_000), (20, 900_001)], True),
        (Phase.BODY, [(5, 900_000), (15, 900_000), (25, 900_000)], True),
        (Phase.TAKING, [(29, 0)], False),
        (Phase.TAKING, [(30, 0)], True),
        (Phase.TAKING, [(10, 1), (20, 2), (30, 3)], True),
        (Phase.TAKING, [(30, 30_000), (60, 60_000), (90, 90_000)], False),
        (Phase.TAKING, [(30, 30_000), (60, 59_999)], True),
        (Phase.SERVED, [(86_400, 0)], False),
    ],
)
def test_who_is_too_slow(phase: Phase, looks: list[tuple[int, int]], too_slow: bool) -> None:
    pace = Pace(0)
    assert not pace.look(Sight(phase, 1, 0), 100, PATIENCE)
    seen = [pace.look(Sight(phase, 1, moved), 100 + seconds, PATIENCE) for seconds, moved in looks]
    assert seen == [False] * (len(looks) - 1) + [too_slow]


def test_the_first_head_has_its_time_from_the_connection_on() -> None:
    pace = Pace(100)
    assert not pace.look(Sight(Phase.HEAD, 0, 0), 109, PATIENCE)
    assert pace.look(Sight(Phase.HEAD, 0, 0), 110, PATIENCE)


def test_each_request_has_a_time_of_its_own() -> None:
    pace = Pace(0)
    for request in range(1, 5):
        assert not pace.look(Sight(Phase.IDLE, request, 0), 100 * request, PATIENCE)
        assert not pace.look(Sight(Phase.IDLE, request, 0), 100 * request + 99, PATIENCE)


def test_how_fast_and_since_when() -> None:
    pace, begun = Pace(0), Sight(Phase.TAKING, 1, 5_000)
    assert pace.rate(begun, 10) == float("inf")
    assert pace.since(begun, 10) == 10
    pace.look(begun, 20, PATIENCE)
    later = Sight(Phase.TAKING, 1, 25_000)
    assert pace.rate(begun, 20) == float("inf")
    assert pace.rate(later, 30) == 2_000
    assert pace.since(later, 30) == 20
    pace.look(later, 60, PATIENCE)
    assert pace.rate(later, 60) == 500
