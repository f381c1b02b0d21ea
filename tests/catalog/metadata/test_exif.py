"""EXIF, as cameras write it and as nobody should."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from catalog.metadata import exif
from catalog.metadata.merge import Found, Metadata
from catalog.presentation.tags import Tiff

BASE, GPS, IFD = ExifTags.Base, ExifTags.GPS, ExifTags.IFD


def written(
    main: dict[int, object] | None = None, photo: dict[int, object] | None = None, gps: dict[int, object] | None = None
) -> bytes:
    """EXIF with these tags."""
    tags = Image.Exif()
    for tag, value in (main or {}).items():
        tags[int(tag)] = value
    if photo:
        tags.get_ifd(IFD.Exif).update({int(tag): value for tag, value in photo.items()})
    if gps:
        tags.get_ifd(IFD.GPSInfo).update({int(tag): value for tag, value in gps.items()})
    return tags.tobytes().removeprefix(b"Exif\0\0")


def made(*directories: dict[int, object] | None, gps: dict[int, object] | None = None) -> Tiff:
    """Such EXIF, to be read."""
    return Tiff(BytesIO(written(*directories, **({"gps": gps} if gps else {}))))


def wide(text: str) -> bytes:
    """As Windows writes it."""
    return f"{text}\0".encode("utf-16-le")


@pytest.mark.parametrize(
    ("main", "photo", "gps", "known"),
    [
        (None, None, None, Metadata()),
        ({BASE.Make: "Apple ", BASE.Model: "iPhone 6"}, None, None, Metadata(make="Apple", model="iPhone 6")),
        ({BASE.Software: "Zürich 1.0".encode()}, None, None, Metadata(software="Zürich 1.0")),
        ({BASE.Software: b"Z\xfcrich"}, None, None, Metadata(software="Zürich")),
        ({BASE.ImageDescription: "two\nlines"}, None, None, Metadata(description="two\nlines")),
        (
            {BASE.ImageDescription: "   ", BASE.XPComment: wide("東京")},
            {BASE.UserComment: b"ASCII\0\0\0no"},
            None,
            Metadata(description="東京"),
        ),
        (None, {BASE.UserComment: b"ASCII\0\0\0yes"}, None, Metadata(description="yes")),
        (
            {BASE.XPTitle: wide("Titel"), BASE.XPKeywords: wide("sea; Zürich;sea;")},
            None,
            None,
            Metadata(title="Titel", keywords=("sea", "Zürich")),
        ),
        ({exif.RATING: 3}, None, None, Metadata(rating=3)),
        ({exif.RATING_PERCENT: 99}, None, None, Metadata(rating=5)),
        (
            None,
            {BASE.ExposureTime: IFDRational(1, 160), BASE.FNumber: 2.8, BASE.FocalLength: 90},
            None,
            Metadata(exposure_time=0.00625, aperture=2.8, focal_length=90.0),
        ),
        (
            None,
            {BASE.ExposureTime: IFDRational(0, 0), BASE.ShutterSpeedValue: 4.0, BASE.ApertureValue: 6.0},
            None,
            Metadata(exposure_time=0.0625, aperture=8.0),
        ),
        (None, {BASE.ExposureTime: IFDRational(1, 0), BASE.FNumber: IFDRational(0, 1)}, None, Metadata()),
        (None, {BASE.LensModel: "90 mm"}, None, Metadata(lens="90 mm")),
        (None, {BASE.ISOSpeedRatings: 200}, None, Metadata(iso=200)),
        (None, {BASE.ISOSpeedRatings: 0}, None, Metadata()),
        (None, {BASE.ISOSpeedRatings: 65535, BASE.RecommendedExposureIndex: 102400}, None, Metadata(iso=102400)),
        (
            None,
            None,
            {
                GPS.GPSLatitude: (46, 30, 0),
                GPS.GPSLatitudeRef: "S",
                GPS.GPSLongitude: (7, 30, 36),
                GPS.GPSLongitudeRef: "E",
            },
            Metadata(latitude=-46.5, longitude=7.51),
        ),
        (
            None,
            None,
            {
                GPS.GPSLatitude: (33.8, 0, 0),
                GPS.GPSLatitudeRef: "South",
                GPS.GPSLongitude: (208, 48, 0),
                GPS.GPSLongitudeRef: "e",
            },
            Metadata(latitude=-33.8, longitude=-151.2),
        ),
        (None, None, {GPS.GPSLatitude: (146, 30, 0), GPS.GPSLongitude: (7, 30, 0)}, Metadata()),
        (None, None, {GPS.GPSLatitude: (46, 30, 0)}, Metadata()),
        (None, None, {GPS.GPSLatitude: (0, 0, 0), GPS.GPSLongitude: (0, 0, 0)}, Metadata()),
    ],
)
def test_every_field(
    main: dict[int, object] | None, photo: dict[int, object] | None, gps: dict[int, object] | None, known: Metadata
) -> None:
    assert exif.read(made(main, photo, gps)) == Found(known)


TAKEN, CHANGED = "2015:07:02 14:35:33", "2016:01:01 00:00:00"


@pytest.mark.parametrize(
    ("main", "photo", "created", "changed"),
    [
        ({}, {BASE.DateTimeOriginal: TAKEN, BASE.OffsetTimeOriginal: "+09:00"}, "2015-07-02T14:35:33+09:00", ""),
        ({}, {BASE.DateTimeOriginal: TAKEN + "-03:00"}, "2015-07-02T14:35:33-03:00", ""),
        ({}, {BASE.DateTimeOriginal: TAKEN, BASE.OffsetTimeOriginal: "   :  "}, "2015-07-02T14:35:33", ""),
        # The zone of the change is that of the picture where it has not been changed.
        (
            {BASE.DateTime: TAKEN},
            {BASE.DateTimeOriginal: TAKEN, BASE.OffsetTime: "+02:00"},
            *["2015-07-02T14:35:33+02:00"] * 2,
        ),
        (
            {BASE.DateTime: CHANGED},
            {BASE.DateTimeOriginal: TAKEN, BASE.OffsetTime: "+02:00"},
            "2015-07-02T14:35:33",
            "2016-01-01T00:00:00+02:00",
        ),
        ({}, {BASE.DateTimeOriginal: TAKEN, BASE.OffsetTime: "+02:00"}, "2015-07-02T14:35:33+02:00", ""),
        ({BASE.DateTimeOriginal: TAKEN}, {}, "2015-07-02T14:35:33", ""),
        ({}, {BASE.DateTimeDigitized: TAKEN, BASE.OffsetTimeDigitized: "Z"}, "2015-07-02T14:35:33+00:00", ""),
        ({}, {BASE.DateTimeOriginal: "1970:01:01 00:00:00", BASE.DateTimeDigitized: TAKEN}, "2015-07-02T14:35:33", ""),
        ({}, {BASE.DateTimeOriginal: "2019:01:01 24:04:20"}, "2019-01-01T00:04:20", ""),
        ({}, {BASE.DateTimeOriginal: "    :  :     :  :  ", BASE.DateTimeDigitized: TAKEN}, "2015-07-02T14:35:33", ""),
    ],
)
def test_dates(main: dict[int, object], photo: dict[int, object], created: str, changed: str) -> None:
    found = exif.read(made(main, photo))
    assert (found.created, found.changed) == (created, changed)


@pytest.mark.parametrize(
    ("gps", "located"),
    [
        ({GPS.GPSDateStamp: "2015:07:02", GPS.GPSTimeStamp: (12, 35, 33.5)}, "2015-07-02T12:35:33+00:00"),
        ({GPS.GPSDateStamp: "2015:07:02"}, "2015-07-02T00:00:00"),
        ({GPS.GPSDateStamp: "2015:07:02", GPS.GPSTimeStamp: (99, 0, 0)}, "2015-07-02T00:00:00"),
        ({GPS.GPSTimeStamp: (12, 35, 33)}, ""),
    ],
)
def test_when_the_place_was_found(gps: dict[int, object], located: str) -> None:
    assert exif.read(made(gps=gps)).located == located


def test_what_a_camera_wrote_by_itself() -> None:
    comment: dict[int, object] = {BASE.UserComment: b"ASCII\0\0\0yes"}
    assert exif.read(made({BASE.ImageDescription: "OLYMPUS DIGITAL CAMERA   "}, comment)).metadata.description == "yes"
    assert exif.read(made({BASE.ImageDescription: "cof", BASE.Make: "HUAWEI"})).metadata.description == ""


def test_a_directory_that_leads_to_itself() -> None:
    whole = written({BASE.Make: "Apple"}, {BASE.LensModel: "90 mm"})
    offset = whole.index(bytes([0x69, 0x87]) if whole[:2] == b"II" else bytes([0x87, 0x69])) + 8
    looped = whole[:offset] + (8).to_bytes(4, "little" if whole[:2] == b"II" else "big") + whole[offset + 4 :]
    assert exif.read(Tiff(BytesIO(looped))).metadata == Metadata(make="Apple")


@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
def test_any_bytes(data: bytes, position: int, big_endian: bool) -> None:
    main: dict[int, object] = {BASE.Make: "Apple", BASE.XPTitle: wide("Titel"), exif.RATING: 3}
    photo: dict[int, object] = {BASE.FNumber: 2.8, BASE.UserComment: b"UNICODE\0ab", BASE.ISOSpeedRatings: 200}
    whole = written(main, photo, {GPS.GPSLatitude: (46, 30, 0), GPS.GPSLongitude: (7, 30, 0)})
    position = 8 + position % len(whole)
    head = b"MM\0*\0\0\0\x08" if big_endian else whole[:8]
    content = head + whole[8:position] + data + whole[position + len(data) :]
    assert isinstance(exif.read(Tiff(BytesIO(content))), Found)
