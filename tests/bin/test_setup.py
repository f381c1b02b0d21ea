"""What the set-up says no to, before it has done anything; what it does is tried by tests/bare/run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bin.trees import PROJECT


def set_up(tree: Path, *arguments: str, path: str | None = None, **variables: str) -> tuple[int, str]:
    """Runs the set-up of a copy that has nothing yet; gives the exit code and what was said."""
    for folder in ("bin", "config", "requirements"):
        shutil.copytree(PROJECT / folder, tree / folder, dirs_exist_ok=True)
    shutil.copy(PROJECT / "requirements.txt", tree)
    environ = {"PATH": os.environ["PATH"] if path is None else path, "HOME": str(tree)} | variables
    bash = str(shutil.which("bash"))
    ran = subprocess.run(
        [bash, "bin/setup", *arguments], cwd=tree, env=environ, capture_output=True, text=True, check=False
    )
    assert not (tree / ".venv").exists()
    return ran.returncode, ran.stderr


def stand_in(folder: Path, name: str, script: str) -> Path:
    """A program that does what the script says."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_a_word_that_it_does_not_know(tmp_path: Path) -> None:
    code, said = set_up(tmp_path, "everything")
    assert (code, said) == (
        1,
        "setup: there is no everything to set up: serve, checks, tests or architecture\n",
    )


def test_without_python(tmp_path: Path) -> None:
    code, said = set_up(tmp_path, PYTHON="no-such-python")
    assert code == 1
    assert said.startswith("setup: no-such-python is missing: install Python 3.11 or later")


def test_a_python_that_is_too_old(tmp_path: Path) -> None:
    old = stand_in(tmp_path / "old", "python3", 'case $1 in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac')
    code, said = set_up(tmp_path, PYTHON=str(old))
    assert code == 1
    assert said.startswith("setup: Python 3.9.2 is too old: Darkroom needs Python 3.11 or later")


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="this is not Debian")
def test_whoever_has_no_rights_is_told_what_to_ask_for(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    stand_in(programs, "dpkg-query", "exit 1")
    stand_in(programs, "id", "echo 1000")
    stand_in(programs, "sudo", "exit 1")
    code, said = set_up(tmp_path, path=f"{programs}:{os.environ['PATH']}")
    assert code == 1
    assert said.startswith("setup: Debian packages are missing, and you are neither root nor may use sudo: ask for ")
    assert "apt-get install --no-install-recommends" in said
    assert "libtiff-dev" in said
    assert said.count("\n") == 1


def test_where_there_is_no_debian_the_programs_are_named(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for each in ("bash", "dirname", "grep", "sha256sum", "cut", "cat", "uname"):
        (programs / each).symlink_to(str(shutil.which(each)))
    code, said = set_up(tmp_path, path=str(programs), PYTHON=sys.executable)
    assert code == 1
    assert said.startswith("setup: cc is missing, and this is not Debian: install it, and the headers of libjpeg")
