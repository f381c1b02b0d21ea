"""What H.273's code points say of colours."""

import pytest

from catalog.presentation.colours import PRIMARIES, TRANSFERS, Colours, of_code_points


@pytest.mark.parametrize(
    ("primaries", "transfer", "expected"),
    [
        (12, 13, Colours(PRIMARIES[12], 13)),
        (9, 16, Colours(PRIMARIES[9], 16)),
        (12, 2, Colours(PRIMARIES[12], 13)),
        (2, 18, Colours(PRIMARIES[1], 18)),
        (2, 2, None),
        (0, 3, None),
        (255, 255, None),
        (65535, 65535, None),
        (13, 9, None),
    ],
)
def test_what_is_known(primaries: int, transfer: int, expected: Colours | None) -> None:
    assert of_code_points(primaries, transfer) == expected


def test_a_peak_is_of_pq_alone() -> None:
    peaks = {transfer: found.peak for transfer in TRANSFERS if (found := of_code_points(9, transfer, peak=400))}
    assert peaks.pop(16) == 400
    assert set(peaks.values()) == {0}
