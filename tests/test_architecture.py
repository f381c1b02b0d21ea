"""docs/architecture.md names what there is, and every room there is.

In backticks stand whole paths from the root: `api/identify.py`, a folder with a slash at its end: `catalog/scan/`;
what a file defines after a colon: `api/identify.py:Identify.photo`; and a function by itself with its brackets:
`create_app()`. Whatever else stands in backticks is not looked at.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bin.folders import files_of

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs/architecture.md"
TEXT = PAGE.read_text()
NAMED = sorted(set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", TEXT)))
TOPS = {path.name for path in PROJECT.iterdir() if not path.name.startswith(".")}
SOURCES = (".py", ".js", ".css", ".html", ".md", ".svg", ".toml", ".txt")
FILES = files_of(PROJECT)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_place(name: str) -> bool:
    """A path from the root. `/metrics` is none, nor is `image/jpeg`, whose first part is nothing of ours."""
    path = name.partition(":")[0]
    if not re.fullmatch(r"[\w.][\w./-]*", path):
        return False
    return path.endswith(("/", *SOURCES)) or ("/" in path and path.split("/")[0] in TOPS)


def is_call(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][\w.]*\(\)", name) is not None


def definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    """What a module or a class defines, dotted: `Identify`, `Identify.photo`, a setting or a field by its name."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
            case ast.ClassDef(name=name, body=inner):
                yield prefix + name
                yield from definitions(inner, f"{prefix}{name}.")
            case ast.Assign(targets=targets):
                yield from (prefix + each.id for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name


@cache
def defined_in(path: Path) -> frozenset[str]:
    if path.suffix == ".js":
        return frozenset(re.findall(r"\b(?:function|class|const|let)\s+(\w+)", path.read_text()))
    return frozenset(definitions(ast.parse(path.read_bytes()).body))


@cache
def defined_anywhere() -> frozenset[str]:
    """Functions and classes of the house by their names, methods also without their class."""
    paths = [PROJECT / path for path in FILES if path.suffix == ".py" and path.parts[0] not in ("tests", "bench")]
    found = {name for path in paths for name in defined_in(path)}
    return frozenset(found | {name.rpartition(".")[2] for name in found})


@pytest.mark.parametrize("place", [name for name in NAMED if is_place(name)])
def test_every_place_that_is_named_exists(place: str) -> None:
    path, _, name = place.partition(":")
    assert (PROJECT / path).exists(), f"docs/architecture.md names {path}, which is not there"
    assert path.endswith("/") == (PROJECT / path).is_dir(), f"docs/architecture.md: a slash ends a folder: {path}"
    if name:
        assert name in defined_in(PROJECT / path), f"docs/architecture.md names {name}, which {path} does not define"


def test_every_function_that_is_named_exists() -> None:
    assert [name for name in NAMED if is_call(name) and name.removesuffix("()") not in defined_anywhere()] == []


def test_every_folder_is_named() -> None:
    """But those of tests that are named as the folder that they test."""
    folders = {path.parent for path in FILES if path.parent.parts}
    wanted = {f"{each}/" for each in folders if each.parts[0] != "tests" or each.relative_to("tests") not in folders}
    assert sorted(wanted - set(NAMED)) == []


def test_every_picture_is_there_and_shown() -> None:
    shown = {PAGE.parent / target for target in re.findall(r"!\[[^]]*\]\(([^)]+)\)", TEXT)}
    assert [str(path) for path in shown if not path.exists()] == []
    assert set((PROJECT / "docs/architecture").glob("*.svg")) <= shown


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("api/identify.py", True),
        ("api/identify.py:Identify.photo", True),
        ("catalog/scan/", True),
        ("no/such/folder/", True),
        ("lanch.py", True),
        ("/metrics", False),
        ("image/jpeg", False),
        ("redis.url", False),
        ("GET /photo", False),
        ("create_app()", False),
    ],
)
def test_what_is_taken_for_a_place(name: str, place: bool) -> None:
    assert is_place(name) is place
