"""The notation of the cases."""

from io import BytesIO

import pytest
from PIL import Image

from tests.cases.case import Case, understood
from tests.cases.reported import FILES, REPORTED

HALVES = Case(
    "a.jpg",
    bytes,
    "`8x4` `(1,1) = (200,30,30) ±12` `(6,2) in (0..20, 0..20, 190..255)` `title Hafen` `finds a b`",
)


def halves(width: int, height: int, right: tuple[int, int, int]) -> bytes:
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste(right, (width // 2, 0, width, height))
    saved = BytesIO()
    image.save(saved, "JPEG", quality=95, subsampling="4:4:4")
    return saved.getvalue()


def test_what_is_said() -> None:
    assert HALVES.size == (8, 4)
    assert HALVES.colours[0] == ((1, 1), ((188, 212), (18, 42), (18, 42)))
    assert HALVES.said("title") == ["Hafen"]
    assert HALVES.said("finds") == ["a b"]
    assert understood(HALVES)
    assert not understood(Case("a.jpg", bytes, "`8 by 4`"))
    assert not understood(Case("a.jpg", bytes, ""))


@pytest.mark.parametrize("size", [(80, 40), (40, 20), (16, 8)])
def test_a_colour_is_looked_for_at_its_place_in_every_size(size: tuple[int, int]) -> None:
    case = Case("a.jpg", bytes, "`80x40` `(10,10) = (200,30,30) ±12` `(70,30) = (10,10,220) ±12`")
    case.check_colours(halves(*size, (10, 10, 220)))
    with pytest.raises(AssertionError, match=r"not \(\(0?-?\d"):
        case.check_colours(halves(*size, (10, 220, 10)))


def test_every_file_here_has_its_row_which_is_understood() -> None:
    assert {path.name for path in FILES.iterdir()} == {case.name for case in REPORTED}
    assert [case.name for case in REPORTED if not understood(case)] == []
