"""What room a file system says that it has."""

import errno
import os
from pathlib import Path

import pytest

from cache.disk.space import EACH, RESERVE, space_of, takes_files


def system(files: int, free: int) -> os.statvfs_result:
    return os.statvfs_result((4096, 4096, 1000, 500, 250, files, free, free, 0, 255))


@pytest.mark.parametrize(
    ("files", "free", "entries", "short", "none"),
    [
        (10**6, 500_000, 1, 0, False),
        (10**6, RESERVE, 0, 0, False),
        (10**6, RESERVE, 1, EACH, False),
        (10**6, 1, 0, RESERVE - 1, False),
        (400, 50, 1, EACH, False),  # an eighth of a small one
        (400, 53, 1, 0, False),
        (0, 0, 1, 0, False),  # btrfs: it counts none
        (400, 0, 1, 0, True),  # which some only say
    ],
)
def test_inodes(monkeypatch: pytest.MonkeyPatch, files: int, free: int, entries: int, short: int, none: bool) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: system(files, free))
    space = space_of(Path(), entries)
    assert (space.bytes, space.inodes_short, space.no_inodes) == (250 * 4096, short, none)


def test_files_that_are_tried_are_gone_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert takes_files(tmp_path / "tmp")
    touch = Path.touch

    def full(self: Path, mode: int = 0o666, exist_ok: bool = True) -> None:
        if list(self.parent.iterdir()):
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        touch(self, mode, exist_ok)

    monkeypatch.setattr(Path, "touch", full)
    assert not takes_files(tmp_path / "tmp")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_fails_otherwise_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        takes_files(tmp_path / "file" / "tmp")
