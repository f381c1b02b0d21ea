"""Rendering a photo small, to see whether that works."""

import re
from pathlib import Path

import pytest

from config import Settings
from darkroom.why.trial import trial
from tests.catalog.library import jpeg, put
from tests.darkroom.doctor.told import one, told
from tests.photos import header_alone


def test_one_that_can_be_rendered(tmp_path: Path) -> None:
    file = put(tmp_path / "1.jpg", jpeg(size=(400, 300)))
    line = one(trial(file, Settings()))
    assert re.fullmatch(r"✓ trial: 213x160, [\d,]+ bytes, in [\d.]+ ms \(open [\d.]+, .*encode [\d.]+\)", line)
    assert [each.name for each in tmp_path.iterdir()] == ["1.jpg"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            header_alone(jpeg(size=(400, 300))),
            "✗ trial: The photo's file is damaged: it ends where its picture begins: ",
        ),
        (b"text", "✗ trial: The file is of a kind that is not rendered; rendered are JPEG, "),
        (None, "✗ trial: The photo's file is gone, or can't be read: it is missing"),
    ],
)
def test_one_that_can_t(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "1.jpg"
    if content is not None:
        file.write_bytes(content)
    assert one(trial(file, Settings())).startswith(said)


def test_one_of_which_a_part_is_shown(tmp_path: Path) -> None:
    shown, damaged = told(trial(put(tmp_path / "1.jpg", jpeg(size=(400, 300))[:-2]), Settings()))
    assert shown.startswith("✓ trial: 213x160")
    assert damaged == "- trial: it is truncated: The photo's file ends early: what there is of it is shown"
