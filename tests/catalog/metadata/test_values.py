"""Texts and numbers of any kind."""

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


@given(st.binary() | st.text())
def test_whatever_it_is_it_becomes_a_text(value: bytes | str) -> None:
    for longest in (values.LINE, values.TEXT):
        some = values.text(value, longest)
        some.encode()
        assert len(some) <= longest
        assert some == some.strip()
        assert "\0" not in some
    values.comment(value).encode()
