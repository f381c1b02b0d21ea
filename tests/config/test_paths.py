"""What a path names, whatever Python's version says of one that can't be looked at."""

from pathlib import Path

import pytest

from config.paths import is_file, is_folder, is_there


def test_a_folder_a_file_and_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    paths = (tmp_path, file, tmp_path / "no", file / "no")
    looks = [(is_folder(each), is_file(each), is_there(each)) for each in paths]
    assert looks == [(True, False, True), (False, True, True), (False, False, False), (False, False, False)]


@pytest.mark.parametrize("look", [is_folder, is_file, is_there])
def test_what_can_t_be_looked_at_is_an_error(look: object, tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    assert callable(look)
    for path in (circle, tmp_path / ("x" * 300)):
        with pytest.raises(OSError, match=r"circle|xxx"):
            look(path)
