"""`scan`, `photos` and `failed`, as far as they need no process of their own."""

import json
import os
import sqlite3

import pytest

from catalog.database import FILE
from catalog.scan.scan import in_sight
from tests.catalog.commands.conftest import Run
from tests.catalog.library import Library, jpeg, put


def test_photos_come_by_date_then_root_then_path(library: Library, run: Run) -> None:
    for place in ("b/1.jpg", "a/2.jpg", "a/1.jpg"):
        put(library.folder / place, jpeg("red", (len(place), ord(place[0]) % 64)))
    for file in library.folder.glob("[ab]/*.jpg"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    library.scan()
    shown = [json.loads(line) for line in run("photos", "--json").out.splitlines()]
    assert [f"{each['root']}/{each['path']}" for each in shown] == ["a/1.jpg", "a/2.jpg", "b/1.jpg"]
    assert [line.split()[-1] for line in run("photos").out.splitlines()] == ["a/1.jpg", "a/2.jpg", "b/1.jpg"]


def test_photos_of_a_root_that_is_not_in_the_settings_are_not_listed(library: Library, run: Run) -> None:
    put(library.a / "1.jpg", jpeg())
    put(library.b / "broken.jpg", b"garbage")
    library.scan()
    assert "b/broken.jpg" in run("failed").out
    assert len(run("photos", ROBOT_ROOT_1_PATH="").out.splitlines()) == 1
    assert run("failed").out == ""


@pytest.mark.parametrize(
    "command", [("photos",), ("failed",), ("stats",), ("share", "list"), ("share", "add", "--query", "*")]
)
def test_who_looks_with_other_roots_hides_nothing_from_the_server(
    library: Library, run: Run, command: tuple[str, ...]
) -> None:
    put(library.a / "1.jpg", jpeg())
    put(library.b / "2.jpg", jpeg("blue"))
    library.scan()
    before = in_sight(library.engine)
    assert run(*command, ROBOT_ROOT_1_PATH="", ROBOT_ROOT_0_ALIAS="other").code == 0
    assert in_sight(library.engine) == before == {"a", "b"}


@pytest.mark.parametrize("command", ["scan", "photos", "failed"])
def test_a_catalogue_that_another_darkroom_made(library: Library, run: Run, command: str) -> None:
    library.engine.dispose()
    other = sqlite3.connect(library.settings.data_dir / FILE)
    other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.commit()
    other.close()
    done = run(command)
    assert (done.code, done.out) == (1, "")
    assert "was made by a newer Darkroom" in done.err
