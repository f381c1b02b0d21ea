"""The house as the tree has it: its floors, their rooms, and which room imports which.

A floor is a package or a module at the top of the tree. A room is what lies directly in a floor: a package, however
deep it goes, or a module.
"""

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

# From the top down. Floors of one storey lie side by side: neither imports the other.
STOREYS = (
    ("darkroom",),
    ("launch",),
    ("api",),
    ("workers",),
    ("catalog", "cache"),
    ("config", "confine", "metrics", "breaker", "redis_errors", "signals", "loading"),
)
BESIDE = frozenset({"bench", "bin", "tests"})  # these use the house, and are no part of it
# The browser's modules are no Python: what the room means, and the room that hands it out, are said here.
PAGE = "api.web"
PAGE_MEANING = "The gallery page, in the browser's own modules: no build step"
PAGE_IS_SERVED_BY = "api.page"

Arrow = tuple[str, str]  # who imports, and what


class HouseProblem(Exception):
    """The tree is no house. `str(error)` says where, and what to do."""


@dataclass(frozen=True)
class Room:
    """A package or a module of a floor: `name` is dotted (`api.http`), `below` are the floors that it imports."""

    name: str
    meaning: str
    modules: int
    is_package: bool
    below: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Floor:
    """`rooms` is empty where the floor is one module."""

    name: str
    meaning: str
    rooms: tuple[Room, ...]
    is_package: bool


@dataclass(frozen=True)
class House:
    """Floors by name, and the imports between rooms: of a floor that is one module, the floor itself is the room."""

    floors: Mapping[str, Floor]
    arrows: frozenset[Arrow]

    @cached_property
    def storeys(self) -> list[list[Floor]]:
        """The floors that there are, from the top down."""
        there = [[self.floors[name] for name in storey if name in self.floors] for storey in STOREYS]
        return [storey for storey in there if storey]

    def between_floors(self) -> set[Arrow]:
        return {(floor_of(a), floor_of(b)) for a, b in self.arrows if floor_of(a) != floor_of(b)}

    def within(self, floor: str) -> set[Arrow]:
        return {(a, b) for a, b in self.arrows if floor_of(a) == floor == floor_of(b)}


def read_house(tree: Path) -> House:
    """Reads the imports of `tree`, those for the type checker too. Runs nothing of it."""
    floors = _tops(tree)
    arrows = set(_imports(tree, floors))
    _refuse_circles(arrows)
    return House({name: _floor(tree, name, arrows) for name in floors}, frozenset(arrows))


def reduced(arrows: Iterable[Arrow]) -> set[Arrow]:
    """The arrows without those that follow from others: where a → b → c, a → c says nothing new. No circles."""
    targets: dict[str, set[str]] = {}
    for a, b in arrows:
        targets.setdefault(a, set()).add(b)

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        todo = [start]
        while todo:
            new = targets.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return found

    return {(a, b) for a, others in targets.items() for b in others if not any(b in reached(c) for c in others - {b})}


def floor_of(room: str) -> str:
    return room.partition(".")[0]


def first_sentence(docstring: str | None) -> str:
    """The first sentence on one line, without backticks and its full stop. `""` where there is no docstring."""
    paragraph = " ".join((docstring or "").strip().partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s", paragraph, maxsplit=1)[0].replace("`", "").rstrip(".")


def _tops(tree: Path) -> list[str]:
    """The names of the floors. Each must have its place in `STOREYS`."""
    tops = [each.parent.name for each in tree.glob("*/__init__.py")] + [each.stem for each in tree.glob("*.py")]
    known = [name for storey in STOREYS for name in storey]
    for name in sorted({*tops} - {*known} - BESIDE):
        raise HouseProblem(
            f"{name} is on no floor: give it one in STOREYS of bin/house.py, or list it there in BESIDE."
        )
    return [name for name in known if name in tops]


def _imports(tree: Path, floors: list[str]) -> Iterable[Arrow]:
    """Each pair of rooms of which one imports the other."""
    packages = [name for name in floors if (tree / name).is_dir()]
    sys.path.insert(0, str(tree))
    try:
        graph = grimp.build_graph(*packages, include_external_packages=True, cache_dir=None)
    finally:
        sys.path.remove(str(tree))
    found = {(a, b) for a in graph.modules for b in graph.find_modules_directly_imported_by(a)}
    # grimp reads packages only: what the modules beside them import is read here.
    for name in floors:
        if name not in packages:
            found |= {(name, imported) for imported in _imported_names(tree / f"{name}.py")}
    for a, b in found:
        # A floor's own __init__ is no room of it: what it hands on lies in its rooms.
        in_the_doorway = floor_of(a) == floor_of(b) and (a in packages or b in packages)
        if {floor_of(a), floor_of(b)} <= {*floors} and _room_of(a) != _room_of(b) and not in_the_doorway:
            yield _room_of(a), _room_of(b)
    if (tree / PAGE.replace(".", "/")).is_dir():
        yield PAGE_IS_SERVED_BY, PAGE


def _imported_names(module: Path) -> Iterable[str]:
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _room_of(module: str) -> str:
    """`api.http.server` → `api.http`."""
    return ".".join(module.split(".")[:2])


def _refuse_circles(arrows: set[Arrow]) -> None:
    for what, pairs in (("rooms", arrows), ("floors", {(floor_of(a), floor_of(b)) for a, b in arrows})):
        order: TopologicalSorter[str] = TopologicalSorter()
        for a, b in sorted(pairs):
            if a != b:
                order.add(a, b)
        try:
            order.prepare()
        except CycleError as error:
            circle = " → ".join(reversed(error.args[1]))
            raise HouseProblem(
                f"These {what} import each other in a circle, so that none is above: {circle}."
            ) from None


def _floor(tree: Path, name: str, arrows: set[Arrow]) -> Floor:
    folder = tree / name
    if not folder.is_dir():
        return Floor(name, _meaning(tree / f"{name}.py"), (), is_package=False)
    packages = [each.parent for each in folder.glob("*/__init__.py")]
    modules = [each for each in folder.glob("*.py") if each.name != "__init__.py"]
    rooms = [_package(name, each, arrows) for each in packages] + [_module(name, each, arrows) for each in modules]
    page = tree / PAGE.replace(".", "/")
    if page.parent == folder and page.is_dir():
        rooms.append(Room(PAGE, PAGE_MEANING, len([*page.rglob("*.js")]), is_package=True))
    ordered = sorted(rooms, key=lambda room: (not room.is_package, room.name))
    return Floor(name, _meaning(folder / "__init__.py"), tuple(ordered), is_package=True)


def _package(floor: str, folder: Path, arrows: set[Arrow]) -> Room:
    name = f"{floor}.{folder.name}"
    modules = [each for each in folder.rglob("*.py") if each.name != "__init__.py"]
    return Room(name, _meaning(folder / "__init__.py"), len(modules), True, _below(name, arrows))


def _module(floor: str, path: Path, arrows: set[Arrow]) -> Room:
    name = f"{floor}.{path.stem}"
    return Room(name, _meaning(path), 1, False, _below(name, arrows))


def _below(room: str, arrows: set[Arrow]) -> tuple[str, ...]:
    """The floors that `room` imports, from the top down; not the lowest storey, on which everything stands."""
    used = {floor_of(b) for a, b in arrows if a == room}
    return tuple(name for storey in STOREYS[:-1] for name in storey if name in used - {floor_of(room)})


def _meaning(path: Path) -> str:
    return first_sentence(ast.get_docstring(ast.parse(path.read_bytes())))
