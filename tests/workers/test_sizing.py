"""The scaling table, against examples and against exact fractions."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cache.key import LONGEST_SIDE, RenderKey
from workers.errors import TooLarge
from workers.sizing import Size, output_size

LIMIT = 8192
LANDSCAPE, PORTRAIT, SQUARE = Size(4000, 3000), Size(3000, 4000), Size(3000, 3000)
PHOTOS = st.builds(Size, st.integers(1, 30_000), st.integers(1, 30_000))
SIDES = st.integers(1, LIMIT)


def nearest(exact: Fraction) -> int:
    """To the nearest pixel, halves up, never below 1."""
    return max(1, (exact + Fraction(1, 2)).__floor__())


@pytest.mark.parametrize(
    ("photo", "width", "height", "expected"),
    [
        (LANDSCAPE, None, None, LANDSCAPE),
        (Size(20_000, 10_000), None, None, Size(20_000, 10_000)),
        (LANDSCAPE, 400, None, Size(400, 300)),
        (LANDSCAPE, None, 300, Size(400, 300)),
        (PORTRAIT, 400, None, Size(400, 533)),
        (LANDSCAPE, 8000, None, Size(8000, 6000)),
        # both: the rectangle, or the rectangle turned, whichever gives more
        (LANDSCAPE, 1920, 1080, Size(1440, 1080)),
        (LANDSCAPE, 1080, 1920, Size(1440, 1080)),
        (PORTRAIT, 1920, 1080, Size(1080, 1440)),
        (PORTRAIT, 1080, 1920, Size(1080, 1440)),
        (Size(6000, 1000), 300, 600, Size(600, 100)),
        (SQUARE, 640, 480, Size(480, 480)),
        (SQUARE, 480, 640, Size(480, 480)),
        # only the result is measured by the limit
        (LANDSCAPE, 100_000, 30, Size(40, 30)),
        # both, equal: that square, larger or smaller than the photo
        (LANDSCAPE, 256, 256, Size(256, 256)),
        (Size(10, 2000), 256, 256, Size(256, 256)),
        (LANDSCAPE, LIMIT, LIMIT, Size(LIMIT, LIMIT)),
        # rounding: halves up, never below 1
        (Size(4, 2), 1, None, Size(1, 1)),
        (Size(4, 2), 5, None, Size(5, 3)),
        (Size(1000, 1), 10, None, Size(10, 1)),
        (Size(1, 1000), 10, 20, Size(1, 20)),
    ],
)
def test_table(photo: Size, width: int | None, height: int | None, expected: Size) -> None:
    assert output_size(photo, width, height, LIMIT) == expected


@pytest.mark.parametrize(
    ("photo", "width", "height"),
    [
        (LANDSCAPE, LIMIT + 1, None),
        (LANDSCAPE, None, LIMIT),
        (Size(1, 1000), 10, None),
        (LANDSCAPE, LIMIT + 1, LIMIT + 1),
        (LANDSCAPE, 10_000, 9_000),
    ],
)
def test_a_result_beyond_the_limit(photo: Size, width: int | None, height: int | None) -> None:
    with pytest.raises(TooLarge, match=str(LIMIT)) as raised:
        output_size(photo, width, height, LIMIT)
    assert raised.value.kind == "malformed"


@pytest.mark.parametrize(
    ("photo", "height", "expected"),
    [
        (Size(1000, 1), 160, Size(LIMIT, 8)),
        (Size(20_000, 1), 160, Size(LIMIT, 1)),
        (Size(30_000, 40), 160, Size(LIMIT, 11)),
        (Size(1, 1000), 160, Size(1, 160)),
        (Size(1, 1), 160, Size(160, 160)),
        (Size(LIMIT, 160), 160, Size(LIMIT, 160)),
        (Size(LIMIT + 1, 160), 160, Size(LIMIT, 160)),
        (LANDSCAPE, 160, Size(213, 160)),
        (PORTRAIT, LIMIT + 1, Size(6144, LIMIT)),
    ],
)
def test_what_is_to_fit_is_never_beyond_the_limit(photo: Size, height: int, expected: Size) -> None:
    assert output_size(photo, None, height, LIMIT, fits=True) == expected


@given(PHOTOS, SIDES, st.integers(16, LIMIT))
def test_what_is_to_fit_is_what_is_asked_for_where_it_may_be(photo: Size, height: int, limit: int) -> None:
    size = output_size(photo, None, height, limit, fits=True)
    assert max(size.width, size.height) <= limit
    assert size.height <= height
    free = output_size(photo, None, height, 10**9)
    assert size == free or max(free.width, free.height) > limit == max(size.width, size.height)


@given(PHOTOS, SIDES)
def test_one_side_is_exact_and_the_other_by_the_aspect_ratio(photo: Size, side: int) -> None:
    ratio = Fraction(photo.width, photo.height)
    assert output_size(photo, side, None, 10**9) == Size(side, nearest(side / ratio))
    assert output_size(photo, None, side, 10**9) == Size(nearest(side * ratio), side)


@given(PHOTOS, SIDES, SIDES)
def test_both_are_the_larger_fit(photo: Size, width: int, height: int) -> None:
    if width == height:
        assert output_size(photo, width, height, LIMIT) == Size(width, height)
        return
    scale = max(min(Fraction(w, photo.width), Fraction(h, photo.height)) for w, h in ((width, height), (height, width)))
    size = output_size(photo, width, height, LIMIT)
    assert size == Size(nearest(photo.width * scale), nearest(photo.height * scale))
    assert max(size.width, size.height) <= max(width, height)
    assert min(size.width, size.height) <= min(width, height)


@given(PHOTOS, SIDES, SIDES)
def test_the_limit_is_the_results(photo: Size, width: int, limit: int) -> None:
    free = output_size(photo, width, None, 10**9)
    if max(free.width, free.height) > limit:
        with pytest.raises(TooLarge):
            output_size(photo, width, None, limit)
    else:
        assert output_size(photo, width, None, limit) == free


@given(PHOTOS, st.integers(1, 200))
def test_equivalent_requests_are_one_render(photo: Size, shorter: int) -> None:
    """By the shorter side, by the longer one that it gives, by both, by both exchanged: one key."""
    lying = photo.width >= photo.height
    by_shorter = output_size(photo, None, shorter, 10**9) if lying else output_size(photo, shorter, None, 10**9)
    longer = by_shorter.width if lying else by_shorter.height
    by_longer = output_size(photo, longer, None, 10**9) if lying else output_size(photo, None, longer, 10**9)
    by_both = output_size(photo, longer, shorter, 10**9)
    turned = output_size(photo, shorter, longer, 10**9)
    sizes = {by_shorter, by_longer, by_both, turned}
    assume(longer <= LONGEST_SIDE)
    assert len({RenderKey("A" * 22, "0-1", size.width, size.height, 70) for size in sizes}) == 1
