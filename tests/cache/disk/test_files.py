"""Files of the disk tier, as such."""

import os
import time
from pathlib import Path

import pytest

from cache.disk.files import Files, is_whole, key_of
from tests.cache.keys import key, render


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "renders")


def test_a_file_is_written_and_then_moved(files: Files) -> None:
    temporary = files.write(render())
    assert files.read(key().path) is None
    files.move(temporary, key().path)
    assert files.read(key().path) == render()
    assert list(files.temporary.iterdir()) == []


def test_the_walk_finds_what_is_in_shards(files: Files) -> None:
    assert list(files.walk()) == []
    assert not files.any_shard()
    for number in range(20):
        files.move(files.write(render(100 + number)), key(number).path)
    files.write(render())
    (files.folder / "zz").mkdir()
    (files.folder / "zz/stranger.jpg").touch()
    found = {each.path: each.bytes for each in files.walk()}
    assert found == {key(number).path: 100 + number for number in range(20)}
    assert files.any_shard()


def test_what_is_no_file_is_not_found(files: Files) -> None:
    (files.folder / key().path).mkdir(parents=True)
    assert files.found(key().path) is None
    assert files.found("ab/none.jpg") is None


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (key().path, True),
        (key().path.removesuffix(".jpg"), False),
        (key().path.replace("x256.", "x0."), False),
        ("00/00/" + key().path[6:], False),  # not its shard
        (key().path + ".jpg", False),
    ],
)
def test_which_paths_are_renders(path: str, is_one: bool) -> None:
    assert key_of(path) == (key() if is_one else None)


@pytest.mark.parametrize(
    ("data", "whole"), [(render(), True), (b"", False), (render()[:-1], False), (b"\0" * 9, False)]
)
def test_whole(data: bytes, whole: bool) -> None:
    assert is_whole(data) is whole


def test_what_was_left_of_a_put_goes_whether_the_clock_was_set_back_since_or_not(files: Files) -> None:
    now = time.time()
    for seconds in (-4000, -3000, 0, 3000, 4000):
        os.utime(files.write(render()), (now + seconds, now + seconds))
    assert files.sweep(3500) == 2
    assert len(list(files.temporary.iterdir())) == 3
