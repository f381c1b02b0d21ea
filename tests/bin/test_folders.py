"""Bounds of folders, and what may stand in a package's `__init__.py`."""

import subprocess
from pathlib import Path

import pytest

from tests.bin.trees import make_tree, run_tool

DOOR = '"""A room."""\n'


def judged(root: Path, files: dict[str, str]) -> tuple[int, str]:
    make_tree(root, files)
    subprocess.run(["git", "init", "-q", root], check=True)
    ran = run_tool("bin.folders", root)
    return ran.returncode, ran.stderr


def modules(folder: str, count: int, suffix: str = "py") -> dict[str, str]:
    return {f"{folder}/module_{number}.{suffix}": "" for number in range(count)}


def test_sixteen_modules_and_their_doors_are_enough(tmp_path: Path) -> None:
    files = modules("tests/room", 16) | {"tests/room/__init__.py": "", "tests/room/conftest.py": ""}
    assert judged(tmp_path, files) == (0, "")


@pytest.mark.parametrize(("folder", "suffix"), [("room", "py"), ("tests/room", "py"), ("api/web", "js")])
def test_seventeen_are_too_many(tmp_path: Path, folder: str, suffix: str) -> None:
    files = modules(folder, 17, suffix) | ({f"{folder}/__init__.py": DOOR} if suffix == "py" else {})
    code, said = judged(tmp_path, files)
    assert code == 1
    assert said.startswith(f"folders: {folder}/ has 17 modules")


def test_a_command_is_a_module(tmp_path: Path) -> None:
    files = modules("room", 16) | {"room/__init__.py": DOOR, "room/__main__.py": ""}
    assert judged(tmp_path, files)[0] == 1


def test_what_git_ignores_is_not_counted(tmp_path: Path) -> None:
    assert judged(tmp_path, modules(".venv/lib", 17) | {".gitignore": "/.venv\n"}) == (0, "")


@pytest.mark.parametrize(
    ("door", "said"),
    [
        (DOOR, ""),
        (DOOR + 'from room.a import b\n\n__all__ = ["b"]\n', ""),
        ("", "room/__init__.py has no docstring"),
        ("from room.a import b\n", "room/__init__.py has no docstring"),
        (DOOR + "def start() -> None: ...\n", "room/__init__.py:2 is code"),
        (DOOR + "LIMIT = 3\n", "room/__init__.py:2 is code"),
        (DOOR + "import room.a\nroom.a.start()\n", "room/__init__.py:3 is code"),
        (DOOR + "__all__ = sorted(dir())\n", "room/__init__.py:2 is code"),
    ],
)
def test_a_door_says_what_its_room_is_and_does_nothing(tmp_path: Path, door: str, said: str) -> None:
    code, heard = judged(tmp_path, {"room/__init__.py": door})
    assert code == (1 if said else 0)
    assert heard.startswith(f"folders: {said}" if said else "")
    assert heard.count("\n") == (1 if said else 0)


def test_tests_need_no_words_at_their_doors(tmp_path: Path) -> None:
    assert judged(tmp_path, {"tests/room/__init__.py": "", "tests/room/test_a.py": ""}) == (0, "")


def test_a_room_without_a_door_is_refused(tmp_path: Path) -> None:
    code, said = judged(tmp_path, {"room/a.py": ""})
    assert code == 1
    assert said.startswith("folders: room/ has modules, but no __init__.py")


def test_what_is_no_checkout_is_said(tmp_path: Path) -> None:
    make_tree(tmp_path, {"room/a.py": ""})
    ran = run_tool("bin.folders", tmp_path)
    assert ran.returncode == 1
    assert "git could not list the files" in ran.stderr
