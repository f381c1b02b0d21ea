"""A set-up that is not whole: no command can be loaded, and it is said why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.catalog.library import PROJECT, put


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("PIL/__init__.py", ["it can't start: half of it is gone", "photos of all kinds: Pillow can't be imported"]),
        ("argon2.py", ["it can't start: half of it is gone"]),
        ("sqlalchemy.py", ["it can't start: half of it is gone"]),
    ],
)
def test_what_can_t_be_loaded_is_said(tmp_path: Path, module: str, said: list[str]) -> None:
    put(tmp_path / module, b"raise ImportError('half of it is gone')")
    done = subprocess.run(
        [sys.executable, PROJECT / "darkroom/__main__.py", "doctor"],
        env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (1, "", False)
    assert [each in done.stderr for each in said] == [True] * len(said)
