"""Inks without a profile, against colours that Fogra measured of FOGRA39L."""

from math import dist

import pytest

from workers.pipeline.colours.adaptation import lab
from workers.pipeline.colours.press import COVERAGE, EXPONENT, GRID, OVERPRINTS, _between, press_profile

Inks = tuple[int, int, int, int]


def printed(inks: Inks) -> tuple[float, ...]:
    """Lab of so many per cent of cyan, magenta, yellow and black, beside a perfect white."""
    covered = [_between(tones, ink / 100) for tones, ink in zip(COVERAGE, inks, strict=True)]
    found = [0.0, 0.0, 0.0]
    for number, colour in enumerate(OVERPRINTS):
        part = 1.0
        for bit, cover in zip(f"{number:04b}", covered, strict=True):
            part *= cover if bit == "1" else 1 - cover
        found = [sum + part * (each / 100) ** (1 / EXPONENT) for sum, each in zip(found, colour, strict=True)]
    x, y, z = (each**EXPONENT for each in found)
    return lab((x, y, z))


@pytest.mark.parametrize(
    ("inks", "measured"),
    [
        ((0, 0, 0, 0), (95.00, 0.00, -2.00)),
        ((100, 0, 0, 0), (55.00, -37.00, -50.00)),
        ((0, 100, 0, 0), (48.00, 74.00, -3.00)),
        ((0, 0, 100, 0), (89.00, -5.00, 93.00)),
        ((0, 0, 0, 100), (16.00, 0.00, 0.00)),
        ((100, 100, 100, 100), (8.71, -0.07, 2.06)),
        ((0, 20, 0, 0), (86.18, 12.01, -5.21)),
        ((0, 70, 0, 0), (60.84, 50.59, -6.74)),
        ((20, 20, 0, 0), (79.43, 5.10, -13.64)),
        ((10, 55, 0, 0), (65.79, 33.97, -11.22)),
        ((10, 100, 0, 0), (45.66, 69.64, -7.40)),
    ],
)
def test_as_measured(inks: Inks, measured: tuple[float, ...]) -> None:
    assert dist(printed(inks), measured) < 5.5


def test_the_profile() -> None:
    profile = press_profile()
    assert profile[16:24] == b"CMYKLab "
    assert len(profile) < 45_000
    assert len(profile) > 6 * GRID**4
    assert press_profile() is profile
