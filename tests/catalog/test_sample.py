"""The sample library."""

from pathlib import Path

import pytest

from catalog import sample
from catalog.metadata import read


def test_the_sample_is_as_drawn_and_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "sample"
    sample.make_sample(folder)
    for each in sample.SAMPLES:
        header = read(folder / each.path)
        assert (header.width, header.height) == (each.width, each.height)
    (folder / "2019/beach.jpg").unlink()
    sample.make_sample(folder)
    assert not (folder / "2019/beach.jpg").exists()
    assert list(folder.parent.iterdir()) == [folder]


def test_half_a_sample_is_never_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sample, "_save", full)
    with pytest.raises(OSError, match="No space"):
        sample.make_sample(tmp_path / "sample")
    assert list(tmp_path.iterdir()) == []
