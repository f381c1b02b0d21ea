"""`make check`: bounds of the folders, and what may stand in a package's door.

Whoever opens a folder should see at a glance what is in it; so none holds more than 16 modules, each package says in
its `__init__.py` what it is for, and nothing happens there.
"""

import argparse
import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).parents[1]
MOST = 16
DOORS = frozenset({"__init__.py", "conftest.py"})  # no modules of their folder: nobody looks for anything in them


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bin.folders", description=__doc__)
    parser.add_argument("tree", nargs="?", type=Path, default=PROJECT, help="the project (default: this one)")
    tree = parser.parse_args().tree
    files = files_of(tree)
    wrong = [*too_full(files), *without_door(files), *wrong_doors(tree, files)]
    for sentence in wrong:
        print(f"folders: {sentence}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


def files_of(tree: Path) -> list[PurePosixPath]:
    """The modules of the project, Python's and the page's: what git has, and what it does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py", "*.js"]
    listed = subprocess.run(command, cwd=tree, capture_output=True, encoding="utf-8", check=False)
    if listed.returncode:
        sys.exit(f"folders: git could not list the files of {tree}: {listed.stderr.strip()}")
    paths = sorted({*listed.stdout.split("\0")} - {""})
    return [PurePosixPath(path) for path in paths if (tree / path).exists()]


def too_full(files: Iterable[PurePosixPath]) -> Iterator[str]:
    counted = Counter(path.parent for path in files if path.name not in DOORS)
    for folder, count in sorted(counted.items()):
        if count > MOST:
            yield f"{folder}/ has {count} modules, and {MOST} at most are seen at a glance: it is asking to be two."


def without_door(files: Sequence[PurePosixPath]) -> Iterator[str]:
    folders = {path.parent for path in files if path.suffix == ".py"} - {PurePosixPath(".")}
    for folder in sorted(folders):
        if folder / "__init__.py" not in files:
            yield f"{folder}/ has modules, but no __init__.py that says what they are for."


def wrong_doors(tree: Path, files: Iterable[PurePosixPath]) -> Iterator[str]:
    for path in files:
        if path.name == "__init__.py":
            yield from _wrong_in(path, ast.parse((tree / path).read_bytes()))


def _wrong_in(path: PurePosixPath, module: ast.Module) -> Iterator[str]:
    described = ast.get_docstring(module) is not None
    if not described and path.parts[0] != "tests":
        yield f"{path} has no docstring: in its first sentence the package says what it is for."
    for statement in module.body[described:]:
        if not _hands_on(statement):
            yield f"{path}:{statement.lineno} is code: beside its docstring a package's __init__ only hands on names."
            return


def _hands_on(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List() | ast.Tuple()):
            return True
    return False


if __name__ == "__main__":
    main()
