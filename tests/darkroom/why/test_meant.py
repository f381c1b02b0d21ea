"""Which photo is meant by a file's name, a place, an id."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.inspection import opened_to_look
from config import Root
from config.arguments import printable
from darkroom.why.meant import Meant, in_root, meant, unescaped
from tests.catalog.library import Library, jpeg, put

ODD = os.fsdecode(b"\xff\n\x1b\xc3\xa4.jpg")


@pytest.fixture
def filled(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A photo, one of an odd name, one that is gone; the working directory is the folder of the roots."""
    for place in ("a/sea/1.jpg", f"a/{ODD}", "b/gone.jpg"):
        put(library.folder / place, jpeg(size=(len(place), 9)))
    put(library.b / "broken.jpg", b"garbage")
    library.scan()
    (library.b / "gone.jpg").unlink()
    put(library.a / "new.jpg", b"")
    put(library.folder / "elsewhere.jpg", b"")
    monkeypatch.chdir(library.folder)
    return library


def of(library: Library, text: str) -> tuple[str, str] | None:
    """Alias and path of what is meant."""
    with opened_to_look(library.settings.data_dir) as engine:
        found = meant(text, library.settings, engine)
    return None if found is None else (found.alias, found.path)


@pytest.mark.parametrize(
    ("text", "alias", "path"),
    [
        ("a/sea/1.jpg", "a", "sea/1.jpg"),
        ("a/sea/../sea/./1.jpg", "a", "sea/1.jpg"),
        ("a/new.jpg", "a", "new.jpg"),
        ("b/gone.jpg", "b", "gone.jpg"),
        ("b/broken.jpg", "b", "broken.jpg"),
        (f"a/{ODD}", "a", ODD),
        (printable(f"a/{ODD}"), "a", ODD),
        ("elsewhere.jpg", "", ""),
    ],
)
def test_by_a_place(filled: Library, text: str, alias: str, path: str) -> None:
    assert of(filled, text) == (alias, path)
    assert of(filled, str(filled.folder / text)) == (alias, path)


def test_by_a_place_from_elsewhere(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert of(filled, "a/sea/1.jpg") == ("a", "sea/1.jpg")
    assert of(filled, "b/gone.jpg") == ("b", "gone.jpg")
    assert of(filled, "elsewhere.jpg") is None


def test_by_an_id(filled: Library) -> None:
    photoid = filled.ids()["a/sea/1.jpg"]
    for text in (photoid, f"{photoid}==", photoid.replace("+", "-").replace("/", "_")):
        assert of(filled, text) == ("a", "sea/1.jpg")
    assert of(filled, filled.ids()["b/gone.jpg"]) == ("b", "gone.jpg")


@pytest.mark.parametrize("text", ["", "a", "a/", "a/sea", "c/sea/1.jpg", "a/2.jpg", "A" * 22, "x" * 300, "a/\0", "\0"])
def test_what_names_nothing(filled: Library, text: str) -> None:
    assert of(filled, text) is None
    assert meant(text, filled.settings, None) is None


def test_without_a_catalogue_files_are_meant(filled: Library) -> None:
    assert meant("a/sea/1.jpg", filled.settings, None) == Meant("a", "sea/1.jpg", filled.a / "sea/1.jpg")
    assert meant("b/gone.jpg", filled.settings, None) is None


def test_a_photo_of_a_root_that_is_out_of_the_settings(filled: Library) -> None:
    with opened_to_look(filled.settings.data_dir) as engine:
        found = meant(filled.ids()["a/sea/1.jpg"], filled.only("b"), engine)
    assert found == Meant("a", "sea/1.jpg", None)


def test_the_innermost_of_roots_in_one_another(filled: Library) -> None:
    settings = replace(filled.settings, roots=(*filled.settings.roots, Root("sea", filled.a / "sea")))
    found = in_root(Path("a/sea/1.jpg"), settings)
    assert found == (settings.roots[2], "1.jpg")
    assert in_root(filled.a, settings) is None


def test_by_a_way_with_links(filled: Library, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(filled.a / "sea")
    assert of(filled, "way/1.jpg") == ("a", "sea/1.jpg")
    (filled.a / "dangling.jpg").symlink_to("/nowhere")
    assert of(filled, "a/dangling.jpg") == ("a", "dangling.jpg")


@pytest.mark.parametrize("name", ["\udcff", "\x1b[31m", "\n", "\x85", "\u202e", "\U000e0001", "ä\udce4\x9f"])
def test_what_was_escaped_for_a_terminal_is_found(name: str) -> None:
    assert name in unescaped(printable(name)) or "\x9f" in name
    assert list(unescaped("plain \\ name")) == []
