"""Texts, numbers and dates of any kind."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata import values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (7, ""),
        ("  a b ", "a b"),
        ("a\0b\ufeff", "ab"),
        ("a\r\nb\tc\x07", "a b c"),
        ("\ud800", "\ufffd"),
        ("Zürich".encode(), "Zürich"),
        ("Zürich".encode("latin-1"), "Zürich"),
        ("\ufeffZürich".encode(), "Zürich"),
        (b"\x93quoted\x94 \x80", "“quoted” €"),
        (b"\x81\x8d", ""),  # no Windows-1252, and control characters in Latin-1
        (b"Anna\0\xff\xff", "Anna"),
        ("Z" + "ü" * 3000, "Z" + "ü" * 999),
        (("Z" + "ü" * 3000).encode(), "Z" + "ü" * 999),
        (("ü" * 31).encode()[:-1], "ü" * 30),
    ],
)
def test_a_text(value: object, expected: str) -> None:
    assert values.text(value) == expected


def test_a_description_keeps_its_lines() -> None:
    assert values.text("a\r\nb\rc\x07", values.TEXT) == "a\nb\nc"


def test_texts_are_each_there_once_and_not_too_many() -> None:
    assert values.texts(["b", " a", "", None, "b\0"]) == ("b", "a")
    assert len(values.texts(map(str, range(100_000)))) == values.MOST


@pytest.mark.parametrize(
    ("raw", "big_endian", "expected"),
    [
        (b"ASCII\0\0\0hello\0\0", False, "hello"),
        (b"\0" * 8 + "Zürich".encode("latin-1"), False, "Zürich"),
        (b"UNICODE\0" + "Zürich".encode("utf-16-le"), True, "Zürich"),
        (b"UNICODE\0" + "Zürich".encode("utf-16-be"), False, "Zürich"),
        (b"UNICODE\0" + "Zürich".encode("utf-16"), True, "Zürich"),
        (b"UNICODE\0" + "東京".encode("utf-16-be"), True, "東京"),
        (b"UNICODE\0" + "東京".encode("utf-16-le"), False, "東京"),
        (b"UNICODE\0plain", False, "plain"),
        (b"UNICODE\0a", True, "a"),
        (b"JIS\0\0\0\0\0" + "東京".encode("iso2022_jp"), False, "東京"),
        (b"no code at all", False, "no code at all"),
        (b"\0" * 100, False, ""),
        ("text", False, "text"),
        ((1, 2), False, ""),
    ],
)
def test_a_comment(raw: object, big_endian: bool, expected: str) -> None:
    assert values.comment(raw, big_endian) == expected


def test_wide_texts() -> None:
    assert values.wide("Zürich; sea\0\0".encode("utf-16-le")) == "Zürich; sea"
    assert values.wide("text") == values.wide(None) == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1/160", 0.00625),
        ("22", 22.0),
        ((5, 6), 5.0),
        ([], None),
        ((), None),
        ("1/0", None),
        ("x", None),
        ("", None),
        ("1" * 1000, None),
        (10**400, None),
        (math.nan, None),
        (math.inf, None),
        (-1, None),
        (101, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_number(value: object, expected: float | None) -> None:
    assert values.number(value, 0, 100) == expected


@pytest.mark.parametrize(
    ("stars", "percent", "expected"),
    [
        (3, None, 3),
        ("4.0", None, 4),
        (0, 99, 0),
        (None, 1, 1),
        (None, 25, 2),
        (None, 50, 3),
        (None, 75, 4),
        (None, 99, 5),
        (None, 0, 0),
        ("", "", 0),
        (-1, None, 0),
        (17, None, 0),
    ],
)
def test_a_rating(stars: object, percent: object, expected: int) -> None:
    assert values.rating(stars, percent) == expected


@pytest.mark.parametrize(
    ("parts", "reference", "expected"),
    [
        ((46, 30, 0), "N", 46.5),
        ((46, 30, 36), "s", -46.51),
        ((46.5,), "", 46.5),
        ((46, math.nan, math.nan), "N", 46.0),
        ((90, 0, 0), "N", 90.0),
        ((90, 0, 1), "N", None),
        ((91, 0, 0), "N", None),
        ((math.nan, 0, 0), "N", None),
        ((1, 2, 3, 4), "N", None),
        ((), "N", None),
        (None, None, None),
    ],
)
def test_degrees(parts: object, reference: object, expected: float | None) -> None:
    assert values.degrees(parts, reference, 90) == expected


def test_a_place_is_both_or_neither() -> None:
    assert values.place(1.0, 2.0) == (1.0, 2.0)
    assert values.place(0.0, 2.0) == (0.0, 2.0)
    assert values.place(None, 2.0) == values.place(1.0, None) == values.place(0.0, 0.0) == (None, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015:07:02 14:35:33", "2015-07-02T14:35:33"),
        ("2015:07:02 14:35:33.123+02:00", "2015-07-02T14:35:33"),
        ("2015-07-02T14:35:33Z", "2015-07-02T14:35:33"),
        ("2015-07-02T14:35", "2015-07-02T14:35:00"),
        ("2015-07-02", "2015-07-02T00:00:00"),
        ("2015-07", "2015-07-01T00:00:00"),
        ("2015", "2015-01-01T00:00:00"),
        ("20150702 143533", "2015-07-02T14:35:33"),
        ("20150700", "2015-07-01T00:00:00"),
        ("2015:07:02   :  :  ", "2015-07-02T00:00:00"),
        ("0000:00:00 00:00:00", ""),
        ("0001:01:01 00:00:00", ""),
        ("9999:12:31 23:59:59", ""),
        ("2015:13:02 14:35:33", ""),
        ("2015:02:30 14:35:33", ""),
        ("2015:07:02 25:00:00", ""),
        ("1234567", ""),
        ("garbage", ""),
        ("٢٠١٥", ""),
        (None, ""),
    ],
)
def test_a_date(value: object, expected: str) -> None:
    assert values.date(value) == expected


@given(st.binary() | st.text())
def test_whatever_it_is_it_becomes_a_text(value: bytes | str) -> None:
    for longest in (values.LINE, values.TEXT):
        some = values.text(value, longest)
        some.encode()
        assert len(some) <= longest
        assert some == some.strip()
        assert "\0" not in some
    values.comment(value).encode()
    day = values.date(value)
    assert not day or (len(day) == 19 and 1 <= int(day[5:7]) <= 12)
