"""What the catalogue and the cache say of a photo."""

import os
from pathlib import Path

import pytest

from cache.disk import DiskTier
from cache.key import RenderKey
from catalog.damages import Damages
from catalog.database import FILE
from catalog.inspection import Failure, Known
from catalog.kinds.damage import CORRUPT, SENTENCES
from catalog.people.groups import Group, Groups
from catalog.people.users import Users
from catalog.photos import Photo
from catalog.render_failures import RenderFailure, RenderFailures
from darkroom.why import of_catalogue
from darkroom.why.facts import Facts, facts
from darkroom.why.meant import Meant
from darkroom.why.of_catalogue import Sight
from tests.catalog.library import Library, jpeg, put
from tests.darkroom.doctor.told import one, told

PHOTO = Photo("A" * 22, "a", "sea/1.jpg", 10, 20, 30, 40, "JPEG", "2026-01-02T03:04:05")
MEANT = Meant("a", "sea/1.jpg", Path("/nowhere/1.jpg"))


def of(library: Library, text: str) -> Facts:
    found = facts(text, library.settings)
    assert (found.photo is not None, found.trouble) == (True, None)
    return found


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (
            Known(PHOTO, True, ()),
            ["✓ catalogue: photoid AAAAAAAAAAAAAAAAAAAAAA, 30x40 JPEG, created 2026-01-02T"],
        ),
        (
            Known(PHOTO, False, ()),
            ["✓ catalogue: photoid", "✗ catalogue: its root was not in the settings of"],
        ),
        (Known(None, True, (), missing=0), ["✗ catalogue: its file has vanished, as was seen at 19"]),
        (Known(None, True, ()), ["✗ catalogue: it is not in the catalogue: `darkroom scan` reads it, unless"]),
        (
            Known(None, True, (Failure("unread", "sea/1.jpg", None, "x", "", 1, 1),)),
            ["- catalogue: it is no photo there"],
        ),
    ],
)
def test_whether_it_is_there(known: Known, said: list[str]) -> None:
    found = told(of_catalogue.in_catalogue(MEANT, known))
    assert [line[: len(each)] for line, each in zip(found, said, strict=True)] == said


def test_of_a_file_outside_of_all_roots_nothing_is_said() -> None:
    assert told(of_catalogue.in_catalogue(Meant("", "", None), Known(None, False, ()))) == []


def test_a_file_that_could_not_be_read(library: Library) -> None:
    file = put(library.a / "1.jpg", jpeg())
    library.scan()
    photoid = library.ids()["a/1.jpg"]
    put(file, b"garbage")
    put(library.b / "2.jpg", b"garbage")
    library.scan()
    known, new = of(library, "a/1.jpg"), of(library, "b/2.jpg")
    assert known.photo
    assert new.photo
    line = one(of_catalogue.failures(known.photo, known.known))
    assert line.startswith("✗ reading: reading it failed at 20")
    assert line.endswith(f": `darkroom retry --photoid {photoid}` has the next scan try it again")
    line = one(of_catalogue.failures(new.photo, new.known))
    assert line.endswith(": `darkroom retry` has the next scan try it again")
    os.utime(file, ns=(1, 1))
    line = one(of_catalogue.failures(known.photo, known.known))
    assert line.endswith("the file is another one by now: `darkroom scan` reads it again")


def test_a_photo_that_is_shown_in_part(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    library.scan()
    damages = Damages(library.engine)
    damages.hear(library.photos()["a/1.jpg"], CORRUPT)
    damages.flush()
    found = of(library, "a/1.jpg")
    assert found.photo
    damaged, well = told(of_catalogue.failures(found.photo, found.known))
    assert damaged.startswith("- damaged: since 20")
    assert damaged.endswith(f", corrupt: {SENTENCES[CORRUPT].rstrip('.')}")
    assert well == "✓ reading and rendering: nothing speaks against it"


def test_a_folder_that_could_not_be_listed() -> None:
    known = Known(
        None, True, (Failure("unread", "sea", None, "Permission denied", "2026-01-02T03:04:05Z", None, None),)
    )
    assert one(of_catalogue.failures(MEANT, known)) == (
        "✗ reading: reading the folder sea failed at 2026-01-02T03:04:05Z: Permission denied: mend that; every scan "
        "tries it again"
    )


def test_a_photo_that_could_not_be_rendered(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    library.scan()
    well = of(library, "a/1.jpg")
    assert well.photo
    assert one(of_catalogue.failures(well.photo, well.known)) == "✓ reading and rendering: nothing speaks against it"
    RenderFailures(library.engine).remember(library.photos()["a/1.jpg"], RenderFailure("damaged", "It is broken."))
    known = of(library, "a/1.jpg")
    assert known.photo
    line = one(of_catalogue.failures(known.photo, known.known))
    assert ", damaged: It is broken: `darkroom retry --photoid " in line
    os.utime(library.a / "1.jpg", ns=(1, 1))
    library.scan()
    assert of(library, "a/1.jpg").known.failures == ()


def test_who_sees_it(library: Library) -> None:
    put(library.a / "sea/1.jpg", jpeg())
    library.scan()
    Groups(library.engine).add(Group("sailors", (), ("dir:sea",)))
    Groups(library.engine).add(Group("climbers", (), ("dir:hills", "rating:5")))
    Users(library.engine).add("ann", "secret", ["sailors"])
    Users(library.engine).add("bob", "secret", ["climbers"])
    Users(library.engine).add("eve", "secret", [])
    Users(library.engine).add("guest", "guest")
    found = of(library, "a/sea/1.jpg")
    assert told(of_catalogue.users(found.known, found.sights, found.default)) == [
        "✓ users who see it: ann, guest (and whoever names no session)",
        "- users who don't: bob, who sees [dir:hills] or [rating:5]",
        "- users who don't: eve, who sees nothing, being in no group",
    ]


def test_nobody_sees_it() -> None:
    sights = (Sight("ann", False, ("dir:x",)), Sight("bob", False, ()))
    first, *others = told(of_catalogue.users(Known(PHOTO, True, ()), sights, ""))
    assert first.startswith("✗ users who see it: no user sees it: not ann, bob: `darkroom group set")
    assert len(others) == 2
    assert one(of_catalogue.users(Known(PHOTO, True, ()), (), "")).startswith("✗ users: there is no user who could")
    assert told(of_catalogue.users(Known(None, True, ()), sights, "")) == []


def test_a_default_user_with_a_password_is_none(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    library.scan()
    Users(library.engine).add("guest", "secret")
    assert of(library, "a/1.jpg").default == ""


def test_renders_on_disk(library: Library) -> None:
    known = Known(PHOTO, True, ())
    assert one(of_catalogue.renders(known, library.settings)) == "✓ renders on disk: 0, 0 bytes"
    tier = DiskTier(library.settings.data_dir / "renders")
    for width in (1, 2):
        tier.put(RenderKey(PHOTO.photoid, "v", width, 1, 70), b"\xff\xd8\xff\xd9")
    tier.put(RenderKey("B" * 22, "v", 1, 1, 70), b"\xff\xd8\xff\xd9")
    tier.close()
    assert one(of_catalogue.renders(known, library.settings)) == "✓ renders on disk: 2, 8 bytes"
    (library.settings.data_dir / "renders/index.sqlite").write_bytes(b"this is no database" * 100)
    assert one(of_catalogue.renders(known, library.settings)).startswith("- renders on disk: the index of the cache")
    assert told(of_catalogue.renders(Known(None, True, ()), library.settings)) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "is not there yet: `darkroom scan` makes it"), (b"this is no database" * 100, "is damaged")],
)
def test_a_catalogue_that_can_t_be_asked(library: Library, content: bytes | None, said: str) -> None:
    put(library.a / "1.jpg", jpeg())
    library.engine.dispose()
    file = library.settings.data_dir / FILE
    file.unlink() if content is None else file.write_bytes(content)
    found = facts(str(library.a / "1.jpg"), library.settings)
    assert found.photo == Meant("a", "1.jpg", library.a / "1.jpg")
    assert found.trouble
    assert said in found.trouble.sentence
    assert file.exists() == (content is not None)


@pytest.mark.parametrize(
    ("revision", "todo"),
    [("0001_first", "`darkroom scan` brings it up to date"), ("0099_later", "start the newer Darkroom that made it")],
)
def test_a_catalogue_of_another_darkroom(library: Library, revision: str, todo: str) -> None:
    put(library.a / "1.jpg", jpeg())
    with library.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608 - ours
    found = facts(str(library.a / "1.jpg"), library.settings)
    assert found.trouble
    assert (found.trouble.todo, revision in found.trouble.says) == (todo, True)
