"""The order of the photos, and what is compared of them."""

from pathlib import Path

import pytest

from bench.data import library
from bench.data.library import Photo, copies, spread
from workers.sizing import Size


def photo(number: int) -> Photo:
    return Photo(f"original/{number}.jpg", Size(100 + number, 100))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 19, 64])
def test_spread_keeps_all(count: int) -> None:
    row = [photo(number) for number in range(count)]
    assert sorted(spread(row), key=lambda each: each.pixels) == row


def test_spread_begins_with_the_ends_and_the_middle() -> None:
    assert [each.pixels // 100 - 100 for each in spread([photo(number) for number in range(9)])][:3] == [8, 0, 4]


@pytest.mark.parametrize(
    ("size", "box", "fitted"),
    [
        (Size(4000, 3000), Size(256, 256), Size(256, 256)),
        (Size(4000, 3000), Size(1920, 1080), Size(1440, 1080)),
        (Size(3000, 4000), Size(1920, 1080), Size(1080, 1440)),
        (Size(1365, 1074), Size(1920, 1080), None),
        (Size(200, 4000), Size(256, 256), None),
    ],
)
def test_nothing_is_scaled_up(size: Size, box: Size, fitted: Size | None) -> None:
    assert Photo("original/sea.jpg", size).fitted(box) == fitted


def test_copies_are_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photos/original").mkdir(parents=True)
    (tmp_path / "photos/original/0.jpg").write_bytes(b"sea")
    monkeypatch.setattr(library, "PHOTOS", tmp_path / "photos")
    folder = copies([photo(0)], tmp_path / "library", 2)
    found = [folder / "0/original/0.jpg", folder / "1/original/0.jpg"]
    assert sorted(file for file in folder.rglob("*.jpg")) == found
    assert {file.stat().st_ino for file in found} == {(tmp_path / "photos/original/0.jpg").stat().st_ino}
