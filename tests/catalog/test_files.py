"""Locks between processes, and files that became something else."""

import subprocess
import sys
from pathlib import Path

import pytest

from catalog.files import crosses_link, locked, try_locked
from tests.catalog.library import PROJECT


def test_a_process_that_dies_lets_go(tmp_path: Path) -> None:
    code = "import os, sys; from pathlib import Path; from catalog.files import locked; "
    code += "locked(Path(sys.argv[1])).__enter__(); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "lock"], cwd=PROJECT, check=False).returncode == 9
    waited: list[bool] = []
    with locked(tmp_path / "lock", lambda: waited.append(True)):
        assert waited == []


def test_what_crosses_a_link(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / "real/1.jpg").touch()
    (root / "folder").symlink_to("real")
    (root / "2.jpg").symlink_to("real/1.jpg")
    (root / "circle.jpg").symlink_to("circle.jpg")
    (tmp_path / "link").symlink_to("root")
    for start in (root, tmp_path / "link"):
        assert not crosses_link(start, "real/1.jpg")
        for path in ("folder/1.jpg", "2.jpg", "circle.jpg"):
            assert crosses_link(start, path)
    with pytest.raises(FileNotFoundError):
        crosses_link(root, "real/2.jpg")


def test_one_holds_a_lock_and_another_goes_on(tmp_path: Path) -> None:
    with try_locked(tmp_path / "lock") as first, try_locked(tmp_path / "lock") as second:
        assert (first, second) == (True, False)
    with try_locked(tmp_path / "lock") as again:
        assert again
