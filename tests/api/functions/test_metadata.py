"""Photos as the Web API describes them."""

import json
import os
from dataclasses import replace

import pytest

from api.functions.metadata import GetPhotoMetadata, decimal, described, exposure
from catalog.metadata import Metadata
from catalog.photos import Photo
from tests.api.house import House
from workers.versions import key_version

PHOTO = Photo("A" * 22, "photos", "2015/a.jpg", 7, 8, 40, 30, "JPEG", "2015-07-02T14:35:33")
ALWAYS = {
    "photoID": "A" * 22,
    "fileName": "photos/2015/a.jpg",
    "creationDate": "2015-07-02T14:35:33",
    "creationYear": 2015,
    "width": 40,
    "height": 30,
    "fingerprint": PHOTO.version,
    "version": key_version(PHOTO.version),
    "mimeType": "image/jpeg",
}


def function(house: House) -> GetPhotoMetadata:
    return GetPhotoMetadata(house.identify, house.library.photos.metadata, house.library.damages)


@pytest.mark.parametrize(
    ("known", "fields"),
    [
        (None, {}),
        (Metadata(), {}),
        (Metadata(latitude=0.0, longitude=-0.5), {"latitude": 0.0, "longitude": -0.5}),
        (
            Metadata(
                title="Der Goalie",
                description="bin\nig",
                keywords=("sea", "Zürich"),
                persons=("Ann",),
                rating=3,
                make="NIKON",
                model="D70",
                lens="90 mm",
                software="GIMP",
                exposure_time=1 / 160,
                aperture=22,
                focal_length=90,
                iso=200,
                offset="+02:00",
            ),
            {
                "title": "Der Goalie",
                "description": "bin\nig",
                "keywords": ["sea", "Zürich"],
                "persons": ["Ann"],
                "rating": 3,
                "make": "NIKON",
                "model": "D70",
                "lens": "90 mm",
                "software": "GIMP",
                "exposureTime": "1/160 sec",
                "apertureValue": "f/22,0",
                "focalLength": "90,0 mm",
                "isoSpeed": 200,
                "creationOffset": "+02:00",
            },
        ),
    ],
)
def test_what_is_not_known_is_left_out(known: Metadata | None, fields: dict[str, object]) -> None:
    assert described(PHOTO, known) == ALWAYS | fields
    json.dumps(described(PHOTO, known))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.00625, "1/160 sec"),
        (1 / 8000, "1/8000 sec"),
        (0.018137, "1/55 sec"),
        (0.25, "1/4 sec"),
        (0.3, "0,3 sec"),
        (1.0, "1 sec"),
        (2.5, "2,5 sec"),
        (30, "30 sec"),
    ],
)
def test_exposure(seconds: float | None, text: str) -> None:
    assert exposure(seconds) == text


def test_decimal() -> None:
    assert [decimal(value) for value in (22, 2.8, 57.019, 0.04)] == ["22,0", "2,8", "57,0", "0,0"]


@pytest.mark.parametrize(
    ("format", "kind"), [("TIFF", "image/tiff"), ("GIF", "image/gif"), ("JPEG2000", "application/octet-stream")]
)
def test_media_types(format: str, kind: str) -> None:
    assert described(replace(PHOTO, format=format), None)["mimeType"] == kind


def test_a_name_that_is_no_text() -> None:
    assert described(replace(PHOTO, path=os.fsdecode(b"\xff.jpg")), None)["fileName"] == "photos/\ufffd.jpg"


def test_it_is_for_those_who_may_see_metadata(house: House) -> None:
    ask = house.ask(function(house))
    told = ask(photoid=house.sea)
    assert (told.status_code, told.json["fileName"]) == (200, "a/sea/beach.jpg")
    assert str(house.catalogue.folder) not in told.text
    assert ask(photoid=house.sea, apisid="viewer").status_code == 403
    head = house.ask(function(house), "HEAD")(photoid=house.sea)
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(told.content)))


def test_what_is_shown_in_part_says_so(house: House) -> None:
    ask = house.ask(function(house))
    assert "damaged" not in ask(photoid=house.sea).json
    house.library.damages.hear(house.library.photos.by_id(house.sea), "truncated")
    assert ask(photoid=house.sea).json["damaged"] == "truncated"
