"""Which profiles are sRGB."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageCms

from tests.workers.samples import profiles
from workers.pipeline.colours.icc import is_srgb

LCMS = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (LCMS, True),
        (profiles.of_curve(*profiles.SRGB, profiles.srgb_curve(1024)), True),
        (profiles.of_curve(*profiles.SRGB, profiles.srgb_curve(26)), True),
        (profiles.rgb(*profiles.SRGB, 2.2), False),
        (profiles.of_curve(*profiles.DISPLAY_P3[:3], profiles.srgb_curve(1024)), False),
        (profiles.rgb(*profiles.ADOBE_RGB), False),
        (profiles.rgb(*profiles.PRO_PHOTO), False),
        (profiles.grey(2.2), False),
        (profiles.cmyk(), False),
        (LCMS[:200], False),
        (b"", False),
    ],
)
def test_profiles(profile: bytes, expected: bool) -> None:
    assert is_srgb(profile) is expected


@given(st.data())
def test_broken_ones(data: Any) -> None:
    """None raises; one whose numbers were changed is judged by what they are then."""
    profile = bytearray(LCMS)
    for _ in range(data.draw(st.integers(1, 8))):
        profile[data.draw(st.integers(0, len(profile) - 1))] = data.draw(st.integers(0, 255))
    assert is_srgb(bytes(profile[: data.draw(st.integers(0, len(profile)))])) in (True, False)
