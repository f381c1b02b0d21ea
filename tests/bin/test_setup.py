"""What the set-up says no to, before it has done anything; what it does is tried by tests/bare/run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bin.requirements import FILES
from tests.bin.indexes import offline, sha256, wheel
from tests.bin.trees import PROJECT, make_tree


def set_up(tree: Path, *arguments: str, path: str | None = None, **variables: str) -> tuple[int, str]:
    """Runs the set-up of a copy that has nothing yet; gives the exit code and what was said."""
    copied(tree)
    return run(tree, *arguments, path=path, **variables)


def copied(tree: Path) -> None:
    """What the set-up reads, put into that tree."""
    for folder in ("bin", "config", "requirements"):
        shutil.copytree(PROJECT / folder, tree / folder, dirs_exist_ok=True)
    shutil.copy(PROJECT / "requirements.txt", tree)


def run(tree: Path, *arguments: str, path: str | None = None, **variables: str) -> tuple[int, str]:
    """Runs the set-up of that tree."""
    environ = {"PATH": os.environ["PATH"] if path is None else path, "HOME": str(tree)} | variables
    bash = str(shutil.which("bash"))
    ran = subprocess.run(
        [bash, "bin/setup", *arguments], cwd=tree, env=environ, capture_output=True, text=True, check=False
    )
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
        "setup: there is no everything to set up: serve, checks, tests, architecture or audit\n",
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


@pytest.fixture(autouse=True)
def nothing_is_made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """By what says no."""
    yield
    assert (tmp_path / ".venv").exists() == ("packages" in request.fixturenames)


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


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """An index of one package that was changed after it was pinned, which is all that the tree pins besides Pillow."""
    index = tmp_path / "index"
    small, tool = wheel(index, "small"), wheel(index, "tool")
    pinned = "{}==1.0 \\\n    --hash=sha256:{}\n"
    make_tree(
        tmp_path,
        dict.fromkeys(FILES, "# nothing\n")
        | {"requirements.txt": pinned.format("pillow-simd", "0" * 64) + pinned.format("small", sha256(small))}
        | {"requirements/build.txt": pinned.format("tool", sha256(tool))},
    )
    small.write_bytes(small.read_bytes() + b"\0")
    return index


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="this is not Debian")
def test_a_file_of_another_hash_ends_it_in_a_sentence(tmp_path: Path, packages: Path) -> None:
    pins = {file: (tmp_path / file).read_text() for file in FILES}
    programs = tmp_path / "programs"
    stand_in(programs, "dpkg-query", "printf installed")
    for tool in ("jpegtran", "redis-server"):
        stand_in(programs, tool, "exit 0")
    copied(tmp_path)
    make_tree(tmp_path, pins)
    code, said = run(tmp_path, path=f"{programs}:{os.environ['PATH']}", **offline(packages), PYTHON=sys.executable)
    assert code == 1
    step, sentence = said.splitlines()
    assert step.startswith("setup: Python packages of requirements.txt")
    assert step.endswith("failed")
    assert sentence.startswith(
        "setup: small 1.0 is another file than requirements.txt says (small-1.0-py3-none-any.whl "
    )
