"""Parameters: what is a number here, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.errors import RequestError
from api.http.params import parse, quality, side


@pytest.mark.parametrize(
    ("given_as", "meant"),
    [
        (None, 70),
        ("0", 0),
        ("1", 100),
        ("1.0", 100),
        (".5", 50),
        ("0.7", 70),
        ("0.705", 71),
        ("0.704999", 70),
        ("1.", 100),
    ],
)
def test_quality_is_hundredths_halves_up(given_as: str | None, meant: int) -> None:
    assert quality({} if given_as is None else {"quality": given_as}) == meant


@pytest.mark.parametrize("value", ["", ".", "-0.1", "1.001", "nan", "inf", "1e-1", "0,7", "\u0660", " 0.7", "0x1"])
def test_what_is_no_quality(value: str) -> None:
    with pytest.raises(RequestError, match="quality"):
        quality({"quality": value})


@given(st.text(max_size=20))
def test_a_side_is_a_whole_number_or_a_sentence(value: str) -> None:
    try:
        number = side({"width": value}, "width")
    except RequestError as error:
        assert error.kind == "malformed"
    else:
        assert str(number) == value.lstrip("0")


def test_too_many_parameters() -> None:
    with pytest.raises(RequestError, match="more than 100"):
        parse("&".join(f"p{number}=1" for number in range(101)))
