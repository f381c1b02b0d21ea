"""Pinned requirements: all that is needed and nothing else, each said once, by the hashes of its files."""

import re
import tomllib
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bin.requirements import BUILD, FILES, SERVING, TOGETHER, pin, pins, written
from tests.bin.trees import PROJECT

INSTEAD = canonicalize_name("pillow-simd")  # what is called pillow by pillow-heif


def pinned(file: str) -> list[Requirement]:
    return [Requirement(each.text) for each in pins(PROJECT / file)]


def wanted_here(file: str) -> list[Requirement]:
    return [each for each in pinned(file) if each.marker is None or each.marker.evaluate()]


def chosen(files: tuple[str, ...]) -> list[Requirement]:
    """What somebody chose to have: what stands above the line that says what that depends on."""
    found = []
    for file in files:
        above = (PROJECT / file).read_text().partition("# What the above depend on")[0].splitlines()
        names = {canonicalize_name(re.split(r"[=\[]", line)[0]) for line in above if line[:1] not in ("#", " ", "")}
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
    return {canonicalize_name(each.name) for file in TOGETHER for each in wanted_here(file)}


def test_every_file_is_known() -> None:
    found = (
        *PROJECT.glob("requirements/*"),
        *PROJECT.glob("bench/settings/*requirements*"),
        PROJECT / "requirements.txt",
    )
    assert {str(path.relative_to(PROJECT)) for path in found} == set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_each_has_the_hashes_of_its_files(file: str) -> None:
    for each in pins(PROJECT / file):
        assert each.hashes, f"{file}: {each.text} has none: run `make requirements`"
        assert all(re.fullmatch("[0-9a-f]{64}", one) for one in each.hashes), f"{file}: {each.text}"
        assert list(each.hashes) == sorted(set(each.hashes)), f"{file}: {each.text}"


@pytest.mark.parametrize("file", FILES)
def test_a_line_is_of_a_pin_or_a_comment(file: str) -> None:
    """So that `grep '^[^ ]'` shows what is pinned, and nothing of a file escapes who reads it."""
    text = (PROJECT / file).read_text("utf-8")
    entries = "\n".join(written(each) for each in pins(PROJECT / file)).splitlines()
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == entries


@pytest.mark.parametrize(
    ("entry", "text", "only"),
    [
        ("a[b]==1.0", "a[b]==1.0", ""),
        ("a==1.0  # why", "a==1.0", ""),
        ('a==1.0; python_version < "3.12"  # why', 'a==1.0; python_version < "3.12"', 'python_version < "3.12"'),
        ("a==1.0 --hash=sha256:11 --hash=sha256:22", "a==1.0", ""),
        ('a==1.0; x == "y" \\\n    --hash=sha256:11 \\\n    --hash=sha256:22  # why', 'a==1.0; x == "y"', 'x == "y"'),
    ],
)
def test_what_an_entry_says(entry: str, text: str, only: str) -> None:
    found = pin(entry)
    assert (found.name, found.version, found.text, found.only) == ("a", "1.0", text, only)
    assert found.hashes == (("11", "22") if "--hash" in entry else ())
    assert pin(written(found)) == found


def test_each_has_one_version() -> None:
    for file in FILES:
        for each in pinned(file):
            (pin,) = each.specifier
            assert pin.operator == "==", f"{file}: {each}"
            assert "*" not in pin.version, f"{file}: {each}"


def test_none_is_said_twice() -> None:
    said = [(canonicalize_name(each.name), file) for file in (*TOGETHER, BUILD) for each in pinned(file)]
    names = [name for name, _ in said]
    assert [each for each in said if names.count(each[0]) > 1] == []


def test_what_builds_the_wheel_is_what_is_pinned() -> None:
    """pip that builds a wheel by itself takes it from pyproject.toml."""
    system = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["build-system"]
    assert set(system["requires"]) <= {each.text for each in pins(PROJECT / "requirements/dist.txt")}


def test_pillow_is_of_one_version_on_every_machine() -> None:
    versions = {each.name: str(each.specifier) for each in pinned("requirements.txt") if "pillow" in each.name}
    assert versions["pillow-simd"].startswith(versions["pillow"] + ".post")


@pytest.mark.parametrize("files", [SERVING, TOGETHER], ids=["serving", "everything"])
def test_all_that_is_needed_is_pinned_and_nothing_else(files: tuple[str, ...]) -> None:
    """pip is told to install nothing but what these files say."""
    names = {canonicalize_name(each.name) for file in files for each in wanted_here(file)}
    assert needed(files) == names


def test_what_is_pinned_suits_who_needs_it() -> None:
    everything = [each for file in TOGETHER for each in wanted_here(file)]
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
    for file in TOGETHER:
        for each in wanted_here(file):
            version = distribution(each.name).version
            if version not in each.specifier:
                wrong.append(f"{each}, but {version} is installed")
    assert wrong == []


def test_the_compiler_s_tools_are_no_part_of_the_environment() -> None:
    assert {canonicalize_name(each.name) for each in pinned(BUILD)} & here() == set()
