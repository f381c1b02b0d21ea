"""Keywords in trees."""

import pytest

from catalog.metadata import keywords


@pytest.mark.parametrize(
    ("text", "between", "expected"),
    [
        ("Orte|Palermo", "|", "Orte|Palermo"),
        ("Orte/Catania", "/", "Orte|Catania"),
        ("|Orte| |Palermo|", "|", "Orte|Palermo"),
        ("24/7", "|", "24/7"),
        ("", "|", ""),
        (None, "|", ""),
    ],
)
def test_a_path(text: object, between: str, expected: str) -> None:
    assert keywords.path(text, between) == expected


@pytest.mark.parametrize(
    ("plain", "paths", "expected"),
    [
        ((), (), ()),
        (("sea", "lake"), (), ("sea", "lake")),
        (("Palermo",), ("Orte|Palermo",), ("Orte|Palermo",)),
        (("orte", "Palermo", "sea"), ("Orte", "Orte|Palermo"), ("Orte|Palermo", "sea")),
        ((), ("Orte", "Orte|Sizilien", "Orte|Sizilien|Palermo", "sea"), ("Orte|Sizilien|Palermo", "sea")),
        (("Orte/Catania",), ("Orte|Catania",), ("Orte|Catania",)),
        (("sea",), ("sea",), ("sea",)),
    ],
)
def test_each_once(plain: tuple[str, ...], paths: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert keywords.listed(plain, paths) == expected
