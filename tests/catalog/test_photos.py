"""Reading the catalogue."""

import os
from dataclasses import replace

import pytest

from catalog.beneath.photo_files import PhotoFile
from catalog.metadata import Header, Metadata
from catalog.metadata.header import read_header
from catalog.photos import MalformedPhotoid, PhotoMissing, Photos, source_version
from catalog.scan.scan import scan, sync_roots
from tests.catalog.library import Library, jpeg, put


def test_by_id(library: Library) -> None:
    put(library.a / "x/1.jpg", jpeg(size=(30, 20)))
    library.scan()
    known = Photos(library.engine)
    (photo,) = known.everything()
    assert (photo.root, photo.path, photo.width, photo.height, photo.format) == ("a", "x/1.jpg", 30, 20, "JPEG")
    assert photo.version == source_version(photo.bytes, photo.mtime_ns)
    assert known.by_id(photo.photoid + "==") == photo
    with pytest.raises(PhotoMissing) as missing:
        known.by_id("A" * 22)
    assert missing.value.kind == "missing"
    with pytest.raises(MalformedPhotoid):
        known.by_id("nonsense")


def test_by_id_it_is_the_photo_of_the_listing(library: Library) -> None:
    for name in (b"x/1.jpg", "ä €.jpg".encode(), b"not \xff UTF-8.jpg"):
        put(library.a / os.fsdecode(name), jpeg(size=(30, 10 + len(name))))
    library.scan()
    known = Photos(library.engine)
    photos = list(known.everything())
    assert [known.by_id(photo.photoid) for photo in photos] == photos
    assert len(photos) == 3


def test_a_photo_of_an_inactive_root_is_missing(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    put(library.a / "2.jpg", b"garbage")
    library.scan()
    known = Photos(library.engine)
    (photo,) = known.everything()
    sync_roots(library.engine, library.only("b"))
    with pytest.raises(PhotoMissing):
        known.by_id(photo.photoid)
    assert (known.count(), list(known.everything()), list(known.failures())) == (0, [], [])


def test_order_is_date_then_root_then_path(library: Library) -> None:
    for place, time in (("b/1", 5000), ("a/2", 5000), ("a/1", 5000), ("a/3", 1000)):
        os.utime(put(library.folder / f"{place}.jpg", jpeg(size=(10 + len(library.ids()), 10))), (time, time))
    library.scan()
    assert list(library.photos()) == ["a/3.jpg", "a/1.jpg", "a/2.jpg", "b/1.jpg"]


def test_metadata_by_photo(library: Library) -> None:
    known = Metadata(
        title="Titel",
        description="a\nb",
        keywords=("sea, lake", 'Zür"ich'),
        persons=("Ann",),
        rating=4,
        make="Apple",
        model="iPhone",
        lens="90 mm",
        software="GIMP",
        exposure_time=0.00625,
        aperture=2.8,
        focal_length=90.0,
        iso=200,
        latitude=0.0,
        longitude=-7.51,
        offset="-03:30",
    )
    shown = {"1.jpg": known, "2.jpg": Metadata(), "3.jpg": Metadata(rating=1)}
    for name in shown:
        put(library.a / name, jpeg(size=(30, int(name[0]))))

    def read(file: PhotoFile) -> Header:
        return replace(read_header(file), metadata=shown[file.name])

    def ask() -> dict[str, Metadata]:
        ids = library.ids()
        found = Photos(library.engine).metadata([*ids.values(), "A" * 22])
        return {place: found[photoid] for place, photoid in ids.items() if photoid in found}

    scan(library.engine, library.settings, read=read)
    assert ask() == {"a/1.jpg": known, "a/3.jpg": Metadata(rating=1)}
    shown |= {"1.jpg": Metadata(), "2.jpg": Metadata(title="new")}
    for name in ("1.jpg", "2.jpg"):
        put(library.a / name, jpeg("blue", (20, 20)))
    scan(library.engine, library.settings, read=read)
    assert ask() == {"a/2.jpg": Metadata(title="new"), "a/3.jpg": Metadata(rating=1)}
    assert Photos(library.engine).metadata([]) == {}


def test_many_by_their_ids(library: Library) -> None:
    put(library.a / "red.jpg", jpeg())
    put(library.b / "blue.jpg", jpeg("blue"))
    library.scan()
    ids = library.ids()
    found = Photos(library.engine).by_ids([*ids.values(), "A" * 22])
    assert found == {photo.photoid: photo for photo in library.photos().values()}
    sync_roots(library.engine, library.only("a"))
    assert list(Photos(library.engine).by_ids(list(ids.values()))) == [ids["a/red.jpg"]]
