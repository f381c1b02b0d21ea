"""From primaries to XYZ beside D50."""

import pytest

from catalog.presentation.colours import ADOBE_RGB, PRIMARIES, Chromaticities
from tests.workers.samples import profiles
from workers.pipeline.colours.adaptation import D50, inverted, lab, luminance, product, times, to_d50, transposed


@pytest.mark.parametrize(
    ("chromaticities", "columns"),
    [
        (PRIMARIES[1], profiles.SRGB),
        (PRIMARIES[12], profiles.DISPLAY_P3[:3]),
        (ADOBE_RGB.chromaticities, profiles.ADOBE_RGB[:3]),
    ],
)
def test_columns_of_known_profiles(chromaticities: Chromaticities, columns: tuple[tuple[float, ...], ...]) -> None:
    for found, known in zip(transposed(to_d50(chromaticities)), columns, strict=True):
        assert found == pytest.approx(known, abs=0.0006)


@pytest.mark.parametrize("number", PRIMARIES)
def test_white_is_white(number: int) -> None:
    assert times(to_d50(PRIMARIES[number]), (1, 1, 1)) == pytest.approx(D50, abs=0.0003)
    assert sum(luminance(PRIMARIES[number])) == pytest.approx(1)


def test_luminance_is_that_of_the_standards() -> None:
    assert luminance(PRIMARIES[1]) == pytest.approx((0.2126, 0.7152, 0.0722), abs=0.0001)
    assert luminance(PRIMARIES[9]) == pytest.approx((0.2627, 0.6780, 0.0593), abs=0.0001)


def test_lab() -> None:
    assert lab(D50) == pytest.approx((100, 0, 0))
    assert lab((0, 0, 0)) == pytest.approx((0, 0, 0))
    assert lab((D50[0] * 0.184187, 0.184187, D50[2] * 0.184187)) == pytest.approx((50, 0, 0), abs=0.001)


def test_what_undoes_a_matrix() -> None:
    matrix = to_d50(PRIMARIES[9])
    for row, exact in zip(product(inverted(matrix), matrix), ((1, 0, 0), (0, 1, 0), (0, 0, 1)), strict=True):
        assert row == pytest.approx(exact, abs=1e-9)
    with pytest.raises(ZeroDivisionError):
        inverted(((1, 2, 3), (2, 4, 6), (0, 0, 1)))
