"""Pinned requirements: all that is needed and nothing else, each said once."""

from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.bin.trees import PROJECT

SERVING = ("requirements.txt", "requirements/raw.txt", "requirements/heif.txt", "requirements/tiff.txt")
EVERYTHING = (*SERVING, "requirements/test.txt")
FILES = (*EVERYTHING, "requirements/build.txt")
INSTEAD = canonicalize_name("pillow-simd")  # what is called pillow by pillow-heif


def pinned(file: str) -> list[Requirement]:
    lines = (line.strip() for line in (PROJECT / file).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def wanted_here(file: str) -> list[Requirement]:
    return [each for each in pinned(file) if each.marker is None or each.marker.evaluate()]


def chosen(files: tuple[str, ...]) -> list[Requirement]:
    """What somebody chose to have: what stands above the line that says what that depends on."""
    found = []
    for file in files:
        above = (PROJECT / file).read_text().partition("# What the above depend on")[0]
        names = {canonicalize_name(line.split("=")[0].split("[")[0]) for line in above.splitlines() if line[:1] != "#"}
        found += [each for each in wanted_here(file) if canonicalize_name(each.name) in names]
    return found


def needed(files: tuple[str, ...]) -> set[str]:
    """The names of all that is chosen, and of all that these need on this machine."""
    found: set[str] = set()
    there = here()
    todo = [(canonicalize_name(each.name), frozenset(each.extras)) for each in chosen(files)]
    seen = set()
    while todo:
        name, extras = todo.pop()
        name = INSTEAD if name == "pillow" and INSTEAD in there else name
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found.add(name)
        for text in distribution(name).requires or ():
            each = Requirement(text)
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                todo.append((canonicalize_name(each.name), frozenset(each.extras)))
    return found


def here() -> set[str]:
    return {canonicalize_name(each.name) for file in EVERYTHING for each in wanted_here(file)}


def test_every_file_is_known() -> None:
    files = {str(path.relative_to(PROJECT)) for path in PROJECT.glob("requirements/*")} | {"requirements.txt"}
    assert files == set(FILES)


def test_each_has_one_version() -> None:
    for file in FILES:
        for each in pinned(file):
            (pin,) = each.specifier
            assert pin.operator == "==", f"{file}: {each}"
            assert "*" not in pin.version, f"{file}: {each}"


def test_none_is_said_twice() -> None:
    said = [(canonicalize_name(each.name), file) for file in FILES for each in pinned(file)]
    names = [name for name, _ in said]
    assert [each for each in said if names.count(each[0]) > 1] == []


def test_pillow_is_of_one_version_on_every_machine() -> None:
    versions = {each.name: str(each.specifier) for each in pinned("requirements.txt") if "pillow" in each.name}
    assert versions["pillow-simd"].startswith(versions["pillow"] + ".post")


@pytest.mark.parametrize("files", [SERVING, EVERYTHING], ids=["serving", "everything"])
def test_all_that_is_needed_is_pinned_and_nothing_else(files: tuple[str, ...]) -> None:
    """pip is told to install nothing but what these files say."""
    names = {canonicalize_name(each.name) for file in files for each in wanted_here(file)}
    assert needed(files) == names


def test_what_is_pinned_suits_who_needs_it() -> None:
    everything = [each for file in EVERYTHING for each in wanted_here(file)]
    versions = {canonicalize_name(each.name): next(iter(each.specifier)).version for each in everything}
    wrong = []
    for name in here():
        for text in distribution(name).requires or ():
            each = Requirement(text)
            version = versions.get(canonicalize_name(each.name))
            if (
                version
                and (each.marker is None or each.marker.evaluate({"extra": ""}))
                and version not in each.specifier
            ):
                wrong.append(f"{name} needs {each}, pinned is {version}")
    assert wrong == []


def test_what_is_installed_is_what_is_pinned() -> None:
    wrong = []
    for file in EVERYTHING:
        for each in wanted_here(file):
            version = distribution(each.name).version
            if version not in each.specifier:
                wrong.append(f"{each}, but {version} is installed")
    assert wrong == []


def test_the_compiler_s_tools_are_no_part_of_the_environment() -> None:
    assert {canonicalize_name(each.name) for each in pinned("requirements/build.txt")} & here() == set()
