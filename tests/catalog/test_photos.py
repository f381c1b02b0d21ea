"""Reading the catalogue."""

import os

import pytest

from catalog.photos import MalformedPhotoid, PhotoMissing, Photos, source_version
from catalog.scan import sync_roots
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
