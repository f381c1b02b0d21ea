"""`darkroom why PHOTO`, as an operator sees it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.people.users import Users
from catalog.render_failures import RenderFailure, RenderFailures
from tests.catalog.library import PROJECT, Library, jpeg, put
from tests.darkroom.conftest import Darkroom, Done
from tests.darkroom.doctor.test_commands import POWERLESS, state

Why = Callable[..., Done]


@pytest.fixture
def why(darkroom: Darkroom, monkeypatch: pytest.MonkeyPatch) -> Why:
    """Runs the command, with patience however much else this machine has to do."""
    monkeypatch.setattr("darkroom.doctor.patience.SECONDS", 60.0)
    return lambda *arguments, **settings: darkroom("why", *arguments, **settings)


@pytest.fixture
def filled(library: Library) -> Library:
    """Photos of which one can't be rendered, files that are none, and two users."""
    for place in ("sea/1.jpg", "2.jpg", os.fsdecode(b"\xff.jpg")):
        put(library.a / place, jpeg(size=(len(place), 9)))
    put(library.b / "broken.jpg", b"garbage")
    library.scan()
    RenderFailures(library.engine).remember(library.photos()["a/2.jpg"], RenderFailure("damaged", "It is broken."))
    Users(library.engine).add("ann", "secret")
    put(library.a / "notes.txt", b"text")
    put(library.a / "later.jpg", jpeg())
    return library


@pytest.mark.parametrize(
    ("photo", "code", "verdict"),
    [
        ("a/sea/1.jpg", 0, "a/sea/1.jpg is shown."),
        ("a/\\xff.jpg", 0, "a/\\xff.jpg is shown."),
        ("a/2.jpg", 1, "a/2.jpg is not shown: rendering it failed at 20"),
        ("b/broken.jpg", 1, "b/broken.jpg is not shown: {b}/broken.jpg is none of JPEG"),
        ("a/notes.txt", 1, "a/notes.txt is not shown: {a}/notes.txt is none of JPEG"),
        ("a/later.jpg", 1, "a/later.jpg is not shown: it is not in the catalogue."),
        ("/etc/passwd", 1, "/etc/passwd is not shown: /etc/passwd is none of "),
    ],
)
def test_the_verdict_comes_first(filled: Library, why: Why, photo: str, code: int, verdict: str) -> None:
    before = state(filled.a), state(filled.b)
    done = why(photo)
    assert (done.code, done.err) == (code, "")
    first, *lines = done.out.splitlines()
    assert first.startswith(verdict.format(a=filled.a, b=filled.b))
    assert {line[0] for line in lines} <= set("✓✗-")
    assert any(line.startswith("✗") for line in lines) == bool(code)
    assert (state(filled.a), state(filled.b)) == before


def test_all_that_is_known(filled: Library, why: Why) -> None:
    photoid = filled.ids()["a/sea/1.jpg"]
    done = why(photoid)
    assert [line.partition(":")[0] for line in done.out.splitlines()] == [
        "a/sea/1.jpg is shown.",
        "✓ file",
        "✓ photo root",
        "✓ scan",
        "✓ catalogue",
        "✓ since the last scan",
        "✓ reading and rendering",
        "✓ users who see it",
        "✓ renders on disk",
    ]
    assert f"photoid {photoid}, " in done.out
    assert "✓ users who see it: ann" in done.out


def test_a_photo_of_a_root_that_was_taken_out(filled: Library, why: Why) -> None:
    done = why(filled.ids()["a/sea/1.jpg"], ROBOT_ROOT_0_PATH="")
    assert done.code == 1
    assert done.out.startswith("a/sea/1.jpg is not shown: a is not in the settings: its photos are kept")


def test_a_photo_whose_file_is_gone(filled: Library, why: Why) -> None:
    (filled.a / "sea/1.jpg").unlink()
    done = why("a/sea/1.jpg")
    assert (done.code, done.out.splitlines()[0]) == (
        1,
        f"a/sea/1.jpg is not shown: {filled.a}/sea/1.jpg is not there.",
    )


def test_an_object_a_line(filled: Library, why: Why) -> None:
    well, ill = why("a/sea/1.jpg", "--json"), why("a/2.jpg", "--json")
    first, *others = [json.loads(line) for line in well.out.splitlines()]
    assert first == {"what": "a/sea/1.jpg", "state": "ok", "says": "is shown", "todo": ""}
    assert {each["state"] for each in others} == {"ok"}
    first = json.loads(ill.out.splitlines()[0])
    assert (first["state"], first["todo"].startswith("`darkroom retry --photoid ")) == ("wrong", True)


def test_it_is_tried(filled: Library, why: Why) -> None:
    assert "trial" not in why("a/sea/1.jpg").out
    done = why("a/2.jpg", "--try")
    assert done.code == 1  # it goes on to be known as damaged
    assert done.out.splitlines()[-1].startswith("✓ trial: ")
    assert "✗ trial: " in why("b/broken.jpg", "--try").out


@pytest.mark.parametrize("photo", ["a/none.jpg", "A" * 22, "/no/such/file.jpg", "a\x1b", ""])
def test_what_names_nothing(filled: Library, why: Why, photo: str) -> None:
    done = why(photo)
    assert (done.code, done.out, done.err.count("\n"), "\x1b" in done.err) == (2, "", 1, False)
    assert "is no file, no photo that the catalogue knows, and no photo id" in done.err


def test_without_a_catalogue(library: Library, why: Why, tmp_path: Path) -> None:
    file = put(library.a / "1.jpg", jpeg())
    new = tmp_path / "new"
    done = why(str(file), DATA_DIR=str(new))
    assert done.code == 1
    assert f"✗ catalogue: {new}/catalog.sqlite is not there yet: `darkroom scan` makes it" in done.out.splitlines()
    nothing = why("a/2.jpg", DATA_DIR=str(new))
    assert (nothing.code, "is not there yet" in nothing.err, new.exists()) == (2, True, False)


def test_a_disk_that_does_not_answer(filled: Library, why: Why, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darkroom.doctor.patience.SECONDS", 0)
    done = why("a/sea/1.jpg")
    assert done.code == 1
    assert done.out.startswith("a/sea/1.jpg is not shown: the disk that it or the catalogue lies on did not answer")


def test_a_folder_that_is_not_for_this_user(filled: Library) -> None:
    (filled.a / "sea").chmod(0)
    done = subprocess.run(
        [*POWERLESS, sys.executable, PROJECT / "darkroom/__main__.py", "why", filled.a / "sea/1.jpg"],
        env=filled.environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    (filled.a / "sea").chmod(0o755)
    assert (done.returncode, done.stderr) == (1, "")
    first, *lines = done.stdout.splitlines()
    assert first == f"a/sea/1.jpg is not shown: {filled.a}/sea can't be read: Permission denied."
    assert any(line.startswith(f"✗ scan: the folder {filled.a}/sea can't be listed: let uid ") for line in lines)
