"""Names, folded, and in the order in which people count."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import names

IN_ORDER = [
    ["IMG_2.jpg", "IMG_10.jpg", "IMG_100.jpg"],
    ["a.jpg", "B.jpg", "c.jpg"],
    ["Zurich 1", "Zürich 2", "zurich 3"],
    ["1.jpg", "01.jpg", "001.jpg", "2.jpg", "02.jpg"],
    ["9" * 254, "1" + "0" * 254],
    ["img.jpg", "img1.jpg", "img1a.jpg", "img2.jpg"],
    ["2015/9/b.jpg", "2015/10/a.jpg", "2016/1/a.jpg"],
    # What is in a folder stands together.
    ["a/2.jpg", "a/10.jpg", "a b/1.jpg", "a-b/1.jpg"],
    ["東京2", "東京10"],
    ["IMG_\uff12.jpg", "IMG_10.jpg"],  # a full-width 2
]


@pytest.mark.parametrize("some", IN_ORDER)
def test_as_people_count(some: list[str]) -> None:
    mixed = random.Random(1).sample(some, len(some))
    assert sorted(mixed, key=names.order) == some


def test_case_and_marks_make_no_difference() -> None:
    assert names.order("Zürich/IMG_1.JPG") == names.order("ZURICH/img_1.jpg") == names.order("zu\u0308rich/Img_1.jpg")


@given(st.integers(0, 10**300), st.integers(0, 10**300), st.text(max_size=5))
def test_numbers_of_any_length(one: int, other: int, between: str) -> None:
    kept = between.strip("0123456789") and not names.fold(between)[-1:].isdigit()
    if kept:
        assert (names.order(f"{between}{one}") < names.order(f"{between}{other}")) == (one < other)


@given(st.text())
def test_any_name(text: str) -> None:
    assert names.order(text) == names.order(text)
    names.fold(text + "\udcff").encode()
