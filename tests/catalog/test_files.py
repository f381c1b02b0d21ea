"""Locks between processes."""

import subprocess
import sys
from pathlib import Path

from catalog.files import locked, try_locked
from tests.catalog.library import PROJECT


def test_a_process_that_dies_lets_go(tmp_path: Path) -> None:
    code = "import os, sys; from pathlib import Path; from catalog.files import locked; "
    code += "locked(Path(sys.argv[1])).__enter__(); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "lock"], cwd=PROJECT, check=False).returncode == 9
    waited: list[bool] = []
    with locked(tmp_path / "lock", lambda: waited.append(True)):
        assert waited == []


def test_one_holds_a_lock_and_another_goes_on(tmp_path: Path) -> None:
    with try_locked(tmp_path / "lock") as first, try_locked(tmp_path / "lock") as second:
        assert (first, second) == (True, False)
    with try_locked(tmp_path / "lock") as again:
        assert again
