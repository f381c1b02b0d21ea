"""The profiles of colours that are told in numbers."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from catalog.presentation.colours import ADOBE_RGB, PRIMARIES, TRANSFERS, Colours, of_code_points
from workers.pipeline.colour import FLAGS, INTENT
from workers.pipeline.colours.icc import is_srgb
from workers.pipeline.colours.told import profile_of


def shown(colours: Colours | None, pixel: tuple[int, int, int]) -> tuple[int, ...]:
    assert colours
    profile = ImageCms.ImageCmsProfile(BytesIO(profile_of(colours)))
    transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB", INTENT, FLAGS)
    done = ImageCms.applyTransform(Image.new("RGB", (1, 1), pixel), transform)
    assert done
    found = done.getpixel((0, 0))
    assert isinstance(found, tuple)
    return found


# Worked out from the standards' formulas, without littlecms.
@pytest.mark.parametrize(
    ("colours", "pixel", "expected"),
    [
        (ADOBE_RGB, (200, 100, 50), (227, 100, 42)),
        (ADOBE_RGB, (110, 150, 110), (87, 151, 108)),
        (of_code_points(12, 13), (200, 100, 50), (215, 93, 31)),
        (of_code_points(12, 13), (100, 180, 60), (65, 182, 27)),
        (of_code_points(12, 2), (100, 180, 60), (65, 182, 27)),
        (of_code_points(11, 13), (128, 128, 128), (128, 128, 128)),
        (of_code_points(9, 1), (128, 128, 128), (128, 128, 128)),
        (of_code_points(9, 13), (200, 100, 50), (241, 76, 29)),
        (of_code_points(1, 8), (55, 55, 55), (128, 128, 128)),
        (of_code_points(1, 5), (128, 128, 128), (105, 105, 105)),
        (of_code_points(1, 4), (128, 128, 128), (129, 129, 129)),
        (of_code_points(1, 13, narrow=True), (126, 126, 126), (128, 128, 128)),
        (of_code_points(1, 13, narrow=True), (10, 235, 245), (0, 255, 255)),
        (Colours(PRIMARIES[1], gamma=1.0), (55, 55, 55), (128, 128, 128)),
    ],
)
def test_what_is_shown(colours: Colours | None, pixel: tuple[int, int, int], expected: tuple[int, ...]) -> None:
    assert shown(colours, pixel) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("transfer", [1, 6, 11, 13, 14, 15])
def test_what_is_srgb_needs_no_profile(transfer: int) -> None:
    found = of_code_points(1, transfer)
    assert found
    assert profile_of(found) == b""


@pytest.mark.parametrize("primaries", PRIMARIES)
@pytest.mark.parametrize("transfer", sorted(TRANSFERS - {16, 18}))
def test_white_and_black_stay(primaries: int, transfer: int) -> None:
    found = of_code_points(primaries, transfer)
    assert found
    if profile := profile_of(found):
        assert not is_srgb(profile)
        assert shown(found, (255, 255, 255)) == pytest.approx((255, 255, 255), abs=1)
        assert shown(found, (0, 0, 0)) == (0, 0, 0)


def test_primaries_on_one_line_are_none() -> None:
    line = ((0.3127, 0.329), (0.1, 0.1), (0.2, 0.2), (0.3, 0.3))
    assert profile_of(Colours(line, gamma=2.0)) == b""
