"""`stats`: the catalogue in figures."""

import json

from catalog.database import FILE
from catalog.people.users import Users
from tests.catalog.commands.conftest import Run
from tests.catalog.library import Library, jpeg, put


def test_an_empty_catalogue(run: Run) -> None:
    lines = run("stats").out.splitlines()
    assert lines[:4] == ["root a: 0 photos, 0.0 MB", "root b: 0 photos, 0.0 MB", "formats: none", "failed files: 0"]


def test_figures(library: Library, run: Run) -> None:
    sizes = [len(put(library.a / f"{name}.jpg", jpeg(name)).read_bytes()) for name in ("red", "blue")]
    put(library.b / "broken.jpg", b"garbage")
    library.scan()
    Users(library.engine).add("ann", "x")
    figures = json.loads(run("stats", "--json").out)
    assert figures["roots"]["a"] == {"active": True, "photos": 2, "bytes": sum(sizes)}
    assert figures["formats"] == {"JPEG": 2}
    counted = ("failed files", "users", "groups", "sessions", "views", "shared galleries")
    assert [figures[name] for name in counted] == [1, 1, 1, 0, 0, 0]
    assert figures["bytes of the catalogue"] >= (library.settings.data_dir / FILE).stat().st_size
    without = run("stats", ROBOT_ROOT_1_PATH="").out
    assert "root b: 0 photos, 0.0 MB (not in the settings: its photos are kept, but not shown)" in without
    assert "formats: JPEG 2\nfailed files: 1\nmissing photos: 0\nusers: 1\n" in without
