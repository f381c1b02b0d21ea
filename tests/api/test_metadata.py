"""What is told of a photo."""

import os
from dataclasses import replace

import pytest

from api.metadata import GetPhotoMetadata, described
from catalog.photos import Photo
from tests.api.house import House

PHOTO = Photo("A" * 22, "a", "sea/1.jpg", 10, 20, 30, 40, "JPEG", "2015-07-02T14:35:33")


def test_every_field() -> None:
    assert described(PHOTO) == {
        "photoID": "A" * 22,
        "fileName": "a/sea/1.jpg",
        "creationDate": "2015-07-02T14:35:33",
        "creationYear": 2015,
        "width": 30,
        "height": 40,
        "fingerprint": PHOTO.version,
        "mimeType": "image/jpeg",
    }


@pytest.mark.parametrize(
    ("format", "kind"), [("TIFF", "image/tiff"), ("GIF", "image/gif"), ("JPEG2000", "application/octet-stream")]
)
def test_media_types(format: str, kind: str) -> None:
    assert described(replace(PHOTO, format=format))["mimeType"] == kind


def test_a_name_that_is_no_text() -> None:
    assert described(replace(PHOTO, path=os.fsdecode(b"\xff.jpg")))["fileName"] == "a/\ufffd.jpg"


def test_it_is_for_those_who_may_see_metadata(house: House) -> None:
    ask = house.ask(GetPhotoMetadata(house.identify))
    told = ask(photoid=house.sea)
    assert (told.status_code, told.json["fileName"]) == (200, "a/sea/beach.jpg")
    assert str(house.catalogue.folder) not in told.text
    assert ask(photoid=house.sea, apisid="viewer").status_code == 403
    head = house.ask(GetPhotoMetadata(house.identify), "HEAD")(photoid=house.sea)
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(told.content)))
