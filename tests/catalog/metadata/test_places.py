"""Places as receivers and tools write them."""

import math

import pytest

from catalog.metadata import places

LATITUDES = [
    ((46, 30, 0), "N", 46.5),
    ((46, 30, 36), "s", -46.51),
    ((46.5,), "", 46.5),
    (46.5, "South", -46.5),
    ((-33, -48, 0), "S", -33.8),
    ((-33, 48, 0), "N", -33.8),
    ((0, -30, 0), "", -0.5),
    ((33.8, 0, 0), b"S\0", -33.8),
    ("33,48,0", "S", -33.8),
    (b"33 deg 48' 0\" S", "", -33.8),
    ((46, math.nan, math.nan), "N", 46.0),
    ((90, 0, 0), "N", 90.0),
    ((90, 0, 1), "N", None),
    ((91, 0, 0), "N", None),
    ((math.nan, 0, 0), "N", None),
    ((1, 2, 3, 4), "N", None),
    ((), "N", None),
    (None, None, None),
]


@pytest.mark.parametrize(("parts", "reference", "expected"), LATITUDES)
def test_degrees(parts: object, reference: object, expected: float | None) -> None:
    assert places.degrees(parts, reference, places.LATITUDE) == expected


@pytest.mark.parametrize(
    ("parts", "reference", "expected"),
    [((208, 48, 0), "E", -151.2), ((190,), "W", 170.0), ((180, 0, 0), "W", -180.0), ((361,), "E", None)],
)
def test_a_longitude_may_go_on(parts: object, reference: object, expected: float | None) -> None:
    assert places.degrees(parts, reference, places.LONGITUDE) == expected


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("48,8.25N", "", 48.1375),
        ("48,8,15n", "", 48.1375),
        ("48.1375", "", 48.1375),
        ("-33.8", "", -33.8),
        ("\N{MINUS SIGN}33.8", "", -33.8),
        ("33.8", "S", -33.8),
        ("33.8N", "S", 33.8),
        ("33 deg 48' 0\" S", "", -33.8),
        ("33° 48\u2032 0\u2033 S", "", -33.8),
        ("33 degrees 48 minutes south", "", -33.8),
        ("S33 48", "", -33.8),
        ("33/1,48/1,0/1S", "", -33.8),
        ("48,1375", "N", 48.1375),  # a comma for a point
        ("1,2,3,4N", "", None),
        ("north", "", None),
        ("", "N", None),
        ("9" * 1000, "", None),
    ],
)
def test_written(text: str, reference: str, expected: float | None) -> None:
    assert places.written(text, reference, places.LATITUDE) == expected


def test_a_place_is_both_or_neither() -> None:
    assert places.place(1.0, 2.0) == (1.0, 2.0)
    assert places.place(0.0, 2.0) == (0.0, 2.0)
    assert places.place(None, 2.0) == places.place(1.0, None) == places.place(0.0, 0.0) == (None, None)
