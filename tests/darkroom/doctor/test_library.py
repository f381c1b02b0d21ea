"""The catalogue: sound or not, of which Darkroom; who may come in; what failed."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from catalog import inspection
from catalog.damages import Damages
from catalog.database import FILE, HEAD
from catalog.people.users import Users
from catalog.render_failures import RenderFailure, RenderFailures
from config import Settings
from darkroom.doctor import library as looks
from tests.catalog.library import Library, jpeg, put
from tests.darkroom.doctor.told import one, told

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nobody listens
LOOKS = (looks.catalogue, looks.soundness, looks.people, looks.failed)


@pytest.fixture
def filled(library: Library) -> Library:
    """Two photos, and the user guest, who is open."""
    put(library.a / "1.jpg", jpeg())
    put(library.a / "x/2.jpg", jpeg("blue"))
    library.scan()
    Users(library.engine).add("guest", "guest")
    return library


def test_all_is_well(filled: Library) -> None:
    file = filled.settings.data_dir / FILE
    assert [line for look in LOOKS for line in told(look(filled.settings))] == [
        f"✓ catalogue: 2 photos in 2 folders, 1 user ({file}, {HEAD})",
        "✓ catalogue's file: is sound (PRAGMA quick_check)",
        "✓ who names no session: whoever is on this machine has the rights of guest without any password (server.host "
        "is 127.0.0.1)",
        "✓ failed photos: none",
    ]


def test_there_is_none_yet(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("new") / "data"
    (line,) = (line for look in LOOKS for line in told(look(Settings(data_dir=folder))))
    assert line == f"- catalogue: {folder / FILE} is not there yet: `darkroom serve` makes it"
    assert not folder.exists()


def test_no_photo_where_there_are_roots(library: Library) -> None:
    assert one(looks.catalogue(library.settings)).endswith("`darkroom scan` says why none is found")
    assert told(looks.catalogue(library.only()))[0].startswith("✓ catalogue: 0 photos in 0 folders, 0 users")


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("0099_later", "✗ catalogue: was made by a newer Darkroom: it is at revision 0099_later: start that one, or"),
        ("0001_first", f"- catalogue: is at revision 0001_first: the next command that uses it brings it to {HEAD}"),
    ],
)
def test_one_of_another_darkroom(filled: Library, revision: str, said: str) -> None:
    with closing(sqlite3.connect(filled.settings.data_dir / FILE)) as other:
        other.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        other.commit()
    assert one(looks.catalogue(filled.settings)).startswith(said)
    assert [*looks.people(filled.settings), *looks.failed(filled.settings)] == []
    with closing(sqlite3.connect(filled.settings.data_dir / FILE)) as other:
        assert other.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100])
def test_one_that_is_none(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("data")
    put(folder / FILE, content)
    found = told(look for each in LOOKS for look in each(Settings(data_dir=folder)))
    assert ("is damaged" in found[0]) == bool(content)
    assert (folder / FILE).read_bytes() == content


def test_damage_inside(filled: Library) -> None:
    filled.engine.dispose()
    file = filled.settings.data_dir / FILE
    content = bytearray(file.read_bytes())
    with closing(sqlite3.connect(file)) as asking:
        page, size = (asking.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        (root,) = asking.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'jobs'").fetchone()
    assert root < page
    content[(root - 1) * size : root * size] = b"\xaa" * size
    file.write_bytes(content)
    found = told(looks.soundness(filled.settings))
    assert found[0].startswith("✗ catalogue's file: is damaged: ")
    assert "restore a copy" in found[0]


def test_one_that_is_too_large_to_be_looked_through(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "SECONDS", -1)
    monkeypatch.setattr("catalog.inspection.OFTEN", 1)
    assert one(looks.soundness(filled.settings)).startswith("- catalogue's file: no damage in -1 s; it is too large")


@pytest.mark.parametrize(
    ("host", "uid", "said"),
    [
        (
            EVERYWHERE,
            "guest",
            "✓ who names no session: whoever reaches this machine by the network has the rights of guest",
        ),
        (EVERYWHERE, "", "✓ who names no session: sees nothing, and has to sign in"),
        ("127.0.0.1", "ann", "✗ who names no session: webapi.default.uid is ann, who has a password of its own: "),
        ("127.0.0.1", "eve", "✗ who names no session: webapi.default.uid is eve, who is not there: without"),
        (
            EVERYWHERE,
            "root",
            "✗ who names no session: whoever reaches this machine by the network has the rights of root",
        ),
    ],
)
def test_who_names_no_session(filled: Library, host: str, uid: str, said: str) -> None:
    Users(filled.engine).add("ann", "secret")
    Users(filled.engine).add("root", "root", (), admin=True)
    found = told(looks.people(replace(filled.settings, server_host=host, webapi_default_uid=uid)))
    assert found[0].startswith(said)


def test_an_administrator_whose_password_anyone_knows(filled: Library) -> None:
    Users(filled.engine).add("root", "root", (), admin=True)
    _, line = told(looks.people(filled.settings))
    assert line.startswith("✗ users: the password of the administrator root is the uid: anyone may come as that one")
    Users(filled.engine).set_password("root", "secret")
    assert len(told(looks.people(filled.settings))) == 1


def test_nobody_at_all(library: Library) -> None:
    assert told(looks.people(library.settings))[1] == (
        "✗ users: there is none: nobody can sign in: `darkroom user add NAME`"
    )


def test_what_is_shown_in_part_is_counted(filled: Library) -> None:
    damages = Damages(filled.engine)
    for photo, damage in zip(filled.photos().values(), ("truncated", "corrupt", "truncated"), strict=False):
        damages.hear(photo, damage)
    damages.flush()
    shown = [line for line in told(looks.failed(filled.settings)) if line.startswith("- ")]
    assert shown[0] == "- damaged photos: 1 corrupt, shown as far as they go: `darkroom failed` lists them"
    assert len(shown) == 2


def test_what_failed_is_told_by_its_reason(filled: Library) -> None:
    for number in range(3):
        put(filled.b / f"{number}.jpg", b"garbage" * (number + 1))
    filled.scan()
    photo = filled.photos()["a/1.jpg"]
    RenderFailures(filled.engine).remember(photo, RenderFailure("unsupported", "It is too large."))
    unread, unrendered = told(looks.failed(filled.settings))
    assert unread.startswith("✗ failed photos: 3 can't be read: it is none of JPEG, PNG, ")
    assert unread.endswith(": `darkroom failed` lists them, `darkroom retry` tries them again")
    assert unrendered.startswith("✗ failed photos: 1 not rendered here: It is too large: `darkroom failed`")
    assert told(looks.failed(filled.only("b"))) == [unread]


@pytest.mark.parametrize(("count", "last"), [(10, "1 can't be read: reason 9"), (12, "3 more, for 3 other reasons")])
def test_ten_lines_at_most(library: Library, monkeypatch: pytest.MonkeyPatch, count: int, last: str) -> None:
    some = [inspection.Failures("unread", f"reason {number}", 1) for number in range(count)]
    monkeypatch.setattr(inspection, "failures", lambda *_: some)
    found = told(looks.failed(library.settings))
    assert (len(found), last in found[-1]) == (10, True)
