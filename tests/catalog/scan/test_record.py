"""Which id a photo has, whatever happens to its file."""

import struct
from dataclasses import replace

import pytest

from catalog import metadata, photoid
from catalog.scan.scan import ScanReport
from config import Root
from tests.catalog.library import Library, jpeg, put

ID = photoid.encode(bytes(range(16)))


def test_an_edit_keeps_the_id_and_changes_the_version(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    before = library.photos()["a/1.jpg"]
    put(library.a / "1.jpg", jpeg("red", (100, 100), photoid=ID))
    library.scan()
    after = library.photos()["a/1.jpg"]
    assert after.photoid == before.photoid
    assert after.version != before.version


@pytest.mark.parametrize("target", ["a/renamed.jpg", "a/new/folder/1.jpg", "b/1.jpg", "a/0.jpg"])
@pytest.mark.parametrize("marked", ["", ID])
def test_a_moved_file_keeps_its_id(library: Library, target: str, marked: str) -> None:
    put(library.a / "1.jpg", jpeg("red", photoid=marked))
    put(library.a / "2.jpg", jpeg("green"))
    library.scan()
    before = library.ids()
    (library.folder / target).parent.mkdir(parents=True, exist_ok=True)
    (library.a / "1.jpg").rename(library.folder / target)
    assert library.scan() == ScanReport(moved=1, unchanged=1)
    assert library.ids() == {target: before["a/1.jpg"], "a/2.jpg": before["a/2.jpg"]}


def test_a_file_moved_over_another_keeps_its_id(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    put(library.a / "2.jpg", jpeg("green"))
    library.scan()
    before = library.ids()
    (library.a / "2.jpg").rename(library.a / "1.jpg")
    library.scan()
    assert library.ids() == {"a/1.jpg": before["a/2.jpg"]}


def test_a_marked_file_that_is_moved_and_edited_keeps_its_id(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red", photoid=ID))
    library.scan()
    (library.a / "1.jpg").unlink()
    put(library.a / "2.jpg", jpeg("blue", photoid=ID))
    assert library.scan() == ScanReport(moved=1)
    assert library.ids() == {"a/2.jpg": ID}


def test_a_copy_is_no_move(library: Library) -> None:
    put(library.a / "2.jpg", jpeg("red"))
    library.scan()
    before = library.ids()
    put(library.a / "1.jpg", jpeg("red"))
    assert library.scan() == ScanReport(added=1, unchanged=1)
    assert library.ids()["a/2.jpg"] == before["a/2.jpg"]
    assert library.ids()["a/1.jpg"] != before["a/2.jpg"]


def test_a_lost_catalogue_gives_the_same_ids(library: Library) -> None:
    for name in ("x/1.jpg", "x/2.jpg", "y.jpg"):
        put(library.a / name, jpeg("red"))
        put(library.b / name, jpeg("red"))
    put(library.a / "marked.jpg", jpeg("red", photoid=ID))
    put(library.b / "marked too.jpg", jpeg("blue", photoid=ID))
    library.scan()
    before = library.ids()
    assert len(set(before.values())) == 8
    assert before["a/x/1.jpg"] == metadata.read(library.a / "x/1.jpg").content_id
    assert before["a/x/2.jpg"] == photoid.encode(photoid.derived(photoid.decode(before["a/x/1.jpg"]), 1))
    assert before["a/marked.jpg"] == ID
    assert before["b/marked too.jpg"] == photoid.encode(photoid.derived(bytes(range(16)), 1))
    library.lose_catalogue()
    library.scan()
    assert library.ids() == before


def test_a_root_under_a_new_alias_keeps_its_ids(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    before = library.ids()
    renamed = replace(library.settings, roots=(Root("new", library.a),))
    assert library.scan(renamed) == ScanReport(moved=1)
    assert library.ids() == {"new/1.jpg": before["a/1.jpg"]}


def test_a_photo_that_is_damaged_and_mended_keeps_its_id(library: Library) -> None:
    put(library.a / "1.jpg", jpeg("red"))
    library.scan()
    before = library.ids()
    put(library.a / "1.jpg", b"garbage")
    assert library.scan() == ScanReport(failed=1)
    assert library.ids() == {}
    put(library.a / "1.jpg", jpeg("blue", (40, 40)))
    assert library.scan() == ScanReport(added=1)
    assert library.ids() == before
    assert library.failed() == {}


def test_many_copies_of_one_file(library: Library) -> None:
    for number in range(130):
        put(library.a / f"{number:03}.jpg", jpeg())
    library.scan()
    base = photoid.decode(library.ids()["a/000.jpg"])
    expected = [photoid.encode(photoid.derived(base, counter)) for counter in range(1, 130)]
    assert [library.ids()[f"a/{number:03}.jpg"] for number in range(1, 130)] == expected


def test_a_photo_of_impossible_size_is_listed_with_a_sentence(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    """It keeps its id, by which whoever asks for it hears why it can't be shown."""
    file = put(library.a / "wide.bmp", bitmap(3_000_000, 2_000_000))
    put(library.a / "1.jpg", jpeg())
    assert library.scan() == ScanReport(added=2, failed=1)
    for scanned in (True, False):
        assert list(library.photos()) == ["a/1.jpg", "a/wide.bmp"] or list(library.photos()) == [
            "a/wide.bmp",
            "a/1.jpg",
        ]
        assert list(library.failed()) == ["a/wide.bmp"]
        assert "3000000 x 2000000" in library.failed()["a/wide.bmp"]
        assert not scanned or library.scan() == ScanReport(unchanged=2, failed=1)
    assert "Traceback" not in caplog.text
    put(file, bitmap(30, 20))
    assert library.scan() == ScanReport(changed=1, unchanged=1)
    put(file, bitmap(1, 4_294_967_169))
    library.scan()
    file.unlink()
    assert library.scan() == ScanReport(removed=1, unchanged=1)


def bitmap(width: int, height: int) -> bytes:
    """A BMP's header that claims this size, and few pixels."""
    sizes = struct.pack("<II", width & 0xFFFFFFFF, height & 0xFFFFFFFF)
    return (
        b"BM"
        + struct.pack("<IHHII", 1054, 0, 0, 54, 40)
        + sizes
        + struct.pack("<HHIIiiII", 1, 24, 0, 0, 0, 0, 0, 0)
        + bytes(1800)
    )
