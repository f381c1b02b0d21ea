"""How the modules of the page hang together: which imports which, and what the document asks for in advance."""

import re
from collections import Counter
from graphlib import TopologicalSorter
from posixpath import dirname, join, normpath

from bin.folders import MOST
from tests.end_to_end.servers import PROJECT

WEB = PROJECT / "api/web"
# The folders from the bottom up: modules import from their own folder and from those before it, and main.js from all.
FOLDERS = ("i18n", "server", "components", "dialogs", "grid", "selection", "viewer", "header", "pages", "")
STATIC = re.compile(r'^(?:import\b[^;"]*|export\b[^;"]*\bfrom )"([^"]+)"', re.MULTILINE)
DYNAMIC = re.compile(r'\bloadModule\("([^"]+)"\)')
LOADER = "server/client.js"  # the one module that says import()
ASKED = re.compile(r'(?:href|src)="/web/([^"]+)"')


def imports() -> dict[str, set[str]]:
    """What each module imports, at once or later; both by their paths in the folder."""
    found = {}
    for file in WEB.rglob("*.js"):
        name, text = file.relative_to(WEB).as_posix(), file.read_text()
        later = DYNAMIC.findall(text)
        assert text.count("import(") == (name == LOADER), f"{name} imports by itself"
        calls = text.count("loadModule(") - (name == LOADER)
        assert len(later) == calls, f"{name} imports what is not written there"
        found[name] = {normpath(join(dirname(name), each)) for each in STATIC.findall(text)} | set(later)
    return found


def test_every_import_is_of_a_module_that_is_there() -> None:
    modules = imports()
    assert "main.js" in modules
    assert {(name, each) for name, wanted in modules.items() for each in wanted if each not in modules} == set()


def test_there_is_no_circle() -> None:
    TopologicalSorter(imports()).prepare()  # a CycleError names it


def test_folders_import_downwards() -> None:
    height = {folder: number for number, folder in enumerate(FOLDERS)}
    upwards = {
        f"{name} imports {each}"
        for name, wanted in imports().items()
        for each in wanted
        if height[dirname(each)] > height[dirname(name)]
    }
    assert upwards == set()


def test_folders_are_small() -> None:
    sizes = Counter(dirname(name) for name in imports())
    assert set(sizes) == set(FOLDERS)
    assert {folder: size for folder, size in sizes.items() if size > MOST} == {}


def test_every_module_is_reached_from_main() -> None:
    modules = imports()
    reached: set[str] = set()
    ahead = {"main.js"}
    while ahead:
        reached |= ahead
        ahead = {each for name in ahead for each in modules[name]} - reached
    assert set(modules) == reached


def test_what_the_document_names_is_there() -> None:
    asked = ASKED.findall((WEB / "index.html").read_text())
    assert "main.js" in asked
    assert len(asked) == len(set(asked))
    assert {name for name in asked if not (WEB / name).is_file()} == set()
